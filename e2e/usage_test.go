package e2e

import (
	"fmt"
	"strings"
	"testing"
)

func TestTheUsageOfStreamsIsNotAskedForWhereTheOperatorSaysSo(t *testing.T) {
	azure := fleet(t)
	config := strings.Replace(groups(azure, "", member{group: "m", resource: "a"}), "master_key:", "always_include_stream_usage: false, master_key:", 1)
	g := start(t, config)
	got := g.chat("m", `,"stream":true`)
	if sent := string(azure.Requests()[0].Body); got.status != 200 || strings.Contains(sent, "stream_options") {
		t.Errorf("%d, sent %s", got.status, sent)
	}
	if l := g.line(t, got); !l.Estimated || l.Input == 0 || l.Output == 0 {
		t.Errorf("it is not estimated: %+v", l)
	}
}

// TestTheUsageOfAStreamIsCountedAndShownToWhoAskedForIt: each row is a model and what
// its client says of the usage.
func TestTheUsageOfAStreamIsCountedAndShownToWhoAskedForIt(t *testing.T) {
	azure := fleet(t)
	var members []member
	for _, kind := range []string{"chat", "o3", "gpt5", "instruct", "claude", "gpt-5-codex", "o3-pro", "o1"} {
		members = append(members, member{group: kind, resource: "a", kind: kind, more: ", tpm: 1000000"})
	}
	members = append(members, member{group: "old", resource: "b", more: ", tpm: 1000000, api_version: '2024-02-01'"})
	g := start(t, groups(azure, "", members...))
	for _, m := range members {
		for says, shown := range map[string]bool{
			"": false,
			`,"stream_options":{"include_usage":false}`:      false,
			`,"stream_options":null`:                         false,
			`,"stream_options":{"include_usage":true}`:       true,
			`,"fakeazure":{"split":1}`:                       false,
			`,"fakeazure":{"split":7}`:                       false,
			`,"stream_options":{"include_usage":true},"n":1`: true,
		} {
			switch translated := strings.Contains("instruct claude gpt-5-codex o3-pro", m.group); {
			case translated && strings.Contains(says, "fakeazure"): // the model is told of what its API has
				continue
			case m.group == "old" && strings.Contains(says, "stream_options"): // which that version does not have
				continue
			}
			name := fmt.Sprintf("%s %s", m.group, says)
			got := g.chat(m.group, `,"stream":true`, says)
			if got.status != 200 || !strings.HasSuffix(got.body, "data: [DONE]\n\n") {
				t.Fatalf("%s: %d %s", name, got.status, got.body)
			}
			usages, text := 0, ""
			for _, chunk := range events(t, got) {
				choices, _ := chunk["choices"].([]any)
				if usage, ok := chunk["usage"].(map[string]any); ok && usage != nil && len(choices) == 0 {
					usages++
				}
				for _, c := range choices {
					delta, _ := c.(map[string]any)["delta"].(map[string]any)
					piece, _ := delta["content"].(string)
					text += piece
				}
			}
			if (usages == 1) != shown || usages > 1 || text == "" {
				t.Errorf("%s: the usage was shown %d times, text %q:\n%s", name, usages, text, got.body)
			}
		}
	}
}
