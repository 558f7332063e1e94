package config

import "testing"

func TestFind(t *testing.T) {
	s := &Snapshot{Groups: []*Group{
		{Name: "*", Wildcard: true}, {Name: "azure/*-mini", Wildcard: true}, {Name: "azure/*", Wildcard: true}, {Name: "gpt-4o"}, {Name: "azure/gpt"},
	}}
	for model, want := range map[string][2]string{
		"gpt-4o":           {"gpt-4o", ""},
		"gpt-5":            {"*", "gpt-5"},
		"azure/gpt-5":      {"azure/*", "gpt-5"},
		"azure/gpt-5-mini": {"azure/*-mini", "gpt-5"},
		"azure/gpt":        {"azure/gpt", ""},
		"azure/-mini":      {"azure/*", "-mini"},
		"azure/":           {"*", "azure/"},
	} {
		t.Run(model, func(t *testing.T) {
			g, capture, ok := s.Find(model)
			if !ok || g.Name != want[0] || capture != want[1] {
				t.Errorf("%v %q", g, capture)
			}
		})
	}
	if _, _, ok := s.Find(""); ok {
		t.Error("no name is found")
	}
	if _, _, ok := (&Snapshot{Groups: s.Groups[3:]}).Find("gpt-4"); ok {
		t.Error("a beginning of a name is found")
	}
}
