package messages

import (
	"slices"
	"testing"
)

func TestModelsAreFoundByTheirNames(t *testing.T) {
	for name, want := range map[string]struct {
		family       string
		major, minor int
	}{
		"claude-sonnet-4-5":                           {"sonnet", 4, 5},
		"claude-sonnet-4-5-20250929":                  {"sonnet", 4, 5},
		"azure_ai/claude-sonnet-4-5":                  {"sonnet", 4, 5},
		"Claude-Sonnet-4.6":                           {"sonnet", 4, 6},
		"claude-3-7-sonnet-20250219":                  {"sonnet", 3, 7},
		"claude-3-5-haiku-latest":                     {"haiku", 3, 5},
		"claude-3-opus-20240229":                      {"opus", 3, 0},
		"claude-opus-4-20250514":                      {"opus", 4, 0},
		"claude-opus-4-0":                             {"opus", 4, 0},
		"claude-opus-4@20250514":                      {"opus", 4, 0},
		"claude-opus-4-1":                             {"opus", 4, 1},
		"us.anthropic.claude-haiku-4-5-20251001-v1:0": {"haiku", 4, 5},
		"prod-2-claude-opus-5-5":                      {"opus", 5, 5},
		"claude-opus-5":                               {"opus", 5, 0},
		"claude-opus-4-8":                             {"opus", 4, 7},
		"claude-opus-7":                               {"opus", 5, 5},
		"claude-fable-5-2":                            {"fable", 5, 1},
		"claude-mythos-preview":                       {"mythos", 0, 0},
		"claude-mythos-5-2":                           {"mythos", 5, 1},
		"claude-sonnet":                               {},
		"claude":                                      {},
		"my-deployment-7":                             {},
		"":                                            {},
		"opus-4-6":                                    {"opus", 4, 6},
		"claude-opus-2":                               {},
		"arn:aws:bedrock/anthropic.claude-3-sonnet-v2": {"sonnet", 3, 0},
	} {
		m := modelOf(name)
		if m.family != want.family || m.major != want.major || m.minor != want.minor {
			t.Errorf("%q is %s %d.%d", name, m.family, m.major, m.minor)
		}
	}
}

func TestTheTableOfModelsAgreesWithItself(t *testing.T) {
	for i, m := range models {
		if i > 0 && models[i-1].family == m.family && (models[i-1].major > m.major || models[i-1].major == m.major && models[i-1].minor >= m.minor) {
			t.Errorf("%s %d.%d stands behind a later one", m.family, m.major, m.minor)
		}
		if adaptive := m.thinking >= thinkAsked; adaptive != (len(m.efforts) > len(efforts3)) {
			t.Errorf("%s %d.%d: effort is how a model that thinks adaptively is told how much", m.family, m.major, m.minor)
		}
		if m.omits && m.sampling != sampleFixed {
			t.Errorf("%s %d.%d: who keeps its thoughts back has its sampling fixed", m.family, m.major, m.minor)
		}
		if !m.structured && (!m.forced || len(m.efforts) > 0) {
			t.Errorf("%s %d.%d has no way to answer in a form", m.family, m.major, m.minor)
		}
	}
}

func TestAnEffortIsTheNearestThatIsNotAbove(t *testing.T) {
	for _, c := range []struct {
		efforts     []string
		asked, want string
	}{
		{efforts3, "max", "high"},
		{efforts3, "xhigh", "high"},
		{efforts3, "low", "low"},
		{efforts4, "xhigh", "high"},
		{efforts4, "max", "max"},
		{efforts5, "xhigh", "xhigh"},
	} {
		if got := (&model{efforts: c.efforts}).level(c.asked); got != c.want || !slices.Contains(c.efforts, got) {
			t.Errorf("%s of %v is %s", c.asked, c.efforts, got)
		}
	}
}
