package envoy

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discoveryv3 "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	cachev3 "github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	resourcev3 "github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	serverv3 "github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
)

// ADS hands resources to every Envoy that asks for them, state of the world at
// a time, and knows what each has taken. It is safe for concurrent use.
type ADS struct {
	log    *slog.Logger
	cache  cachev3.SnapshotCache
	server serverv3.Server

	push sync.Mutex // one Push at a time

	mu      sync.Mutex
	current *ResourceSet        // what was pushed last
	streams map[int64]*envoyAck // connected Envoys
	changed chan struct{}       // closed and renewed when an ack comes or an Envoy leaves
}

// envoyAck is what one Envoy has said of the clusters.
type envoyAck struct {
	taken   string // version that it took
	refused string // version that it refused
	why     string
}

// oneNode gives every Envoy the same resources, whatever it is called.
type oneNode struct{}

const node = "azproc"

func (oneNode) ID(*corev3.Node) string { return node }

// NewADS makes a discovery service that has nothing to hand out yet: an Envoy
// that connects waits.
func NewADS(log *slog.Logger) *ADS {
	a := &ADS{log: log, streams: make(map[int64]*envoyAck), changed: make(chan struct{})}
	a.cache = cachev3.NewSnapshotCache(true, oneNode{}, nil)
	a.server = serverv3.NewServer(context.Background(), a.cache, serverv3.CallbackFuncs{
		StreamOpenFunc:    a.opened,
		StreamClosedFunc:  func(id int64, _ *corev3.Node) { a.closed(id) },
		StreamRequestFunc: a.requested,
	})
	return a
}

// Register adds the service to a gRPC server.
func (a *ADS) Register(s *grpc.Server) {
	discoveryv3.RegisterAggregatedDiscoveryServiceServer(s, a.server)
}

// Push hands r to every Envoy and returns when each one that is connected has
// taken its clusters, so that from then on a request may be planned with them.
// Clusters that r no longer has stay until the Push after. An Envoy that
// refuses r keeps what it had: that is an error, and the next Envoy to connect
// gets what was pushed before. With no Envoy connected Push returns at once.
func (a *ADS) Push(ctx context.Context, r *ResourceSet) error {
	a.push.Lock()
	defer a.push.Unlock()
	a.mu.Lock()
	old := a.current
	a.mu.Unlock()
	clusters, err := a.set(ctx, r.with(old))
	if err != nil {
		return err
	}
	if err := a.acked(ctx, clusters); err != nil {
		if old != nil {
			if _, undo := a.set(context.WithoutCancel(ctx), old); undo != nil {
				a.log.Error("envoy resources: cannot go back to what was served", "error", undo)
			}
		}
		return err
	}
	a.mu.Lock()
	a.current = r
	a.mu.Unlock()
	return nil
}

// set puts resources into the cache and gives the version of their clusters.
func (a *ADS) set(ctx context.Context, r *ResourceSet) (string, error) {
	clusters := make([]types.Resource, len(r.clusters))
	for i, c := range r.clusters {
		clusters[i] = c
	}
	all := map[resourcev3.Type][]types.Resource{
		resourcev3.ListenerType: {r.listener},
		resourcev3.RouteType:    {r.routes},
		resourcev3.ClusterType:  clusters,
	}
	snapshot := new(cachev3.Snapshot)
	for kind, resources := range all {
		v, err := version(resources)
		if err != nil {
			return "", err
		}
		snapshot.Resources[cachev3.GetResponseType(kind)] = cachev3.NewResources(v, resources)
	}
	if err := a.cache.SetSnapshot(ctx, node, snapshot); err != nil {
		return "", fmt.Errorf("envoy resources: %w", err)
	}
	return snapshot.GetVersion(resourcev3.ClusterType), nil
}

// acked waits until every connected Envoy has taken a version of the clusters.
func (a *ADS) acked(ctx context.Context, version string) error {
	for {
		a.mu.Lock()
		waiting := false
		for _, e := range a.streams {
			if e.refused == version {
				a.mu.Unlock()
				return fmt.Errorf("envoy refused the clusters: %s", e.why)
			}
			waiting = waiting || e.taken != version
		}
		changed := a.changed
		a.mu.Unlock()
		if !waiting {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for envoy to take the clusters: %w", ctx.Err())
		}
	}
}

func (a *ADS) opened(_ context.Context, id int64, _ string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.streams[id] = new(envoyAck)
	return nil
}

func (a *ADS) closed(id int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.streams, id)
	a.wake()
}

// requested sees every request of an Envoy: beside asking, each one says what
// became of the answer before.
func (a *ADS) requested(id int64, r *discoveryv3.DiscoveryRequest) error {
	if r.GetErrorDetail() != nil {
		a.log.Error("envoy refused resources", "type", r.GetTypeUrl(), "error", r.GetErrorDetail().GetMessage())
	}
	if r.GetTypeUrl() != resourcev3.ClusterType {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	e := a.streams[id]
	if e == nil {
		return nil
	}
	if why := r.GetErrorDetail(); why != nil {
		e.refused, e.why = a.offered(), why.GetMessage()
	} else {
		e.taken = r.GetVersionInfo()
	}
	a.wake()
	return nil
}

// offered is the version of the clusters in the cache: what a refusal is about,
// for a refusing Envoy names the version that it keeps.
func (a *ADS) offered() string {
	s, err := a.cache.GetSnapshot(node)
	if err != nil {
		return ""
	}
	return s.GetVersion(resourcev3.ClusterType)
}

// wake lets everyone who waits for a change look again. a.mu is held.
func (a *ADS) wake() {
	close(a.changed)
	a.changed = make(chan struct{})
}
