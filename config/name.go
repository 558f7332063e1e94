package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
)

// nameDeployments gives every deployment a unique name and its cluster.
func nameDeployments(all []*Deployment) {
	count := make(map[string]int)
	taken := make(map[string]bool)
	for _, d := range all {
		if d.Name == "" {
			count[d.Target.Deployment]++
		}
		taken[d.Name] = true
	}
	for _, d := range all {
		if d.Name == "" {
			d.Name = uniqueName(d, count[d.Target.Deployment] > 1, taken)
			taken[d.Name] = true
		}
		d.Cluster = d.Name + "~" + placeHash(d)
	}
}

// socketSuffix ends the name of the cluster that a deployment's WebSockets go to
// where its own speaks HTTP/2: there they need a connection of HTTP/1.1.
const socketSuffix = "#ws"

// SocketCluster is the name in Envoy of the cluster that the deployment's WebSockets
// go to. Without TLS its own is as good.
func (d *Deployment) SocketCluster() string {
	if d.Target.Endpoint.Scheme == "https" {
		return d.Cluster + socketSuffix
	}
	return d.Cluster
}

// ClusterOf is the deployment's cluster for the name of either of its clusters.
func ClusterOf(name string) string { return strings.TrimSuffix(name, socketSuffix) }

// uniqueName is the name at Azure, with the first label of the host where there
// are several of that name, and a number where that is not enough.
func uniqueName(d *Deployment, ambiguous bool, taken map[string]bool) string {
	name := d.Target.Deployment
	if ambiguous {
		label, _, _ := strings.Cut(d.Target.Endpoint.Host, ".")
		if _, err := netip.ParseAddr(d.Target.Endpoint.Host); err == nil {
			label = d.Target.Endpoint.Authority()
		}
		name += "@" + label
	}
	for n, base := 2, name; taken[name]; n++ {
		name = fmt.Sprintf("%s#%d", base, n)
	}
	return name
}

// placeHash is eight hexadecimal digits of where a deployment is.
func placeHash(d *Deployment) string {
	e := &d.Target.Endpoint
	sum := sha256.Sum256(fmt.Appendf(nil, "%s://%s:%d", e.Scheme, e.Host, e.Port))
	return hex.EncodeToString(sum[:4])
}
