package main

import (
	"os"
	"strings"
	"testing"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/usage/prices"
)

// pricesOf reads a configuration and gives its prices with it.
func pricesOf(t *testing.T, text string) (*config.Snapshot, *pricing) {
	t.Helper()
	snap, report := config.Parse("config.yaml", []byte(text), config.Options{
		Getenv: func(name string) (string, bool) {
			if strings.HasSuffix(name, "_KEY") || strings.HasSuffix(name, "_SECRET") {
				return "key", true
			}
			return "", false
		},
		Prices:   readPrices,
		ReadFile: func(string) ([]byte, error) { return []byte(`{"azure/x": {"input_cost_per_token": 1}}`), nil },
	})
	if snap == nil {
		t.Fatal(report.Diagnostics)
	}
	for _, d := range report.Diagnostics {
		t.Errorf("%s\n%s", d, text)
	}
	return snap, snap.Pricing.(*pricing)
}

func TestTheExamplesOfTheDocumentationHavePrices(t *testing.T) {
	for _, file := range []string{"README.md", "docs/configuration.md", "docs/prices.md"} {
		data, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(string(data), "```yaml\n")[1:]
		if len(blocks) == 0 {
			t.Errorf("%s has no example", file)
		}
		for _, block := range blocks {
			text, _, _ := strings.Cut(block, "```")
			pricesOf(t, text)
		}
	}
}

func TestADeploymentIsPricedByWhatItsAnswersName(t *testing.T) {
	snap, p := pricesOf(t, `model_list:
- {model_name: "any/*", litellm_params: {model: "azure/*", api_base: "https://r.openai.azure.com", api_key: k}}
- {model_name: own, litellm_params: {model: azure/gpt-4o, api_base: "https://r.openai.azure.com", api_key: k, input_cost_per_token: 1, output_cost_per_token: 2}}
- {model_name: o, litellm_params: {model: openai/own, api_base: "http://localhost/v1", input_cost_per_token: 1, output_cost_per_token: 2}}
- {model_name: base, litellm_params: {model: azure/my-deployment, api_base: "https://r.openai.azure.com", api_key: k}, model_info: {base_model: gpt-4o}}
- {model_name: named, litellm_params: {model: azure/gpt-4o, api_base: "https://r.openai.azure.com", api_key: k}}
- {model_name: router, litellm_params: {model: azure/model-router, api_base: "https://r.openai.azure.com", api_key: k}, model_info: {base_model: model-router}}
`)
	for _, c := range []struct {
		deployment       int
		called, answered string
		want             string // what a token in and one out cost, "" is unknown
	}{
		{0, "", "", ""},
		{0, "my-deployment", "", ""},
		{0, "gpt-4o", "", "0.0000125"},
		{0, "my-deployment", "gpt-4o-2024-05-13", "0.00002"},
		{0, "my-deployment", "", "0.00002"},       // as the last answer said
		{0, "my-deployment", "what", ""},          // nobody knows, and it is not kept
		{0, "my-deployment", "", "0.00002"},       //
		{0, "another-deployment", "", ""},         // of which nothing was said
		{3, "", "gpt-4o-2024-05-13", "0.0000125"}, // base_model counts
		{4, "", "gpt-4o-2024-05-13", "0.0000125"}, // so does a name that tells
		{5, "", "", "0.00000014"},
		{5, "", "gpt-4o", "0.00001264"}, // and its own for the input
		{1, "gpt-4o", "gpt-4o-2024-05-13", "3"},
		{2, "", "gpt-4o", "3"},
	} {
		for range 2 { // found, and remembered
			m := p.served(snap.Deployments[c.deployment], c.called, c.answered)
			got := ""
			if m != nil {
				got = m.Cost(&prices.Usage{Input: 1, Output: 1}).Amount.Dollars()
			}
			if got != c.want {
				t.Errorf("%+v: %q", c, got)
			}
		}
	}
}
