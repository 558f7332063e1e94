package main

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/usage"
	"github.com/azproc/azproc/usage/prices"
)

// gatewayOf starts no Envoy: it is a gateway that has read a configuration.
func gatewayOf(t *testing.T, config string) *gateway {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := newGateway(&settings{config: file, listen: "127.0.0.1:0"}, envoy.Options{Listen: "127.0.0.1:0", GRPC: "127.0.0.1:0"}, io.Discard, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.stop(t.Context()) })
	g.reload(t.Context())
	if g.table.Load() == nil {
		t.Fatal("the configuration is refused")
	}
	return g
}

// entryOf is a deployment whose tokens cost a micro-dollar in and ten out.
func entryOf(name, model, more string) string {
	return "- {model_name: " + name + ", litellm_params: {model: " + model + ", api_base: \"http://127.0.0.1:1/\", api_key: k, input_cost_per_token: 0.000001, output_cost_per_token: 0.00001}" + more + "}\n"
}

func TestARequestCostsAtMostWhatItsModelMayReadAndWrite(t *testing.T) {
	g := gatewayOf(t, "model_list:\n"+
		entryOf("gpt-4o", "azure/gpt-4o", "")+entryOf("mini", "azure/gpt-4o-mini", "")+entryOf("claude", "azure_ai/claude-opus-4-8", "")+
		entryOf("odd", "azure/prod-7", "")+entryOf("named", "azure/prod-8", ", model_info: {base_model: azure/gpt-5}")+
		"- {model_name: unpriced, litellm_params: {model: azure/prod-9, api_base: \"http://127.0.0.1:1/\", api_key: k}}\n")
	one := azure.Extent{Text: 100, Answers: 1, Output: 0}
	with := func(change func(x *azure.Extent)) azure.Extent {
		x := one
		change(&x)
		return x
	}
	for _, tt := range []struct {
		name, model  string
		extent       azure.Extent
		cost, images int64
	}{
		{"text", "gpt-4o", one, 100, 0},
		{"the answer", "gpt-4o", with(func(x *azure.Extent) { x.Answers, x.Output = 3, 10 }), 100 + 300, 0},
		{"an answer without a limit is all that the model writes", "gpt-4o", with(func(x *azure.Extent) { x.Output = -1 }), 100 + 163_840, 0},
		{"each of several", "gpt-4o", with(func(x *azure.Extent) { x.Output, x.Answers = -1, 2 }), 100 + 2*163_840, 0},
		{"of a model that nobody knows", "odd", with(func(x *azure.Extent) { x.Output = -1 }), 100 + 10*unsaidOutput, 0},
		{"images", "gpt-4o", with(func(x *azure.Extent) { x.Images = 2 }), 100 + 2*1445, 2 * 1445},
		{"images of gpt-4o-mini", "mini", with(func(x *azure.Extent) { x.Images = 1 }), 100 + 48_169, 48_169},
		{"images of Claude", "claude", with(func(x *azure.Extent) { x.Images = 1 }), 100 + 4784, 4784},
		{"images of a model whose base is named", "named", with(func(x *azure.Extent) { x.Images = 1 }), 100 + 1190, 1190},
		{"images of a model that nobody knows", "odd", with(func(x *azure.Extent) { x.Images = 1 }), unsaidInput, 0},
		{"what nobody sees is all that the model reads", "gpt-4o", with(func(x *azure.Extent) { x.Unseen = true }), 128_000, 0},
		{"and the images in it", "gpt-4o", with(func(x *azure.Extent) { x.Unseen, x.Images = true, 1 }), 128_000 + 1445, 1445},
		{"images that gpt-4o-mini was shown before", "mini", with(func(x *azure.Extent) { x.Unseen = true }), 34 * 128_000, 0},
		{"sound", "gpt-4o", with(func(x *azure.Extent) { x.Sound = 7 }), 107, 0},
		{"a price that nobody knows", "unpriced", one, 0, 0},
		{"a model that nobody serves", "other", one, 100, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cost, images := g.Most(tt.model, &tt.extent, azure.Terms{})
			if cost != tt.cost || images != tt.images {
				t.Errorf("%d micro-dollars, %d tokens of images; want %d, %d", cost, images, tt.cost, tt.images)
			}
		})
	}
}

func TestTheDearestDeploymentThatMayServeCounts(t *testing.T) {
	g := gatewayOf(t, "model_list:\n"+entryOf("m", "azure/gpt-4o", "")+strings.ReplaceAll(entryOf("m", "azure/gpt-4.1", ""), "0.000001", "0.000003")+
		strings.ReplaceAll(entryOf("other", "azure/gpt-4.1", ""), "0.000001", "0.000005")+"router_settings: {fallbacks: [{m: [other]}]}\n")
	if cost, _ := g.Most("m", &azure.Extent{Text: 100}, azure.Terms{}); cost != 500 {
		t.Errorf("%d", cost)
	}
	if cost, _ := g.Most("other", &azure.Extent{Text: 100}, azure.Terms{}); cost != 500 {
		t.Errorf("%d", cost)
	}
}

// TestNoAnswerIsChargedWithMoreThanItsRequestMayCost: with the prices of the table, for
// requests of each kind, and answers that use what the documentation lets them at most.
func TestNoAnswerIsChargedWithMoreThanItsRequestMayCost(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	for _, model := range []string{"gpt-4o", "gpt-4o-mini", "gpt-5.4", "gpt-4o-audio-preview", "gpt-image-1", "dall-e-3", "whisper", "gpt-4o-transcribe", "tts-1", "eu/gpt-5"} {
		g := gatewayOf(t, "model_list:\n- {model_name: m, litellm_params: {model: azure/"+model+", api_base: \"http://127.0.0.1:1/\", api_key: k}}\n")
		table := g.table.Load()
		p, _ := table.Pricing().(*pricing)
		d := table.Deployments[0]
		found := p.served(d.Deployment, model, "")
		each, _, _ := prices.ImageTokens(found.Name)
		window, writes := p.table.Windows(found)
		for range 2000 {
			x := azure.Extent{
				Text: r.Int64N(5000), Images: r.Int64N(3), Sound: r.Int64N(3) * 100, Unseen: r.IntN(3) == 0, Answers: 1 + r.Int64N(3), Output: r.Int64N(2000) - 1,
				Speaks: r.IntN(2) == 0, Characters: r.Int64N(3) * 50, Seconds: r.Int64N(3) * 60,
			}
			on := azure.Terms{Tier: []string{"", "priority", "flex", "default"}[r.IntN(4)]}
			if strings.Contains(model, "image") || strings.Contains(model, "dall-e") {
				on.Images, on.Width, on.Height, on.Quality = r.Int64N(4), 1024, 1024, []string{"", "hd", "low"}[r.IntN(3)]
			}
			e := envoy.Entry{Terms: on}
			var u usage.Tokens
			u.ImageIn, u.AudioIn = r.Int64N(x.Images*each+1), r.Int64N(x.Sound+1)
			if x.Unseen && window > 0 {
				u.Input = window
				if x.Sound > 0 {
					u.AudioIn = window - u.ImageIn
				}
			} else {
				u.Input = u.ImageIn + u.AudioIn + r.Int64N(x.Text+1)
			}
			u.Cached = r.Int64N(u.Input + 1)
			u.Output = x.Answers * max(x.Output, 0)
			if x.Output < 0 {
				u.Output = x.Answers * writes
			}
			u.ImageOut, u.Reasoning = r.Int64N(u.Output+1), r.Int64N(u.Output+1)
			if x.Speaks {
				u.AudioOut = r.Int64N(u.Output + 1)
			}
			u.Characters, u.Milliseconds = r.Int64N(x.Characters+1), r.Int64N(x.Seconds*1000+1)
			cost, _ := costOf(table.Pricing(), d.Deployment, model, &e, prices.TierOf(on.Tier), &u)
			if most, _ := g.Most("m", &x, on); cost > most*config.MicroDollar {
				t.Fatalf("%s: %+v is charged with %d, and %+v may cost %d", model, u, cost, x, most)
			}
		}
	}
}

func TestTheMostThatARequestMayCostIsRoundedUpAndOnItsTerms(t *testing.T) {
	g := gatewayOf(t, `
model_list:
- {model_name: mini, litellm_params: {model: azure/gpt-5-mini, api_base: "https://b.openai.azure.com", api_key: k}}
- {model_name: fast, litellm_params: {model: azure/gpt-5-mini, api_base: "https://b.openai.azure.com", api_key: k, service_tier: priority}}
- {model_name: embed, litellm_params: {model: azure/text-embedding-3-small, api_base: "https://b.openai.azure.com", api_key: k}}
- {model_name: pictures, litellm_params: {model: azure/dall-e-3, api_base: "https://b.openai.azure.com", api_key: k}}
- {model_name: speech, litellm_params: {model: azure/tts-1, api_base: "https://b.openai.azure.com", api_key: k}}
- {model_name: unnamed, litellm_params: {model: azure/prod-7, api_base: "https://b.openai.azure.com", api_key: k}}
`)
	of := func(model string, x azure.Extent, on azure.Terms) int64 {
		most, _ := g.Most(model, &x, on)
		return most
	}
	text := azure.Extent{Text: 1000, Answers: 1, Output: 0}
	if got := of("embed", azure.Extent{Text: 5, Answers: 1}, azure.Terms{}); got != 1 { // a tenth of a micro-dollar
		t.Errorf("%d", got)
	}
	standard, priority := of("mini", text, azure.Terms{}), of("mini", text, azure.Terms{Tier: "priority"})
	if standard == 0 || priority <= standard || of("fast", text, azure.Terms{}) != priority || of("fast", text, azure.Terms{Tier: "default"}) != standard || of("mini", text, azure.Terms{Tier: "flex"}) != standard {
		t.Errorf("%d, with priority %d", standard, priority)
	}
	one, large := of("pictures", text, azure.Terms{Images: 1}), of("pictures", text, azure.Terms{Images: 2, Width: 1024, Height: 1792, Quality: "hd"})
	if one < 44_000 || large < 2*120_000 {
		t.Errorf("%d and %d for images", one, large)
	}
	if got := of("speech", azure.Extent{Characters: 1000}, azure.Terms{Characters: 1000}); got != 15_000 {
		t.Errorf("%d for speech", got)
	}
	if got := of("unnamed", text, azure.Terms{}); got != 0 {
		t.Errorf("%d for a model that nobody knows", got)
	}
	g.table.Load().Pricing().(*pricing).served(g.table.Load().Deployments[5].Deployment, "", "gpt-4o-2024-11-20")
	if got := of("unnamed", text, azure.Terms{}); got < 2500 { // once an answer has named it
		t.Errorf("%d", got)
	}
}
