package extproc

import (
	"testing"

	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/wire"
)

// TestThePlanIsWrittenAsEnvoyReadsIt holds the metadata against the form of
// Envoy's priority_group cluster specifier, and of refused.lua.
func TestThePlanIsWrittenAsEnvoyReadsIt(t *testing.T) {
	var all []*fixed
	deployments := make([]*routing.Deployment, 5)
	for i := range deployments {
		name := string(rune('a' + i))
		deployments[i] = &routing.Deployment{Deployment: &config.Deployment{Name: name, Cluster: "c-" + name}, Index: i}
		all = append(all, newFixed(deployments[i], nil))
	}
	place := func(name string) any {
		return map[string]any{"name": name, "clusters": []any{map[string]any{"cluster_name": name, "weight": 1.0}}}
	}
	claim := routing.Claim{ID: "c-a", Minute: 7, Tokens: 3}
	text := string(claim.Append(nil))
	for _, tt := range []struct {
		name string
		plan plan
		want map[string]any
	}{
		{
			"one deployment",
			plan{first: all[0], claim: claim, path: "/p", about: about{operation: "op", model: "m", key: "k", hold: "h"}},
			map[string]any{
				"azproc":      map[string]any{"deployment": "a", "claim": text, "asked": "op\x1e\x1em\x1ek\x1eh\x1e"},
				"azproc.plan": map[string]any{"priority_groups": []any{place("c-a")}},
			},
		},
		{
			"two",
			plan{first: all[0], next: deployments[1:2], fixed: all, claim: claim, path: "/p", about: about{operation: "op", model: "m", key: "k", hold: "h"}},
			map[string]any{
				"azproc":      map[string]any{"deployment": "a", "claim": text, "path": "/p", "asked": "op\x1e\x1em\x1ek\x1eh\x1e"},
				"azproc.plan": map[string]any{"priority_groups": []any{place("c-a"), place("c-b")}},
			},
		},
		{
			"one, and two groups for prompts that are too long",
			plan{
				first: all[0], fixed: all, claim: claim, path: "/p", about: about{operation: "op", model: "m"},
				refused: [azure.NumRefusals][][]*routing.Deployment{azure.RefusalContext: {deployments[1:3], deployments[3:4]}, azure.RefusalContent: {deployments[4:]}},
			},
			map[string]any{
				"azproc":      map[string]any{"deployment": "a", "claim": text, "path": "/p", "asked": "op\x1e\x1em\x1e\x1e\x1e"},
				"azproc.plan": map[string]any{"priority_groups": []any{place("c-a"), place("unplanned")}},
				"azproc.refused": map[string]any{
					"context": []any{
						map[string]any{"priority_groups": []any{place("c-b"), place("c-c")}},
						map[string]any{"priority_groups": []any{place("c-d")}},
					},
					"content": []any{map[string]any{"priority_groups": []any{place("c-e")}}},
				},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r extprocv3.ProcessingResponse
			if err := proto.Unmarshal(tt.plan.append(nil), &r); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, r.DynamicMetadata.AsMap()); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestALaterAttemptReadsWhatTheFirstHasLeft(t *testing.T) {
	s := wire.AppendText(nil, FieldClaim, "c")
	s = wire.AppendText(s, fieldPath, "/p")
	s = (&about{operation: "op", model: "m\n\x1e", key: "k", stream: true, characters: 7}).append(s)
	s = wire.AppendText(s, fieldUndo, "u")
	var m memory
	m.read(s)
	if m != (memory{claim: "c", path: "/p", model: "m??", undo: "u", stream: true}) {
		t.Errorf("%+v", m)
	}
}
