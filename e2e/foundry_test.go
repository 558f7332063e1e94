package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// TestClaudeIsAskedWithATokenOfItsOwnScope: Foundry takes tokens of Entra for Claude
// that are for another audience than those for Azure OpenAI.
func TestClaudeIsAskedWithATokenOfItsOwnScope(t *testing.T) {
	t.Parallel()
	entra, roots := entraOf(t)
	azure := azureOf(t, fakeazure.Config{Resources: []fakeazure.Resource{{Name: "a", Tokens: entra, Deployments: []fakeazure.Deployment{
		{Name: "claude-sonnet-4-5", Model: "claude-sonnet-4-5"}, {Name: "gpt-4o", Model: "gpt-4o"},
	}}}})
	entry := func(name, model string) string {
		return fmt.Sprintf("- model_name: %q\n  litellm_params: {model: %q, api_base: %q, tenant_id: t, client_id: app, client_secret: app-secret}\n", name, model, azure.URL("a"))
	}
	g := startWith(t, "general_settings: {master_key: "+clientKey+"}\nmodel_list:\n"+
		entry("claude", "azure_ai/claude-sonnet-4-5")+entry("chat", "azure/gpt-4o")+entry("any/*", "azure_ai/*"),
		[]string{"AZURE_AUTHORITY_HOST=" + entra.URL(), "SSL_CERT_FILE=" + roots})
	for _, tt := range []struct{ model, path, audience string }{
		{"claude", "/v1/chat/completions", "https://ai.azure.com"},
		{"claude", "/v1/messages", "https://ai.azure.com"},
		{"any/claude-sonnet-4-5", "/v1/chat/completions", "https://ai.azure.com"},
		{"any/claude-sonnet-4-5", "/v1/messages", "https://ai.azure.com"},
		{"any/gpt-4o", "/v1/chat/completions", ""},
		{"chat", "/v1/chat/completions", "https://cognitiveservices.azure.com"},
	} {
		got := do(t, "POST", g.url+tt.path, fmt.Sprintf(`{"model":%q,"max_tokens":99,"messages":[{"role":"user","content":"hi"}]}`, tt.model))
		if got.status != 200 || !strings.Contains(got.body, "You said: hi") {
			t.Errorf("%s at %s: %d %s", tt.model, tt.path, got.status, got.body)
		}
		sent, _ := azure.Last()
		token, isBearer := strings.CutPrefix(sent.Header.Get("authorization"), "Bearer ")
		if !isBearer || tt.audience != "" && !entra.Valid(token, tt.audience) || sent.Header.Get("x-api-key")+sent.Header.Get("api-key") != "" {
			t.Errorf("%s at %s: sent %v", tt.model, tt.path, sent.Header)
		}
	}
	scopes := make(map[string]bool)
	for _, r := range entra.Requests() {
		scopes[r.Scope] = true
	}
	for _, scope := range []string{"https://ai.azure.com/.default", "https://cognitiveservices.azure.com/.default"} {
		if !scopes[scope] {
			t.Errorf("nobody asked for the scope %s: %v", scope, scopes)
		}
	}
}

func TestAWildcardServesClaudeAndOthersEachInItsLanguage(t *testing.T) {
	t.Parallel()
	azure := azureOf(t, fakeazure.Config{Resources: []fakeazure.Resource{{Name: "a", Keys: []string{keyOf("a")}, Deployments: []fakeazure.Deployment{
		{Name: "claude-opus-4-5", Model: "claude-opus-4-5"},
		{Name: "gpt-4o", Model: "gpt-4o"},
		{Name: "gpt-5-codex", Model: "gpt-5-codex"},
		{Name: "gpt-35-turbo-instruct", Model: "gpt-35-turbo-instruct"},
		{Name: "o1", Model: "o1"},
		{Name: "o3-pro", Model: "o3-pro"},
	}}}})
	g := start(t, fmt.Sprintf("general_settings: {master_key: %s}\nmodel_list:\n- model_name: azure_ai/*\n  litellm_params: {model: azure_ai/*, api_base: %q, api_key: %s}\n", clientKey, azure.URL("a"), keyOf("a")))
	for model, path := range map[string]string{
		"claude-opus-4-5": "/anthropic/v1/messages", "gpt-4o": "/openai/v1/chat/completions", "gpt-5-codex": "/openai/v1/responses",
		"gpt-35-turbo-instruct": "/openai/v1/completions", "o1": "/openai/v1/chat/completions", "o3-pro": "/openai/v1/responses",
	} {
		for _, body := range []string{asking("azure_ai/" + model), strings.Replace(asking("azure_ai/"+model), `"stream":true`, `"stream":false`, 1)} {
			got := do(t, "POST", g.url+"/v1/chat/completions", body)
			if s := read(t, got); got.status != 200 || !strings.Contains(s.text, alphabet) || s.done != strings.Contains(body, "true") {
				t.Errorf("%s: %d %s", model, got.status, got.body)
			}
			sent, _ := azure.Last()
			if sent.Path != path || !strings.Contains(string(sent.Body), `"model":"`+model+`"`) {
				t.Errorf("%s: asked at %s: %s", model, sent.Path, sent.Body)
			}
		}
	}
	if got := do(t, "POST", g.url+"/v1/messages", `{"model":"azure_ai/claude-opus-4-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`); got.status != 200 || !strings.Contains(got.body, `"type":"message"`) {
		t.Errorf("%d %s", got.status, got.body)
	}
	if got := do(t, "POST", g.url+"/v1/messages", `{"model":"azure_ai/gpt-4o","max_tokens":9,"messages":[]}`); got.status != 400 {
		t.Errorf("%d %s", got.status, got.body)
	} else if _, message := anthropicError(t, got); !strings.Contains(message, "use /v1/chat/completions") {
		t.Error(message)
	}
}
