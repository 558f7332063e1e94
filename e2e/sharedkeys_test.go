package e2e

import (
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/realredis"
)

func TestReplicasLetExactlyAKeysLimitThrough(t *testing.T) {
	aMinuteAhead(t)
	server := realredis.Start(t)
	azure := fleet(t)
	const limit = 25
	all := startReplicas(t, 2, groups(azure, sharedAt(server, "")+"\nkeys:\n"+keyEntry("slow", ", rpm: 25")+keyEntry("poor", ", budget: 0.02, period: 1d"), member{group: "gpt", resource: "a"}))
	served := 0
	for _, got := range all.together(4, 10, func(g *gateway) answer { return g.askAs("slow", "gpt", `,"max_tokens":9`) }) {
		switch {
		case got.status == 200:
			served++
		case got.status != 429 || !strings.Contains(got.body, "rate_limit_exceeded"):
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	if served != limit {
		t.Errorf("%d of %d were served, want %d", served, 80, limit)
	}
	// Three of these may be in hand at a time: what one is, no replica gives again.
	for _, got := range all.together(4, 5, func(g *gateway) answer { return g.askAs("poor", "gpt", `,"max_tokens":600`) }) {
		if got.status != 200 && (got.status != 429 || !strings.Contains(got.body, "insufficient_quota")) {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	for _, g := range all {
		eventually(t, "what was reserved is given back to every replica", func() bool { return g.askAs("poor", "gpt", `,"max_tokens":600`).status == 200 })
	}
	if n := all.alone(); strings.Trim(n, " 0") != "" {
		t.Errorf("decisions without Redis: %s", n)
	}
}
