package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// openAIError reads an error in OpenAI's shape, all of whose keys must be there.
func openAIError(t *testing.T, a answer) (message, code string, param any) {
	t.Helper()
	var body struct{ Error map[string]any }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || !strings.HasPrefix(a.header.Get("content-type"), "application/json") {
		t.Fatalf("not JSON (%s): %s", a.header.Get("content-type"), a.body)
	}
	for _, key := range []string{"message", "type", "param", "code"} {
		if _, ok := body.Error[key]; !ok {
			t.Errorf("no %s in %s", key, a.body)
		}
	}
	message, _ = body.Error["message"].(string)
	code, _ = body.Error["code"].(string)
	return message, code, body.Error["param"]
}

func TestErrorsOfAzprocAndItsEnvoyAreInOpenAIsShape(t *testing.T) {
	azure := fake(t)
	azure.Close()
	g := start(t, strings.Replace(modelList(azure), "{master_key", "{max_request_size_mb: 1, master_key", 1)+
		"- model_name: nowhere\n  litellm_params: {model: azure/gpt-4o, api_base: \"https://name-that-does-not-resolve.invalid\", api_key: k}\n")
	const chat = "/v1/chat/completions"
	for _, tt := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		code, say                string
	}{
		{"no key", "POST", chat, `{}`, []string{"authorization", ""}, 401, "invalid_api_key", "key"},
		{"a wrong key", "POST", chat, `{}`, []string{"authorization", "Bearer sk-wrong"}, 401, "invalid_api_key", "key"},
		{"an unknown model", "POST", chat, `{"model":"nope"}`, nil, 404, "model_not_found", "nope"},
		{"no model", "POST", chat, `{"messages":[]}`, nil, 400, "missing_required_parameter", "model"},
		{"bad JSON", "POST", chat, `{"model":"chat",}`, nil, 400, "invalid_json", "byte 16"},
		{"a key twice", "POST", chat, `{"model":"chat","model":"o3"}`, nil, 400, "duplicate_parameter", "twice"},
		{"no object", "POST", chat, `[]`, nil, 400, "invalid_json", "object"},
		{"a wrong content type", "POST", chat, `{}`, []string{"content-type", "text/plain"}, 400, "invalid_content_type", "application/json"},
		{"a body above the limit", "POST", chat, strings.Repeat(" ", 1<<20+1), nil, 413, "request_too_large", "1048576"},
		{"an unknown path", "GET", "/v1/nope", "", nil, 404, "unknown_url", "/v1/nope"},
		{"a wrong method", "GET", chat, "", nil, 405, "method_not_allowed", "POST"},
		{"a parameter that the model does not take", "POST", chat, `{"model":"o3","temperature":0.5}`, nil, 400, "unsupported_value", "temperature"},
		{"an upstream that is not there", "POST", chat, `{"model":"chat","messages":[]}`, nil, 503, "upstream_unavailable", ""},
		{"a name that does not resolve", "POST", chat, `{"model":"nowhere","messages":[]}`, nil, 503, "", ""},
		{"headers that are too large", "GET", "/v1/models", "", []string{"x-large", strings.Repeat("x", 100_000)}, 400, "headers_too_large", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := do(t, tt.method, g.url+tt.path, tt.body, tt.header...)
			message, code, _ := openAIError(t, got)
			if got.status != tt.status || (tt.code != "" && code != tt.code) || !strings.Contains(message, tt.say) {
				t.Errorf("status %d: %s", got.status, got.body)
			}
			for _, secret := range []string{"127.0.0.1", azureKey, clientKey, "unplanned", ".sock"} {
				if strings.Contains(got.body, secret) {
					t.Errorf("the error shows %q: %s", secret, got.body)
				}
			}
			if tt.status == 405 && got.header.Get("allow") != "POST" {
				t.Errorf("allow: %q", got.header.Get("allow"))
			}
			// Headers that Envoy could not read name no request.
			if (got.header.Get("x-request-id") == "" && tt.code != "headers_too_large") || got.header.Get("x-azproc-deployment") == "unplanned" {
				t.Errorf("headers %v", got.header)
			}
		})
	}
}

func TestABodyAboveTheLimitIsRefusedAlsoWithoutALength(t *testing.T) {
	azure := fake(t)
	g := start(t, strings.Replace(modelList(azure), "{master_key", "{max_request_size_mb: 1, master_key", 1))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "POST", g.url+"/v1/chat/completions", struct{ *strings.Reader }{strings.NewReader(`{"model":"chat","x":"` + strings.Repeat("x", 2<<20) + `"}`)})
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("content-type", "application/json")
	r.Header.Set("authorization", "Bearer "+clientKey)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body struct {
		Error struct{ Message, Code string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil || resp.StatusCode != 413 || !strings.Contains(body.Error.Message, "1048576") {
		t.Errorf("status %d, %+v, %v", resp.StatusCode, body, err)
	}
}

func TestABodyBelowTheLimitPassesWhateverItsSize(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	for _, model := range []string{"chat", "chat-v1"} {
		for _, mib := range []int{1, 5, 20} {
			body := fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":"hi"}],"x":"%s"}`, model, strings.Repeat("x", mib<<20))
			if got := do(t, "POST", g.url+"/v1/chat/completions", body); got.status != 200 {
				t.Errorf("%s, %d MiB: %d %.200s", model, mib, got.status, got.body)
			}
		}
	}
}

func TestErrorsOnAnthropicsPathsAreInAnthropicsShape(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	for _, path := range []string{"/v1/messages", "/anthropic/v1/messages", "/v1/messages/count_tokens"} {
		for _, key := range []string{clientKey, "wrong"} {
			got := do(t, "POST", g.url+path, `{"model":"x"}`, "authorization", "", "x-api-key", key)
			var body struct {
				Type  string
				Error struct{ Type, Message string }
			}
			if err := json.Unmarshal([]byte(got.body), &body); err != nil || body.Type != "error" || body.Error.Type == "" || body.Error.Message == "" {
				t.Errorf("%s: status %d: %s", path, got.status, got.body)
			}
		}
	}
}

func TestAzuresOwnErrorsPassUntouched(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure)+"router_settings: {disable_cooldowns: true}\n") // each row is Azure's own answer
	for name, fault := range map[string]fakeazure.Fault{
		"content filter":   fakeazure.ContentFilter(),
		"too many":         fakeazure.TooManyRequests(7 * time.Second),
		"500":              fakeazure.Status(500),
		"503 without body": fakeazure.EmptyStatus(503),
		"HTML":             fakeazure.HTMLStatus(502),
		"revoked":          fakeazure.TokenRevoked(),
	} {
		t.Run(name, func(t *testing.T) {
			const body = `{"model":"chat","messages":[{"role":"user","content":"hi"}]}`
			azure.Script("a", "dep-chat", fault, fault)
			through := do(t, "POST", g.url+"/v1/chat/completions", body)
			direct := do(t, "POST", azure.URL("a")+"/openai/deployments/dep-chat/chat/completions?api-version="+classic, body,
				"authorization", "", "api-key", azureKey, "accept-encoding", "identity")
			if through.status != direct.status || through.body != direct.body {
				t.Errorf("Azure: %d %s\nazproc: %d %s", direct.status, direct.body, through.status, through.body)
			}
			for _, h := range []string{"content-type", "retry-after", "retry-after-ms", "x-ratelimit-limit-requests", "x-ratelimit-remaining-tokens"} {
				if strings.HasPrefix(h, "x-ratelimit-remaining") {
					continue
				}
				if through.header.Get(h) != direct.header.Get(h) {
					t.Errorf("%s: Azure %q, azproc %q", h, direct.header.Get(h), through.header.Get(h))
				}
			}
			if through.header.Get("apim-request-id") == "" {
				t.Error("no apim-request-id")
			}
		})
	}
}

func TestADeploymentWithoutAValidCredentialIs503AndSaysSoOnReadyz(t *testing.T) {
	azure := fake(t)
	dead := fmt.Sprintf("- model_name: dead\n  litellm_params: {model: azure/dep-chat, api_base: %q, azure_ad_token: oidc/file/no/such/file, tenant_id: t, client_id: c}\n", azure.URL("a"))
	g := startWith(t, modelList(azure)+dead, []string{"AZURE_AUTHORITY_HOST=https://127.0.0.1:1"})
	got := do(t, "POST", g.url+"/v1/chat/completions", `{"model":"dead","messages":[]}`)
	if _, code, _ := openAIError(t, got); got.status != 503 || code != "no_deployment" {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	ready := do(t, "GET", g.admin+"/readyz", "")
	if ready.status != 200 || !strings.Contains(ready.body, "assertion client c tenant t") || !strings.Contains(ready.body, `"ready": false`) {
		t.Errorf("status %d: %s", ready.status, ready.body)
	}
	if other := do(t, "POST", g.url+"/v1/chat/completions", `{"model":"chat","messages":[{"role":"user","content":"hi"}]}`); other.status != 200 {
		t.Errorf("the others: %d %s", other.status, other.body)
	}
}
