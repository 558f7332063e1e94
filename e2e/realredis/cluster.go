package realredis

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"
)

// slots is how many hash slots a cluster has.
const slots = 16384

// Cluster runs a cluster of three masters without replicas. more gives the
// further settings of each node, by the port that it listens on; nil is none.
func Cluster(t testing.TB, more func(port string) []string) []*Server {
	t.Helper()
	nodes := make([]*Server, 3)
	for i := range nodes {
		port := freePort(t)
		args := []string{"--cluster-enabled", "yes", "--cluster-node-timeout", "2000"}
		if more != nil {
			args = append(args, more(strconv.Itoa(port))...)
		}
		nodes[i] = start(t, port, args)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for i, n := range nodes {
		c := n.Client()
		if err := c.ClusterAddSlotsRange(ctx, i*slots/len(nodes), (i+1)*slots/len(nodes)-1).Err(); err != nil {
			t.Fatal(err)
		}
		if err := c.ClusterMeet(ctx, "127.0.0.1", nodes[0].Port()).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range nodes {
		n.awaitCluster(ctx, len(nodes))
	}
	return nodes
}

// awaitCluster waits until a node knows all others and serves.
func (s *Server) awaitCluster(ctx context.Context, nodes int) {
	s.t.Helper()
	c := s.Client()
	for {
		info, err := c.ClusterInfo(ctx).Result()
		known, _ := c.ClusterNodes(ctx).Result()
		if strings.Contains(info, "cluster_state:ok") && strings.Count(known, "connected") == nodes {
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			s.t.Fatalf("no cluster: %v\n%s\n%s", err, info, known)
		}
	}
}
