package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/envoy"
)

func TestASessionCostsWhatItsModelsDo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(`
model_list:
- {model_name: voice, litellm_params: {model: azure/v, api_base: "https://a.openai.azure.com", api_key: k}, model_info: {id: voice, base_model: gpt-realtime}}
- {model_name: text, litellm_params: {model: azure/t, api_base: "https://a.openai.azure.com", api_key: k}, model_info: {id: text, base_model: gpt-4o}}
- {model_name: cheap, litellm_params: {model: azure/c, api_base: "https://a.openai.azure.com", api_key: k, input_cost_per_token: 0.000001, output_cost_per_token: 0.000001}, model_info: {id: cheap, base_model: gpt-4o-mini}}
- {model_name: elsewhere, litellm_params: {model: azure/e, api_base: "https://b.openai.azure.com", api_key: k}, model_info: {id: elsewhere, base_model: gpt-4o}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := newGateway(&settings{config: file, listen: "127.0.0.1:0"}, envoy.Options{Listen: "127.0.0.1:0", GRPC: "127.0.0.1:0"}, io.Discard, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer g.stop(t.Context())
	g.reload(t.Context())
	table := g.table.Load()
	voice, text := table.Deployments[0].Cluster, table.Deployments[1].Cluster
	const tokens = `"input_tokens":1000,"output_tokens":100}`
	of := func(model string) string { return `"usage":{"model":"` + model + `",` + tokens }
	for name, tt := range map[string]struct {
		cluster, operation, model, told string
		cost                            int64
		priced                          bool
	}{
		"realtime costs what was asked for":      {voice, "realtime", "voice", of(""), 1000*4 + 100*16, true},
		"whatever its answers name":              {voice, "realtime", "voice", of("gpt-4o"), 1000*4 + 100*16, true},
		"cached sound has its own price":         {voice, "realtime", "voice", `"usage":{"input_tokens":1000,"input_tokens_details":{"audio_tokens":500,"cached_tokens":100,"cached_tokens_details":{"audio_tokens":100}},"output_tokens":100,"output_tokens_details":{"audio_tokens":50}}`, 500*4 + 400*32 + 40 + 50*16 + 50*64, true},
		"nobody knows which model":               {voice, "realtime", "", of(""), 0, false},
		"Responses name the deployment":          {text, "responses", "", of("t"), 1000*2.5 + 100*10, true},
		"or its model":                           {voice, "responses", "", of("gpt-4o"), 1000*2.5 + 100*10, true},
		"another one than was asked for":         {text, "responses", "text", of("v"), 1000*4 + 100*16, true},
		"one with a price of its own":            {text, "responses", "", of("c"), 1100, true},
		"the same by its model":                  {text, "responses", "", of("gpt-4o-mini"), 1100, true},
		"a model that is not in the file":        {text, "responses", "", of("gpt-5"), 1000*1.25 + 100*10, true},
		"a deployment that is elsewhere":         {text, "responses", "", of("e"), 0, false},
		"several":                                {text, "responses", "", of("t") + of("c"), 1000*2.5 + 100*10 + 1100, true},
		"several, of which one is unknown":       {text, "responses", "", of("t") + of("what"), 1000*2.5 + 100*10, false},
		"nothing":                                {text, "responses", "", "", 0, false},
		"a passthrough's costs what it asks for": {text, "passthrough", "text", of("c"), 1000*2.5 + 100*10, true},
	} {
		var got kept
		e := envoy.Entry{Cluster: tt.cluster, Status: 101, Operation: tt.operation, Model: tt.model, Usage: [2]string{tt.told}, Received: 4000, Sent: 9000}
		ledger{g.fleet, g.metrics, &got, g.table.Load, g.quota}.Ended(&e)
		if r := got[0]; r.Cost != tt.cost*config.MicroDollar || r.Priced != tt.priced || r.Estimated || (r.Tokens.Input > 0) != (tt.told != "") {
			t.Errorf("%s: %+v, want %d", name, r, tt.cost)
		}
	}
}
