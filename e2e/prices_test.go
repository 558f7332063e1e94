package e2e

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
	"github.com/azproc/azproc/usage/prices"
)

// costs is what a use of a model costs by the embedded table, in dollars.
func costs(t *testing.T, model string, u prices.Usage) float64 {
	t.Helper()
	c := prices.Embedded().Find(prices.Azure, model).Cost(&u)
	dollars, err := strconv.ParseFloat(c.Amount.Dollars(), 64)
	if err != nil || !c.Known() || dollars == 0 {
		t.Fatalf("%s: %s, unknown %s, %v", model, c.Amount.Dollars(), c.Unknown, err)
	}
	return dollars
}

// cost checks what the line of a request says that it costs.
func (g *gateway) cost(t *testing.T, what string, of answer, want float64) line {
	t.Helper()
	l := g.line(t, of)
	if got, ok := l.Cost.(float64); of.status != 200 || !ok || math.Abs(got-want) > 1e-12*max(want, 1) {
		t.Errorf("%s: %d, cost %v, want %v: %+v", what, of.status, l.Cost, want, l)
	}
	return l
}

func TestATierIsPricedAsTheAnswerSaysElseAsItWasAskedFor(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a", kind: "gpt5"}, member{group: "set", resource: "a", kind: "gpt5", more: ", service_tier: priority"}))
	for _, tt := range []struct {
		model, asks, answers string
		want                 prices.Tier
	}{
		{"m", "", "", prices.Standard},
		{"m", "priority", "", prices.Priority},
		{"m", "priority", "default", prices.Standard},
		{"m", "auto", "priority", prices.Priority},
		{"m", "auto", "", prices.Standard},
		{"set", "", "", prices.Priority},
		{"set", "default", "", prices.Standard},
	} {
		for _, path := range []string{"/v1/chat/completions", "/v1/responses"} {
			for _, stream := range []string{"", `,"stream":true`} {
				what := fmt.Sprintf("%s %q %q at %s%s", tt.model, tt.asks, tt.answers, path, stream)
				body := `{"model":"` + tt.model + `","messages":[{"role":"user","content":"one two \"service_tier\":\"flex\" three"}]`
				if path == "/v1/responses" {
					body = `{"model":"` + tt.model + `","input":"one two three","metadata":{"a":"}\"}","service_tier":"flex","model":"gpt-5"}`
				}
				if tt.asks != "" {
					body += `,"service_tier":"` + tt.asks + `"`
				}
				if tt.answers != "" {
					body += `,"fakeazure":{"tier":"` + tt.answers + `"}`
				}
				got := do(t, "POST", g.url+path, body+stream+"}")
				input, output := saidUsage(got.body)
				l := g.line(t, got)
				g.cost(t, what, got, costs(t, "gpt-5-mini", prices.Usage{Tier: tt.want, Input: l.Input, Output: l.Output}))
				if says := map[prices.Tier]string{prices.Priority: "priority"}[tt.want]; l.ServiceTier != says || stream == "" && (l.Input != input || l.Output != output) {
					t.Errorf("%s: %+v, %d and %d", what, l, input, output)
				}
			}
		}
	}
}

// TestTheModelThatAnAnswerNamesHasThePriceWhereNothingElseTells: the deployment's name
// says nothing, and it has no base_model.
func TestTheModelThatAnAnswerNamesHasThePriceWhereNothingElseTells(t *testing.T) {
	azure := fleet(t)
	config := groups(azure, "", member{group: "m", resource: "a"}, member{group: "known", resource: "b"}, member{group: "e", resource: "a", kind: "embed"})
	for _, base := range []string{"base_model: gpt-4o, id: m-a", "base_model: text-embedding-3-small, id: e-a"} {
		if !strings.Contains(config, base) {
			t.Fatal(config)
		}
		config = strings.Replace(config, base, base[strings.Index(base, "id:"):], 1)
	}
	config = strings.Replace(config, "base_model: gpt-4o, id: known-b", "base_model: gpt-4o-mini, id: known-b", 1)
	g := start(t, config)
	for _, stream := range []string{"", `,"stream":true`} {
		for _, got := range []answer{g.chat("m", stream), do(t, "POST", g.url+"/v1/responses", `{"model":"m","input":"one","metadata":{"model":"gpt-4o-mini"}`+stream+"}")} {
			l := g.line(t, got)
			g.cost(t, l.Operation+stream, got, costs(t, "gpt-4o", prices.Usage{Input: l.Input, Output: l.Output}))
		}
	}
	got := do(t, "POST", g.url+"/v1/embeddings", `{"model":"e","input":"one two three"}`)
	l := g.cost(t, "embeddings", got, costs(t, "text-embedding-3-small", prices.Usage{Input: g.line(t, got).Input}))
	if l.Input == 0 {
		t.Errorf("%+v", l)
	}
	got = g.chat("known")
	l = g.line(t, got)
	g.cost(t, "base_model", got, costs(t, "gpt-4o-mini", prices.Usage{Input: l.Input, Output: l.Output}))
	if warned := g.log.String(); !strings.Contains(warned, "until an answer names a model whose price is known") {
		t.Error(warned)
	}
}

func TestImagesWithoutTokensArePricedBySizeAndQuality(t *testing.T) {
	azure := azureOf(t, fakeazure.Config{GatewayKeys: []string{"sk-small"}, Resources: []fakeazure.Resource{{
		Name: "a", Keys: []string{keyOf("a")}, Deployments: []fakeazure.Deployment{{Name: "pictures", Model: "dall-e-3"}, {Name: "flux", Model: "dall-e-2"}, {Name: "image-a", Model: "gpt-image-1"}},
	}}})
	var b strings.Builder
	fmt.Fprintf(&b, "general_settings: {master_key: %s}\nmodel_list:\n", clientKey)
	for name, base := range map[string]string{"pictures": "dall-e-3", "flux": "azure_ai/FLUX-1.1-pro", "image-a": "gpt-image-1"} {
		fmt.Fprintf(&b, "- {model_name: %s, litellm_params: {model: azure/%s, api_base: %q, api_key: %s, api_version: '2025-04-01-preview'}, model_info: {base_model: %s}}\n", name, name, azure.URL("a"), keyOf("a"), base)
	}
	b.WriteString("keys:\n" + keyEntry("small", ", budget: 0.20, period: 1d"))
	g := start(t, b.String())
	ask := func(model, more string, header ...string) answer {
		return do(t, "POST", g.url+"/v1/images/generations", `{"model":"`+model+`","prompt":"a picture"`+more+`}`, header...)
	}
	for _, tt := range []struct {
		model, more, base string
		want              prices.Images
	}{
		{"pictures", "", "dall-e-3", prices.Images{Number: 1}},
		{"pictures", `,"size":"1024x1792","quality":"hd"`, "dall-e-3", prices.Images{Number: 1, Width: 1024, Height: 1792, Quality: "hd"}},
		{"flux", `,"n":3`, "azure_ai/FLUX-1.1-pro", prices.Images{Number: 3}},
	} {
		l := g.cost(t, tt.model+tt.more, ask(tt.model, tt.more), costs(t, tt.base, prices.Usage{Images: tt.want}))
		if l.Images != tt.want.Number || l.Input+l.Output != 0 {
			t.Errorf("%+v", l)
		}
	}
	if l := g.line(t, ask("pictures", `,"size":"512x512"`)); l.Cost != "unknown" {
		t.Errorf("a size without a price: %+v", l)
	}
	body, contentType := form(t, "flux", "prompt", "a picture")
	body = strings.Replace(body, `name="file"`, `name="image"`, 1)
	edited := do(t, "POST", g.url+"/v1/images/edits", body, "content-type", contentType)
	g.cost(t, "an edit", edited, costs(t, "azure_ai/FLUX-1.1-pro", prices.Usage{Images: prices.Images{Number: 1}}))
	tokens := g.line(t, ask("image-a", `,"n":2`))
	if tokens.Images != 2 || tokens.Output == 0 || tokens.Cost == "unknown" {
		t.Errorf("%+v", tokens)
	}
	// An image of 0.12 dollars is reserved before it is made, and two are more than the key has.
	first := ask("pictures", `,"size":"1024x1792","quality":"hd"`, as("small")...)
	g.line(t, first)
	second := ask("pictures", `,"size":"1024x1792","quality":"hd"`, as("small")...)
	if first.status != 200 || second.status != 429 || !strings.Contains(second.body, "insufficient_quota") {
		t.Errorf("%d, then %d %s", first.status, second.status, second.body)
	}
}

// TestManySmallRequestsAddUp embeds a little text often: each request costs less than
// half a micro-dollar, and a tenth of it would be lost if it were rounded.
func TestManySmallRequestsAddUp(t *testing.T) {
	_, g := keyed(t, keyEntry("small", ", budget: 1.00, period: 1mo"))
	var sum float64
	for range 60 {
		got := do(t, "POST", g.url+"/v1/embeddings", `{"model":"embed","input":"one two three"}`, as("small")...)
		l := g.line(t, got)
		one := costs(t, "text-embedding-3-small", prices.Usage{Input: l.Input})
		if g.cost(t, "one", got, one); one >= 4e-7 {
			t.Fatalf("%v: it shows nothing", one)
		}
		sum += one
	}
	want := fmt.Sprintf("%d", int64(sum*1e6+1e-6))
	eventually(t, "the counter has the whole of it", func() bool {
		found := regexp.MustCompile(`(?m)^azproc_cost_microdollars_total\{.*key="small".*\} (\d+)$`).FindStringSubmatch(do(t, "GET", g.admin+"/metrics", "").body)
		return found != nil && found[1] == want
	})
	info := do(t, "GET", g.url+"/key/info", "", as("small")...)
	spend := regexp.MustCompile(`"spend":([0-9.]+)`).FindStringSubmatch(info.body)
	if spend == nil {
		t.Fatal(info.body)
	}
	if got, _ := strconv.ParseFloat(spend[1], 64); math.Abs(got-sum) > 1e-12 {
		t.Errorf("spent %v of %v: %s", got, sum, info.body)
	}
}
