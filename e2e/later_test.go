package e2e

import (
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// The second deployment has room when the request comes, and none any more when
// the first has failed.
func TestALimitHoldsForLaterAttemptsAndSaysNothingOfTheDeployments(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a", more: ", rpm: 1, timeout: 1"}, member{group: "m", resource: "b", more: ", rpm: 1"}))
	aMinuteAhead(t)
	azure.Script("a", "chat-a", fakeazure.Stall())
	first := make(chan answer, 1)
	go func() { first <- g.chat("m") }()
	eventually(t, "the first deployment is asked", func() bool { return asked(azure) == "a" })
	if got := g.chat("m"); got.status != 200 || got.header.Get("x-azproc-deployment") != "m-b" {
		t.Fatalf("%d by %s: %s", got.status, got.header.Get("x-azproc-deployment"), got.body)
	}
	got := <-first
	if _, code, _ := openAIError(t, got); got.status != 429 || code != "rate_limit_exceeded" || got.header.Get("retry-after") == "" {
		t.Errorf("%d %v %s", got.status, got.header, got.body)
	}
	if got := asked(azure); got != "a b" {
		t.Errorf("asked %q", got)
	}
	eventually(t, "the failure is known and nothing is in hand", func() bool {
		all := g.deployments()
		return all["m-a"].Failed == 1 && all["m-a"].InFlight == 0 && all["m-b"].InFlight == 0
	})
	for name, d := range g.deployments() {
		if d.Cooldown != nil {
			t.Errorf("%s cools down: %+v", name, d.Cooldown)
		}
		if name == "m-b" && d.Failed > 0 {
			t.Errorf("%s has failed: %+v", name, d.LastErrors)
		}
	}
}
