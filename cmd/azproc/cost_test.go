package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/envoy"
)

func TestTheMostThatARequestMayCostIsNeverTooLittle(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(`
model_list:
- {model_name: mini, litellm_params: {model: azure/gpt-5-mini, api_base: "https://b.openai.azure.com", api_key: k}}
- {model_name: fast, litellm_params: {model: azure/gpt-5-mini, api_base: "https://b.openai.azure.com", api_key: k, service_tier: priority}}
- {model_name: embed, litellm_params: {model: azure/text-embedding-3-small, api_base: "https://b.openai.azure.com", api_key: k}}
- {model_name: pictures, litellm_params: {model: azure/dall-e-3, api_base: "https://b.openai.azure.com", api_key: k}}
- {model_name: speech, litellm_params: {model: azure/tts-1, api_base: "https://b.openai.azure.com", api_key: k}}
- {model_name: unnamed, litellm_params: {model: azure/prod-7, api_base: "https://b.openai.azure.com", api_key: k}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := newGateway(&settings{config: file, listen: "127.0.0.1:0"}, envoy.Options{Listen: "127.0.0.1:0", GRPC: "127.0.0.1:0"}, io.Discard, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer g.stop(t.Context())
	g.reload(t.Context())
	check := func(model string, input, output int64, on azure.Terms, want int64) {
		t.Helper()
		if got := g.Most(model, input, output, on); got != want {
			t.Errorf("%s, %d in, %d out, %+v: %d", model, input, output, on, got)
		}
	}
	check("embed", 5, 0, azure.Terms{}, 1) // a tenth of a micro-dollar
	check("mini", 10, 5, azure.Terms{}, 13)
	check("mini", 10, 5, azure.Terms{Tier: "priority"}, 23)
	check("fast", 10, 5, azure.Terms{}, 23)
	check("fast", 10, 5, azure.Terms{Tier: "default"}, 13)
	check("pictures", 100, -1, azure.Terms{Images: 1}, 44_001)
	check("pictures", 100, -1, azure.Terms{Images: 1, Width: 1024, Height: 1792, Quality: "hd"}, 132_001)
	check("speech", 100, 0, azure.Terms{Characters: 1000}, 15_000)
	check("unnamed", 10, 5, azure.Terms{}, 0)
	d := g.table.Load().Deployments[5].Deployment
	g.table.Load().Pricing().(*pricing).served(d, "", "gpt-4o-2024-11-20")
	check("unnamed", 10, 5, azure.Terms{}, 75) // once an answer has named its model
}
