package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// TestAPromptThatIsRefusedIsAskedOfAnotherGroup: context_window_fallbacks and
// content_policy_fallbacks. Each row scripts the four resources in turn.
func TestAPromptThatIsRefusedIsAskedOfAnotherGroup(t *testing.T) {
	const both = "router_settings:\n  num_retries: 1\n  fallbacks: [{m: [plain]}]\n  context_window_fallbacks: [{m: [long, longer]}]\n  content_policy_fallbacks: [{m: [lax]}, {other: [lax]}]\n"
	azure := fleet(t)
	g := start(t, groups(azure, both,
		member{group: "m", resource: "a"}, member{group: "m", resource: "b"},
		member{group: "long", resource: "c", kind: "o3"}, member{group: "longer", resource: "d"},
		member{group: "lax", resource: "d"}, member{group: "plain", resource: "b"}, member{group: "other", resource: "a"}))
	long, filter, invalid := fakeazure.ContextLength(), fakeazure.ContentFilter(), fakeazure.Status(400)
	for _, tt := range []struct {
		name    string
		model   string
		scripts map[string]fakeazure.Fault // by deployment
		status  int
		asked   string
		by      string
		says    string
	}{
		{"too long", "m", map[string]fakeazure.Fault{"chat-a": long}, 200, "a c", "long-c", ""},
		{"too long for the next group as well", "m", map[string]fakeazure.Fault{"chat-a": long, "o3-c": long}, 200, "a c d", "longer-d", ""},
		{"too long for everybody", "m", map[string]fakeazure.Fault{"chat-a": long, "o3-c": long, "chat-d": long}, 400, "a c d", "longer-d", "context_length_exceeded"},
		{"refused by the content filter", "m", map[string]fakeazure.Fault{"chat-a": filter}, 200, "a d", "lax-d", ""},
		{"refused by both content filters", "m", map[string]fakeazure.Fault{"chat-a": filter, "chat-d": filter}, 400, "a d", "lax-d", "content_filter"},
		{"too long, then filtered", "m", map[string]fakeazure.Fault{"chat-a": long, "o3-c": filter}, 200, "a c d", "lax-d", ""},
		{"too long after a failure", "m", map[string]fakeazure.Fault{"chat-a": fakeazure.Status(500), "chat-b": long}, 200, "a b c", "long-c", ""},
		{"the next group fails", "m", map[string]fakeazure.Fault{"chat-a": long, "o3-c": fakeazure.Status(503)}, 200, "a c d", "longer-d", ""},
		{"another 400 is the client's own", "m", map[string]fakeazure.Fault{"chat-a": invalid}, 400, "a", "m-a", ""},
		{"no fallback of this kind", "other", map[string]fakeazure.Fault{"chat-a": long}, 400, "a", "other-a", "context_length_exceeded"},
		{"the only deployment fails", "other", map[string]fakeazure.Fault{"chat-a": fakeazure.Status(500)}, 500, "a", "other-a", ""},
		{"the only deployment resets", "other", map[string]fakeazure.Fault{"chat-a": fakeazure.Reset()}, 503, "a", "other-a", "no_deployment"},
		{"the only deployment throttles", "other", map[string]fakeazure.Fault{"chat-a": fakeazure.TooManyRequests(3 * time.Second)}, 429, "a", "other-a", "retry after 3 seconds"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			azure.Reset()
			for deployment, fault := range tt.scripts {
				_, resource, _ := strings.Cut(deployment, "-")
				azure.Script(resource, deployment, fault)
			}
			got := g.chat(tt.model, `,"max_tokens":64`)
			if got.status != tt.status || got.header.Get("x-azproc-deployment") != tt.by || !strings.Contains(got.body, tt.says) {
				t.Errorf("%d by %s: %s", got.status, got.header.Get("x-azproc-deployment"), got.body)
			}
			if order := asked(azure); order != tt.asked {
				t.Errorf("asked %q, want %q", order, tt.asked)
			}
			if got.header.Get("x-envoy-ratelimited") != "" {
				t.Errorf("headers %v", got.header)
			}
			g.settled()
			for name, d := range g.deployments() {
				if d.Cooldown != nil && tt.status != 429 {
					t.Errorf("%s cools down: %+v", name, d.Cooldown)
				}
			}
		})
	}
}

func TestWithoutAFallbackForItARefusalIsNotReadByEnvoy(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "router_settings: {fallbacks: [{m: [n]}]}", member{group: "m", resource: "a"}, member{group: "n", resource: "b"}))
	azure.Script("a", "chat-a", fakeazure.ContextLength())
	if got := g.chat("m"); got.status != 400 || asked(azure) != "a" {
		t.Errorf("%d, asked %q", got.status, asked(azure))
	}
}
