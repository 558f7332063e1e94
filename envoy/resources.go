package envoy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/proto"

	"github.com/azproc/azproc/config"
)

// ResourceSet is what a snapshot means for Envoy. It is immutable.
type ResourceSet struct {
	listener *listenerv3.Listener
	routes   *routev3.RouteConfiguration
	clusters []*clusterv3.Cluster
}

// Resources makes the resources of a snapshot.
func Resources(s *config.Snapshot, o Options) (*ResourceSet, error) {
	r := &ResourceSet{listener: new(listenerv3.Listener), routes: new(routev3.RouteConfiguration)}
	if err := parse("listener.yaml", newView(s, o, false), r.listener); err != nil {
		return nil, err
	}
	if err := parse("routes.yaml", newView(s, o, false), r.routes); err != nil {
		return nil, err
	}
	r.clusters = append(r.clusters, unplanned)
	if o.Traces != nil {
		c := new(clusterv3.Cluster)
		if err := parse("collector.yaml", o.collector(), c); err != nil {
			return nil, err
		}
		r.clusters = append(r.clusters, c)
	}
	for _, view := range clusterViews(s, o) {
		c := new(clusterv3.Cluster)
		if err := parse("cluster.yaml", view, c); err != nil {
			return nil, fmt.Errorf("cluster %s: %w", view.Name, err)
		}
		r.clusters = append(r.clusters, c)
	}
	return r, nil
}

// unplanned is the cluster without hosts that a request without a plan is sent
// to, and fails at with 503.
var unplanned = &clusterv3.Cluster{Name: "unplanned", ClusterDiscoveryType: &clusterv3.Cluster_Type{Type: clusterv3.Cluster_STATIC}}

// with is r plus those clusters of old that r no longer has: requests that were
// planned with them may still be on their way.
func (r *ResourceSet) with(old *ResourceSet) *ResourceSet {
	if old == nil {
		return r
	}
	both := *r
	both.clusters = slices.Clone(r.clusters)
	for _, c := range old.clusters {
		if !slices.ContainsFunc(r.clusters, func(n *clusterv3.Cluster) bool { return n.Name == c.Name }) {
			both.clusters = append(both.clusters, c)
		}
	}
	return &both
}

// version names the content of resources: the same content has the same name
// on every replica, so that Envoy is not told what it knows.
func version[M proto.Message](resources []M) (string, error) {
	h := sha256.New()
	for _, m := range resources {
		b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			return "", fmt.Errorf("version of resources: %w", err)
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}
