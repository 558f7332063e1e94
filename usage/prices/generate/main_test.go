package main

import (
	"strings"
	"testing"
)

func TestOnlyAzuresPricesAreKept(t *testing.T) {
	var out strings.Builder
	err := write(&out, "a file", "2026-10-21", []byte(`{
		"sample_spec": {"input_cost_per_token": 1},
		"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 1},
		"azure/b": {"litellm_provider": "azure_text", "input_cost_per_token": 2e-06, "supports_vision": true, "search_context_cost_per_query": {"search_context_size_low": 0.1,
			"search_context_size_high": 0.2}},
		"azure/a": {"litellm_provider": "azure", "mode": "chat", "max_input_tokens": 10, "max_tokens": 5, "input_cost_per_token": 1.50, "output_cost_per_token": 0.0},
		"azure/free": {"litellm_provider": "azure", "input_cost_per_token": 0.0}}`))
	want := `{"source": "a file",
"date": "2026-10-21",
"prices": {
"azure/a":{"mode":"chat","max_input_tokens":10,"input_cost_per_token":1.50,"output_cost_per_token":0.0},
"azure/b":{"litellm_provider":"azure_text","input_cost_per_token":2e-06,"search_context_cost_per_query":{"search_context_size_low":0.1,"search_context_size_high":0.2}}
}}
`
	if err != nil || out.String() != want {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := write(&out, "", "", []byte("{")); err == nil {
		t.Error("half a file is taken")
	}
}
