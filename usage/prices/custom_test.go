package prices

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestADeploymentsOwnPricesTakeTheListsPlace(t *testing.T) {
	usage := Usage{Input: 10, Cached: 4, Output: 1}
	for what, c := range map[string]struct {
		model   string
		own     []Custom
		usage   Usage
		dollars string
		unknown Kinds
	}{
		"both of them":                     {"chat", []Custom{{"input_cost_per_token", "1"}, {"output_cost_per_token", "100"}}, usage, "110", 0},
		"free, what is cached too":         {"chat", []Custom{{"input_cost_per_token", "0"}, {"output_cost_per_token", "0.0"}}, usage, "0", 0},
		"one of them":                      {"chat", []Custom{{"input_cost_per_token", "1"}}, usage, "10.1", 0},
		"what is cached alone":             {"chat", []Custom{{"cache_read_input_token_cost", "1"}}, usage, "4.106", 0},
		"in any order":                     {"chat", []Custom{{"cache_read_input_token_cost", "0.5"}, {"input_cost_per_token", "1"}}, usage, "8.1", 0},
		"of a model nobody knows":          {"my-own", []Custom{{"input_cost_per_token", "1"}}, usage, "10", Output},
		"a search":                         {"chat", []Custom{{"search_context_cost_per_query.search_context_size_low", "9"}}, Usage{Searches: 1, SearchSize: "low"}, "9", 0},
		"images of every size":             {"dall-e-3", []Custom{{"output_cost_per_image", "0.5"}}, Usage{Images: Images{Number: 2}}, "1", 0},
		"a tier alone":                     {"chat", []Custom{{"input_cost_per_token_priority", "5"}}, usage, "0.1064", 0},
		"the tiers of the list go":         {"chat", []Custom{{"input_cost_per_token", "1"}}, Usage{Tier: Priority, Input: 1}, "1", AtTier},
		"and those of the deployment stay": {"chat", []Custom{{"input_cost_per_token_priority", "5"}, {"input_cost_per_token", "1"}}, Usage{Tier: Priority, Input: 1}, "5", 0},
	} {
		t.Run(what, func(t *testing.T) {
			list := handMade(t)
			m, problems := list.Find(Azure, c.model).With("mine", c.own)
			if len(problems) > 0 {
				t.Error(problems)
			}
			if got := m.Cost(&c.usage); got.Amount.Dollars() != c.dollars || got.Unknown != c.unknown {
				t.Errorf("%s dollars and %q unknown, not %s and %q", got.Amount.Dollars(), got.Unknown, c.dollars, c.unknown)
			}
			if got := list.Find(Azure, "chat").Cost(&usage).Amount.Dollars(); got != "0.1064" {
				t.Errorf("the list was changed: %s", got)
			}
		})
	}
}

func TestADeploymentsPricesThatCannotBeReadAreSaid(t *testing.T) {
	list := handMade(t).Find(Azure, "chat")
	m, problems := list.With("mine", []Custom{
		{"input_cost_per_tokn", "1"}, {"output_cost_per_token", "cheap"}, {"search_context_cost_per_query.size", "1"}, {"input_cost_per_token", "-1"},
	})
	want := []Problem{
		{Entry: "mine", Field: "input_cost_per_tokn", Message: "no price that costs are made of"},
		{Entry: "mine", Field: "output_cost_per_token", Message: "must be a number of US dollars: it is no number"},
		{Entry: "mine", Field: "search_context_cost_per_query.size", Message: "no price that costs are made of"},
		{Entry: "mine", Field: "input_cost_per_token", Message: "must be a number of US dollars: it is a price below zero"},
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if m != list {
		t.Error("the list's prices do not stand")
	}
	if m, _ := (*Model)(nil).With("mine", nil); m != nil {
		t.Error("prices out of nothing")
	}
}
