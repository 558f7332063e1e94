package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/azproc/azproc/azure"
)

func TestHowAModelIsTalkedToIsDeclaredOrToldByItsName(t *testing.T) {
	const azureBase, foundryBase = "https://one.openai.azure.com", "https://one.services.ai.azure.com"
	for _, tt := range []struct {
		name, model, base, params, info string
		want                            azure.Manner
		scope                           string
	}{
		{name: "chat is the usual", model: "azure/gpt-4o", base: azureBase},
		{name: "claude by its name", model: "azure_ai/claude-sonnet-4-5", base: foundryBase, want: azure.Manner{Language: azure.LanguageMessages}, scope: claudeScope},
		{name: "claude as the seed writes it", model: "azure/claude-sonnet-4-5", base: foundryBase + "/anthropic", want: azure.Manner{Language: azure.LanguageMessages}, scope: claudeScope},
		{name: "claude by its base model", model: "azure_ai/writer", base: foundryBase, info: "base_model: azure_ai/claude-opus-4-8", want: azure.Manner{Language: azure.LanguageMessages}, scope: claudeScope},
		{name: "claude at an OpenAI-compatible service speaks chat", model: "openai/claude-sonnet-4-5", base: "https://compatible/v1"},
		{name: "claude at Foundry's model inference API speaks chat", model: "azure_ai/claude-sonnet-4-5", base: foundryBase + "/models"},
		{name: "instruct by its route", model: "azure_text/prod", base: azureBase, want: azure.Manner{Language: azure.LanguageCompletions}},
		{name: "instruct by its name", model: "azure/gpt-35-turbo-instruct", base: azureBase, want: azure.Manner{Language: azure.LanguageCompletions}},
		{name: "instruct by its mode", model: "azure/prod", base: azureBase, info: "mode: completion", want: azure.Manner{Language: azure.LanguageCompletions}},
		{name: "instruct at OpenAI", model: "text-completion-openai/x", base: "https://compatible/v1", want: azure.Manner{Language: azure.LanguageCompletions}},
		{name: "responses by its route", model: "azure/responses/gpt-4o", base: azureBase, want: azure.Manner{Language: azure.LanguageResponses}},
		{name: "responses at a compatible service by its route", model: "openai/responses/gpt-4o", base: "https://compatible/v1", want: azure.Manner{Language: azure.LanguageResponses}},
		{name: "responses by its mode", model: "azure/prod", base: azureBase, info: "mode: responses", want: azure.Manner{Language: azure.LanguageResponses}},
		{name: "responses by its base model", model: "azure/prod", base: azureBase, info: "base_model: gpt-5-codex", want: azure.Manner{Language: azure.LanguageResponses}},
		{name: "a compatible service may speak chat for any name", model: "openai/gpt-5-codex", base: "https://compatible/v1"},
		{name: "OpenAI itself does not", model: "openai/gpt-5-codex", base: "https://api.openai.com/v1", want: azure.Manner{Language: azure.LanguageResponses}},
		{name: "one that cannot stream", model: "azure/o3-pro", base: azureBase, want: azure.Manner{Language: azure.LanguageResponses, Whole: true}},
		{name: "one that is said to stream", model: "azure/o1", base: azureBase, info: "supports_native_streaming: true"},
		{name: "one that is said not to", model: "azure/gpt-4o", base: azureBase, info: "supports_native_streaming: false", want: azure.Manner{Whole: true}},
		{name: "a faked stream", model: "azure/gpt-4o", base: azureBase, params: "fake_stream: true", want: azure.Manner{Whole: true}},
		{name: "normal chunks", model: "azure/gpt-4o", base: azureBase, params: "normalize_stream: true", want: azure.Manner{Normal: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := fmt.Sprintf(`
model_list:
- model_name: m
  litellm_params: {model: %q, api_base: %q, tenant_id: t, client_id: c, client_secret: s, api_key: k, %s}
  model_info: {%s}
`, tt.model, tt.base, tt.params, tt.info)
			d := mustParse(t, text, nil).Deployments[0]
			if d.Rewrite.Manner != tt.want {
				t.Errorf("%+v, want %+v", d.Rewrite.Manner, tt.want)
			}
			if want := tt.scope; strings.HasPrefix(tt.model, "azure") && d.Credential.Scope != want && (want != "" || d.Credential.Scope != defaultScope) {
				t.Errorf("scope %s", d.Credential.Scope)
			}
		})
	}
}

func TestTokensOfAWildcardOnFoundryAreGoodForClaudeToo(t *testing.T) {
	for params, want := range map[string]string{
		"model: azure_ai/*":                          claudeScope,
		"model: azure_ai/*, api_version: v1":         claudeScope,
		"model: azure_ai/*, azure_scope: mine":       "mine",
		"model: azure_ai/*, api_version: 2024-10-21": defaultScope, // the classic surface
		"model: azure/*":                             defaultScope,
		"model: azure_ai/gpt-4o":                     defaultScope,
	} {
		d := mustParse(t, "model_list:\n- model_name: '*'\n  litellm_params: {"+params+", api_base: 'https://one.services.ai.azure.com', tenant_id: t, client_id: c, client_secret: s}\n", nil).Deployments[0]
		if d.Credential.Scope != want {
			t.Errorf("%s: scope %s, want %s", params, d.Credential.Scope, want)
		}
	}
}

func TestTheNameOfAWildcardIsKnownWithTheRequest(t *testing.T) {
	d := mustParse(t, `
model_list:
- model_name: "*"
  litellm_params: {model: azure_ai/*, api_base: "https://one.services.ai.azure.com", api_key: k}
`, nil).Deployments[0]
	for name, want := range map[string]azure.Language{"claude-haiku-4-5": azure.LanguageMessages, "gpt-4o": azure.LanguageChat, "gpt-5-codex": azure.LanguageResponses} {
		if got := d.MannerOf(name).Language; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
