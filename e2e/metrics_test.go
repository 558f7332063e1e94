package e2e

import (
	"fmt"
	"strconv"
	"strings"
)

// metric is the sum of a metric's series on the admin port; 0 where it has none.
func (g *gateway) metric(name string) float64 {
	g.t.Helper()
	sum := 0.0
	for line := range strings.SplitSeq(do(g.t, "GET", g.admin+"/metrics", "").body, "\n") {
		series, value, _ := strings.Cut(line, " ")
		if base, _, _ := strings.Cut(series, "{"); base != name {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			g.t.Fatalf("metric %s: %v", line, err)
		}
		sum += n
	}
	return sum
}

// settled waits until no deployment has a request in hand, and fails with those
// that keep one.
func (g *gateway) settled() {
	g.t.Helper()
	var held []string
	defer func() {
		if len(held) > 0 {
			g.t.Errorf("in flight for ever: %v", held)
		}
	}()
	eventually(g.t, "nothing is in hand", func() bool {
		held = nil
		for name, d := range g.deployments() {
			if d.InFlight != 0 {
				held = append(held, fmt.Sprintf("%s: %d", name, d.InFlight))
			}
		}
		return len(held) == 0
	})
}
