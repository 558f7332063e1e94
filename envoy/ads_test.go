package envoy

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discoveryv3 "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	resourcev3 "github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	statusv1 "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// client is an Envoy's side of ADS.
type client struct {
	t      *testing.T
	stream discoveryv3.AggregatedDiscoveryService_StreamAggregatedResourcesClient
}

// connect serves an ADS and opens a stream that asks for clusters.
func connect(t *testing.T, a *ADS) *client {
	t.Helper()
	s := grpc.NewServer()
	a.Register(s)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(s.Stop)
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	stream, err := discoveryv3.NewAggregatedDiscoveryServiceClient(conn).StreamAggregatedResources(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t, stream}
	c.send(&discoveryv3.DiscoveryRequest{Node: &corev3.Node{Id: "any"}})
	return c
}

func (c *client) send(r *discoveryv3.DiscoveryRequest) {
	c.t.Helper()
	r.TypeUrl = resourcev3.ClusterType
	if err := c.stream.Send(r); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) receive() *discoveryv3.DiscoveryResponse {
	c.t.Helper()
	r, err := c.stream.Recv()
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

func (c *client) ack(r *discoveryv3.DiscoveryResponse) {
	c.send(&discoveryv3.DiscoveryRequest{VersionInfo: r.VersionInfo, ResponseNonce: r.Nonce})
}

// push pushes in the background.
func push(t *testing.T, a *ADS, r *ResourceSet) <-chan error {
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		done <- a.Push(ctx, r)
	}()
	return done
}

func TestPushReturnsWhenEnvoyHasTakenTheClusters(t *testing.T) {
	a := NewADS(slog.New(slog.DiscardHandler))
	if err := a.Push(t.Context(), resources(t, "https://a")); err != nil {
		t.Fatalf("without an Envoy: %v", err)
	}
	c := connect(t, a)
	c.ack(c.receive())
	done := push(t, a, resources(t, "https://b"))
	offered := c.receive()
	select {
	case err := <-done:
		t.Fatalf("it did not wait for the answer: %v", err)
	default:
	}
	if n := len(offered.Resources); n != 5 {
		t.Errorf("%d clusters are offered, want unplanned, both of b, and both of a for one generation more", n)
	}
	c.ack(offered)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestARefusalIsAnErrorAndTheOldOnesAreServedAgain(t *testing.T) {
	a := NewADS(slog.New(slog.DiscardHandler))
	if err := a.Push(t.Context(), resources(t, "https://a")); err != nil {
		t.Fatal(err)
	}
	c := connect(t, a)
	first := c.receive()
	c.ack(first)
	done := push(t, a, resources(t, "https://b"))
	offered := c.receive()
	c.send(&discoveryv3.DiscoveryRequest{VersionInfo: first.VersionInfo, ResponseNonce: offered.Nonce, ErrorDetail: &statusv1.Status{Message: "no such thing"}})
	if err := <-done; err == nil || !strings.Contains(err.Error(), "no such thing") {
		t.Errorf("error %v", err)
	}
	// The next Envoy to come gets what was served before.
	if got := connect(t, a).receive().VersionInfo; got != first.VersionInfo {
		t.Errorf("version %s is served, want %s", got, first.VersionInfo)
	}
}

func TestAnEnvoyThatLeavesIsNotWaitedFor(t *testing.T) {
	a := NewADS(slog.New(slog.DiscardHandler))
	if err := a.Push(t.Context(), resources(t, "https://a")); err != nil {
		t.Fatal(err)
	}
	c := connect(t, a)
	c.ack(c.receive())
	done := push(t, a, resources(t, "https://b"))
	c.receive()
	if err := c.stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
