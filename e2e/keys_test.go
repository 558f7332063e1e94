package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// keyEntry is the entry of a client's key: sk- and its name.
func keyEntry(name, more string) string {
	sum := sha256.Sum256([]byte("sk-" + name))
	return fmt.Sprintf("- {name: %s, key: \"sha256:%s\"%s}\n", name, hex.EncodeToString(sum[:]), more)
}

// as is the header of a client with a key.
func as(name string) []string { return []string{"authorization", "Bearer sk-" + name} }

// askAs asks a model as the owner of a key.
func (g *gateway) askAs(key, model, more string) answer {
	g.t.Helper()
	return do(g.t, "POST", g.url+"/v1/chat/completions", fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":"hi"}]%s}`, model, more), as(key)...)
}

// keyed is a fleet of two models with keys.
func keyed(t *testing.T, keys string) (*fakeazure.Server, *gateway) {
	t.Helper()
	azure := azureOf(t, fakeazure.Config{GatewayKeys: []string{"sk-free", "sk-slow", "sk-narrow", "sk-poor", "sk-old", "sk-small"}, Resources: []fakeazure.Resource{{Name: "a", Keys: []string{keyOf("a")}, Deployments: []fakeazure.Deployment{
		{Name: "chat-a", Model: "gpt-4o"}, {Name: "claude-a", Model: "claude-sonnet-4-5"}, {Name: "embed-a", Model: "text-embedding-3-small"}, {Name: "instruct-a", Model: "gpt-35-turbo-instruct"},
	}}}})
	config := groups(azure, "keys:\n"+keys, member{group: "gpt", resource: "a"}, member{group: "claude", resource: "a", kind: "claude"}, member{group: "embed", resource: "a", kind: "embed"}, member{group: "instruct", resource: "a", kind: "instruct"})
	return azure, start(t, config)
}

func TestAKeyMayDoWhatItsEntrySays(t *testing.T) {
	aMinuteAhead(t)
	azure, g := keyed(t, keyEntry("free", "")+keyEntry("narrow", ", models: [claude, \"gpt-*\"]")+keyEntry("slow", ", rpm: 2")+keyEntry("small", ", tpm: 100")+keyEntry("old", ", expires: 2026-01-01"))
	if got := g.askAs("free", "gpt", ""); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	} else if l := g.line(t, got); l.Key != "free" || l.Cost == nil || l.Cost == "unknown" {
		t.Errorf("the access log says %+v", l)
	}
	for name, tt := range map[string]struct {
		got    answer
		status int
		code   string
	}{
		"an unknown key":                {g.askAs("nobody", "gpt", ""), 401, "invalid_api_key"},
		"a key that has expired":        {g.askAs("old", "gpt", ""), 401, "invalid_api_key"},
		"a model that is not the key's": {g.askAs("narrow", "gpt", ""), 403, "model_not_allowed"},
		"the same in Azure's dialect":   {do(t, "POST", g.url+"/openai/deployments/gpt/chat/completions?api-version=2024-10-21", `{"messages":[]}`, as("narrow")...), 403, "model_not_allowed"},
		"by the passthrough":            {do(t, "POST", g.url+"/azure/openai/deployments/gpt/chat/completions?api-version=2024-10-21", `{"messages":[]}`, as("narrow")...), 403, "model_not_allowed"},
		"by an unknown way":             {do(t, "POST", g.url+"/azure/openai/v1/chat/completions", `{"model":"chat-a","messages":[]}`, as("narrow")...), 403, "model_not_allowed"},
	} {
		if _, code, _ := openAIError(t, tt.got); tt.got.status != tt.status || code != tt.code {
			t.Errorf("%s: %d %s", name, tt.got.status, tt.got.body)
		}
	}
	for name, tt := range map[string]struct {
		got   answer
		model string // that its line names
	}{
		"a model that is not the key's": {g.askAs("narrow", "gpt", ""), "gpt"},
		"in the path":                   {do(t, "POST", g.url+"/openai/deployments/embed/embeddings?api-version=2024-10-21", `{"input":"a"}`, as("narrow")...), "embed"},
		"in a body that passes through": {do(t, "POST", g.url+"/azure/openai/v1/chat/completions", `{"model":"gpt","messages":[]}`, as("narrow")...), "gpt"},
		"one that nobody serves":        {g.askAs("free", "nobody-serves-this", ""), "nobody-serves-this"},
		"one that the key may not know": {g.askAs("narrow", "nobody-serves-this", ""), "nobody-serves-this"},
	} {
		if l := g.line(t, tt.got); l.Model != tt.model || l.Status/100 != 4 || l.Key == "" {
			t.Errorf("%s: the access log says %+v", name, l)
		}
	}
	if metrics := do(t, "GET", g.admin+"/metrics", "").body; strings.Contains(metrics, "nobody-serves-this") {
		t.Error("a client makes labels")
	}
	if got := g.askAs("old", "gpt", ""); !strings.Contains(got.body, "has expired") {
		t.Errorf("%s", got.body)
	}
	if n := len(azure.Requests()); n != 1 {
		t.Errorf("Azure was asked %d times", n)
	}
	models := do(t, "GET", g.url+"/v1/models", "", as("narrow")...)
	if !strings.Contains(models.body, `"claude"`) || strings.Contains(models.body, `"embed"`) || strings.Contains(models.body, `"gpt"`) {
		t.Errorf("a key is shown %s", models.body)
	}
	if told := do(t, "GET", g.url+"/model/info", "", as("narrow")...); !strings.Contains(told.body, `"claude"`) || strings.Contains(told.body, `"embed"`) {
		t.Errorf("a key is told of %s", told.body)
	}
	if got := do(t, "GET", g.url+"/v1/models/embed", "", as("narrow")...); got.status != 404 {
		t.Errorf("%d %s", got.status, got.body)
	}
	for i, want := range []int{200, 200, 429} {
		got := g.askAs("slow", []string{"gpt", "claude", "gpt"}[i], `,"max_tokens":9`)
		if got.status != want {
			t.Errorf("request %d: %d %s", i, got.status, got.body)
		}
		if want != 429 {
			continue
		}
		_, code, _ := openAIError(t, got)
		if h := got.header; code != "rate_limit_exceeded" || h.Get("retry-after") == "" || h.Get("x-ratelimit-limit-requests") != "2" || h.Get("x-ratelimit-remaining-requests") != "0" || h.Get("x-ratelimit-reset-requests") == "" {
			t.Errorf("%s %v", code, h)
		}
	}
	if got := g.askAs("small", "gpt", `,"max_tokens":200`); got.status != 429 || !strings.Contains(got.body, "tokens per minute") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := g.askAs("small", "gpt", `,"max_tokens":20`); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
	info := do(t, "GET", g.url+"/key/info", "", as("slow")...)
	if info.status != 200 || !strings.Contains(info.body, `"slow"`) || strings.Contains(info.body, "sk-slow") || strings.Contains(info.body, "sha256") {
		t.Errorf("%d %s", info.status, info.body)
	}
}

// TestABudgetIsNeverOverspent: many clients at once.
func TestABudgetIsNeverOverspent(t *testing.T) {
	aMinuteAhead(t)
	_, g := keyed(t, keyEntry("poor", ", budget: 0.05, period: 1d"))
	var served, refused atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 40 {
				switch got := g.askAs("poor", "gpt", `,"max_tokens":400`); {
				case got.status == 200:
					served.Add(1)
				case got.status == 429 && strings.Contains(got.body, "insufficient_quota"):
					refused.Add(1)
				default:
					t.Errorf("%d %s", got.status, got.body)
				}
			}
		})
	}
	all.Wait()
	if served.Load() == 0 {
		t.Error("nobody was served")
	}
	g.settled()
	spent := 0.0
	for text := range strings.SplitSeq(do(t, "GET", g.admin+"/metrics", "").body, "\n") {
		if strings.HasPrefix(text, "azproc_cost_microdollars_total{") && strings.Contains(text, `key="poor"`) {
			_, n, _ := strings.Cut(text, "} ")
			if _, err := fmt.Sscan(n, &spent); err != nil {
				t.Fatal(err)
			}
		}
	}
	if spent <= 0 || spent > 50_000 {
		t.Errorf("%v micro-dollars of 50000 were spent", spent)
	}
	t.Logf("%d served, %d refused, %v micro-dollars spent", served.Load(), refused.Load(), spent)
	big := g.askAs("poor", "gpt", `,"max_tokens":16000`)
	if _, code, _ := openAIError(t, big); big.status != 429 || code != "insufficient_quota" || big.header.Get("x-should-retry") != "false" {
		t.Errorf("%d %v %s", big.status, big.header, big.body)
	}
	// Each request costs far less than it may: after the last one is settled, the next one fits.
	eventually(t, "what was reserved is given back", func() bool { return g.askAs("poor", "gpt", `,"max_tokens":400`).status == 200 })
}

func TestKeysOfASecondFileAreTakenWhileItServes(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "keys.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(file+".new", file); err != nil {
			t.Fatal(err)
		}
	}
	write("keys:\n" + keyEntry("free", ""))
	azure := fleet(t)
	g := start(t, groups(azure, "keys_file: "+file, member{group: "gpt", resource: "a"}))
	if got := g.askAs("free", "gpt", ""); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	write("keys:\n" + keyEntry("slow", ""))
	eventually(t, "the new key is good", func() bool { return g.askAs("slow", "gpt", "").status == 200 })
	if got := g.askAs("free", "gpt", ""); got.status != 401 {
		t.Errorf("the old key is still good: %d", got.status)
	}
}
