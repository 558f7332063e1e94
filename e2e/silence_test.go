package e2e

import (
	"bufio"
	"io"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// TestADeploymentThatFallsSilentIsLeftForTheNext has no ten minutes: it runs an
// Envoy whose file says a second where azproc wrote ten minutes.
func TestADeploymentThatFallsSilentIsLeftForTheNext(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	g := ownEnvoy(t, groups(azure, "", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}), true, " 1260s", " 2.1s", " 600s", " 1s")
	eventually(t, "the gateway serves", g.serves)
	azure.Script("a", "chat-a", fakeazure.Stall())
	if got := g.chat("m"); got.status != 200 || got.header.Get("x-azproc-deployment") != "m-b" || asked(azure) != "a b" {
		t.Errorf("before its answer: %d, asked %q: %s", got.status, asked(azure), got.body)
	}
	eventually(t, "it counts against the deployment", func() bool { return g.deployments()["m-a"].Failed == 1 })
	azure.Reset()
	azure.Script("a", "chat-a", fakeazure.StallAfter(3))
	resp := stream(t.Context(), t, g, `{"model":"m","stream":true,"messages":[{"role":"user","content":"one two three"}]}`)
	events := 0
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if lines.Text() != "" {
			events++
		}
	}
	if err := lines.Err(); err != io.ErrUnexpectedEOF || events != 3 || asked(azure) != "a" {
		t.Errorf("in its answer: %d events, then %v; asked %q", events, err, asked(azure))
	}
	eventually(t, "it counts against the deployment, and both failures are told", func() bool {
		a := g.deployments()["m-a"]
		return a.Failed == 2 && len(a.LastErrors) == 2
	})
	for _, failure := range g.deployments()["m-a"].LastErrors {
		if failure.Fault != "server" || failure.Why != "the answer fell silent" {
			t.Errorf("%+v", failure)
		}
	}
	g.settled()
}
