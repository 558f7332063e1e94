package prices

import (
	"strings"
	"testing"
)

// found is how a table finds names: "KEY by RULE", or "unknown".
func found(m *Model) string {
	if m == nil {
		return "unknown"
	}
	return m.Name + " by " + string(m.Rule)
}

func TestNamesAreFoundAsPeopleAndAzureWriteThem(t *testing.T) {
	for name, want := range map[string]string{
		"azure/gpt-4-1106-preview":          "azure/gpt-4-1106-preview by its name",
		"gpt-4o":                            "azure/gpt-4o by its name",
		"AZURE/GPT-4o":                      "azure/gpt-4o by its name",
		" gpt-4o ":                          "azure/gpt-4o by its name",
		"azure/us/gpt-4o":                   "azure/us/gpt-4o by its name",
		"us/gpt-4o":                         "azure/us/gpt-4o by its name",
		"azure/eu/gpt-4o-2024-11-20":        "azure/eu/gpt-4o-2024-11-20 by its name",
		"azure/global/gpt-5.1":              "azure/global/gpt-5.1 by its name",
		"azure/global/gpt-4o":               "azure/gpt-4o by its name without global",
		"azure/global-standard/gpt-4o-mini": "azure/global-standard/gpt-4o-mini by its name",
		"azure/global-standard/gpt-4o-mini-2099-01-01": "azure/global-standard/gpt-4o-mini by its name without the date",
		"azure/global-standard/gpt-4.1-2099-01-01":     "azure/gpt-4.1 by its name without global",
		"azure/us-gov/o3-mini":                         "azure/us-gov/o3-mini by its name",
		"azure/apac/gpt-6.1-sol":                       "azure/apac/gpt-6.1-sol by its name",
		"gpt-4o-2024-11-20":                            "azure/gpt-4o-2024-11-20 by its name",
		"gpt-4o-2024-05-13":                            "azure/gpt-4o-2024-05-13 by its name",
		"gpt-4o-2099-12-31":                            "azure/gpt-4o by its name without the date",
		"azure_ai/claude-sonnet-4-5":                   "azure_ai/claude-sonnet-4-5 by its name",
		"azure/claude-sonnet-4-5":                      "azure_ai/claude-sonnet-4-5 by its name",
		"claude-sonnet-4-5-20250929":                   "azure_ai/claude-sonnet-4-5 by its name without the date",
		"azure_text/gpt-35-turbo-instruct":             "azure/gpt-35-turbo-instruct by its name",
		"gpt-35-turbo":                                 "azure/gpt-35-turbo by its name",
		"gpt-35-turbo-2099-01-01":                      "azure/gpt-35-turbo by its name without the date",
		"gpt-3.5-turbo-16k":                            "azure/gpt-35-turbo-16k by its other spelling",
		"azure/o_series/o3-mini":                       "azure/o3-mini by its name",
		"azure/gpt5_series/gpt-5":                      "azure/gpt-5 by its name",
		"azure/responses/gpt-5-pro":                    "azure/gpt-5-pro by its name",
		"openai/gpt-4o":                                "azure/gpt-4o by its name", // with a base of Azure's
		"gpt-4o-audio-preview":                         "azure/gpt-4o-audio-preview-2024-12-17 by its only date",
		"azure/hd/1024-x-1024/dall-e-3":                "azure/hd/1024-x-1024/dall-e-3 by its name",
		"dall-e-3":                                     "azure/dall-e-3 by its name",
		"azure/dall-e-3":                               "azure/dall-e-3 by its name",
		"gpt-image-1":                                  "azure/gpt-image-1 by its name",
		"azure/speech/azure-tts":                       "azure/speech/azure-tts by its name",
		"Cohere-Embed-V5-Pro":                          "azure_ai/cohere-embed-v5-pro by its name",
		"azure_ai/model-router":                        "azure_ai/model-router by its name",
		"azure/azure/gpt-4o":                           "azure/gpt-4o by its name",
		"model-router":                                 "azure/model-router by its name",

		// What no rule finds is unknown.
		"":                        "unknown",
		"azure/":                  "unknown",
		"chatgpt-v-2":             "unknown",
		"my-gpt-4o":               "unknown",
		"gpt-4o-prod":             "unknown",
		"gpt-35-turbo-0613":       "unknown", // costs three times what gpt-35-turbo does
		"gpt-4o-realtime-preview": "unknown", // its two dates differ
		"azure/us-gov/gpt-4o":     "unknown",
		"azure/eu/dall-e-3":       "unknown",
		"azure/mars/gpt-4o":       "unknown",
		"bedrock/gpt-4o":          "unknown",
		"dall-e-2":                "unknown", // its only price in the file is 0
		"gpt-4o-20241":            "unknown",
		"gpt-4o-1024-11-20":       "unknown",

		"ft:gpt-4o-mini-2024-07-18:me": "unknown",
	} {
		if got := found(Embedded().Find(Azure, name)); got != want {
			t.Errorf("%q is %s, not %s", name, got, want)
		}
	}
}

func TestOpenAIsNamesAreNotAzures(t *testing.T) {
	table, _, err := Parse([]byte(`{
		"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 1},
		"openai/special": {"input_cost_per_token": 2},
		"azure/gpt-4o": {"input_cost_per_token": 3},
		"azure/gpt-5": {"input_cost_per_token": 3},
		"bare": {"litellm_provider": "azure", "input_cost_per_token": 4},
		"mistral/large": {"input_cost_per_token": 5}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		seller     Seller
		name, want string
	}{
		{OpenAI, "gpt-4o", "gpt-4o by its name"},
		{OpenAI, "openai/gpt-4o", "gpt-4o by its name"},
		{OpenAI, "openai/responses/gpt-4o-2024-11-20", "gpt-4o by its name without the date"},
		{OpenAI, "special", "openai/special by its name"},
		{OpenAI, "gpt-5", "unknown"},
		{OpenAI, "azure/gpt-4o", "azure/gpt-4o by its name"}, // as it is written
		{OpenAI, "azure/gpt-4o-2024-11-20", "unknown"},
		{OpenAI, "mistral/large", "mistral/large by its name"},
		{Azure, "gpt-4o", "azure/gpt-4o by its name"},
		{Azure, "bare", "azure/bare by its name"},
		{Azure, "mistral/large", "mistral/large by its name"},
	} {
		if got := found(table.Find(c.seller, c.name)); got != c.want {
			t.Errorf("%q of %d is %s, not %s", c.name, c.seller, got, c.want)
		}
	}
}

func TestTheFilesOfAUserCountEntryByEntry(t *testing.T) {
	own, _, err := Parse([]byte(`{"Azure/GPT-4o": {"input_cost_per_token": 1e-3}, "azure/mine": {"input_cost_per_token": 1e-3}, "azure/gpt-4o-audio-preview-2099-01-01": {"input_cost_per_token": 1}}`))
	if err != nil {
		t.Fatal(err)
	}
	both := Embedded().With(own)
	for name, want := range map[string]string{"gpt-4o": "0.001", "mine": "0.001", "gpt-4.1": "0.000002", "gpt-4o-2024-11-20": "0.0000025"} {
		m := both.Find(Azure, name)
		if m == nil || m.Cost(&Usage{Input: 1}).Amount.Dollars() != want {
			t.Errorf("%s: %v", name, m)
		}
	}
	if m := both.Find(Azure, "gpt-4o-audio-preview"); m != nil {
		t.Errorf("two dates now, but %s", m.Name)
	}
	if Embedded().Find(Azure, "mine") != nil || Embedded().With(nil) != Embedded() {
		t.Error("the embedded table was changed")
	}
}

func TestTheEmbeddedTableIsWholeAndSmall(t *testing.T) {
	if len(azureJSON) > 150_000 {
		t.Errorf("%d bytes", len(azureJSON))
	}
	if Embedded().Len() < 450 || !strings.Contains(EmbeddedSource(), "LiteLLM") || len(EmbeddedDate()) != len("2026-10-21") {
		t.Errorf("%d entries of %q, %q", Embedded().Len(), EmbeddedSource(), EmbeddedDate())
	}
	for _, name := range Embedded().Names() {
		if !strings.HasPrefix(name, "azure") {
			t.Errorf("%s is not Azure's", name)
		}
	}
}
