package routing

import (
	"strings"
	"testing"

	"github.com/azproc/azproc/azure"
)

func TestAPlanSaysWhomToAskWhenAPromptIsRefused(t *testing.T) {
	file := list(entries("m", "a", "b"), entries("long", "x", "y"), entries("longer", "z"), strings.Replace(entries("o", "o3"), "gpt-4o", "o3-mini", 1)) +
		"router_settings: {context_window_fallbacks: [{m: [long, longer]}], content_policy_fallbacks: [{m: [o]}]}\n"
	w := newWorld(t, file)
	plan := func(body string) (Plan, []string) {
		var doc azure.Doc
		if err := doc.Scan([]byte(body)); err != nil {
			t.Fatal(err)
		}
		p, err := w.Plan(t.Context(), &Request{Model: "m", Op: azure.OpChat, Doc: &doc, Size: int64(len(body))})
		if err != nil {
			t.Fatal(err)
		}
		w.fleet.End(p.Claim, 0)
		var groups []string
		for kind, list := range p.Refused {
			for _, group := range list {
				var names []string
				for _, d := range group {
					names = append(names, d.Name)
				}
				groups = append(groups, azure.Refusal(kind).String()+" "+sorted(strings.Join(names, " ")))
			}
		}
		return p, groups
	}
	p, groups := plan(`{"model":"m"}`)
	if got := strings.Join(groups, ", "); got != "context x y, context z, content o3" || len(p.Next) != 1 {
		t.Errorf("planned %s, then %s", order(p), got)
	}
	if _, groups := plan(`{"model":"m","temperature":0.5}`); strings.Join(groups, ", ") != "context x y, context z" {
		t.Errorf("a family that does not take the request is asked: %v", groups)
	}
	if p, err := w.Plan(t.Context(), &Request{Model: "m"}); err != nil || len(p.Refused[0]) > 0 {
		t.Errorf("a form is planned for refusals: %v, %v", p.Refused, err)
	}
}

func TestABodyThatIsTooLargeToBeKeptHasNoFallbackForRefusals(t *testing.T) {
	w := newWorld(t, list(entries("m", "a"), entries("long", "x"))+"router_settings: {retry_buffer_mb: 1, context_window_fallbacks: [{m: [long]}]}\n")
	var doc azure.Doc
	if err := doc.Scan([]byte(`{"model":"m"}`)); err != nil {
		t.Fatal(err)
	}
	p, err := w.Plan(t.Context(), &Request{Model: "m", Op: azure.OpChat, Doc: &doc, Size: 1<<20 + 1})
	if err != nil || !p.TooLarge || len(p.Refused[azure.RefusalContext]) > 0 {
		t.Errorf("too large %t, %v, %v", p.TooLarge, p.Refused, err)
	}
}
