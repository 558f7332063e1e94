package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

func TestAnotherGroupStandsInForOneThatCannotServe(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	members := []member{
		{group: "m", resource: "a"},
		{group: "m", resource: "b"},
		{group: "tight", resource: "a", more: ", rpm: 1"},
		{group: "alone", resource: "a"},
		{group: "other", resource: "c"},
		{group: "thinker", resource: "d", kind: "o3", more: ", api_version: v1"},
	}
	const lists = "router_settings: {disable_cooldowns: true, fallbacks: [{m: [other, thinker]}, {tight: [thinker]}], default_fallbacks: [other]}"
	g := start(t, groups(azure, lists, members...))
	fail := func(names ...string) func() {
		return func() {
			for _, name := range names {
				azure.Script(name, map[string]string{"a": "chat-a", "b": "chat-b", "c": "chat-c", "d": "o3-d"}[name], fakeazure.Status(500))
			}
		}
	}
	for _, tt := range []struct {
		name, settings, model string
		before                func()
		status                int
		by, asked             string
	}{
		{"not while one of its own serves", lists, "m", fail("a"), 200, "m-b", "a b"},
		{"when all of its own have failed", lists, "m", fail("a", "b"), 200, "other-c", "a b c"},
		{"one after the other, of whatever family", lists, "m", fail("a", "b", "c"), 200, "thinker-d", "a b c d"},
		{"and the last error is the last one's", lists, "m", fail("a", "b", "c", "d"), 500, "thinker-d", "a b c d"},
		{"when its limit is reached", lists, "tight", func() {
			aMinuteAhead(t)
			if got := g.chat("tight"); got.header.Get("x-azproc-deployment") != "tight-a" {
				t.Errorf("the first by %s", got.header.Get("x-azproc-deployment"))
			}
			azure.Reset()
		}, 200, "thinker-d", "d"},
		{"the default, when it has none of its own", lists, "alone", fail("a"), 200, "other-c", "a c"},
		{"of litellm_settings too", "litellm_settings: {fallbacks: [{alone: [thinker]}]}", "alone", fail("a"), 200, "thinker-d", "a d"},
		{"at most max_fallbacks of them", "router_settings: {max_fallbacks: 1, fallbacks: [{m: [other, thinker]}]}", "m", fail("a", "b", "c"), 500, "other-c", "a b c"},
		{"none where none is configured", "router_settings: {fallbacks: [{m: [other]}]}", "alone", fail("a"), 500, "alone-a", "a"},
		{"when all of it rest", "router_settings: {fallbacks: [{alone: [other]}]}", "alone", func() {
			azure.Script("a", "chat-a", fakeazure.TooManyRequests(time.Minute))
			if got := g.chat("alone"); got.header.Get("x-azproc-deployment") != "other-c" {
				t.Errorf("the first by %s", got.header.Get("x-azproc-deployment"))
			}
			eventually(t, "it rests", func() bool { return g.deployments()["alone-a"].Cooldown != nil })
			azure.Reset()
		}, 200, "other-c", "c"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.settings != lists {
				g.reload(groups(azure, tt.settings, members...) + "# " + tt.name + "\n")
			}
			azure.Reset()
			tt.before()
			got := g.chat(tt.model, `,"max_tokens":400`)
			if got.status != tt.status || got.header.Get("x-azproc-deployment") != tt.by || asked(azure) != tt.asked {
				t.Errorf("%d by %s, asked %q: %s", got.status, got.header.Get("x-azproc-deployment"), asked(azure), got.body)
			}
			last, _ := azure.Last()
			body := string(last.Body)
			if last.Resource == "d" && !(strings.Contains(body, `"model":"o3-d"`) && strings.Contains(body, `"max_completion_tokens":400`)) {
				t.Errorf("the thinker got %s", body)
			}
			if last.Resource != "d" && !strings.Contains(body, `"max_tokens":400`) {
				t.Errorf("%s got %s", last.Resource, body)
			}
			g.settled()
		})
	}
}
