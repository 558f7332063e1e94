package fakeazure

import (
	"net/http"
	"slices"
	"strings"
)

// audiences are those of Azure OpenAI and of Foundry, both good for tokens.
var audiences = []string{"https://cognitiveservices.azure.com", "https://ai.azure.com"}

// authenticate checks the credential as Azure does: a key in api-key, or an
// Entra token as bearer; the v1 surface also takes the key as bearer.
func (c *call) authenticate() *failure {
	if c.op.socket && c.resource.memory.isEphemeral(c.r.Header.Get("Authorization")) {
		return nil
	}
	bearer, hasBearer := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if c.surface == surfaceOpenAI {
		if hasBearer && c.resource.hasKey(bearer) {
			return nil
		}
		return modelError(http.StatusUnauthorized, "invalid_request_error", "", "invalid_api_key",
			"Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.")
	}
	if c.surface == surfaceClaude {
		return c.authenticateClaude(bearer)
	}
	key := c.r.Header.Get("Api-Key")
	if key == "" && c.op.socket {
		key = c.r.URL.Query().Get("api-key") // browsers cannot set a header there
	}
	if key != "" {
		if c.resource.hasKey(key) {
			return nil
		}
		return wrongKey()
	}
	if !hasBearer {
		return wrongKey()
	}
	if c.surface == surfaceV1 && c.resource.hasKey(bearer) {
		return nil
	}
	if c.resource.validToken(bearer) {
		return nil
	}
	return wrongToken()
}

// claudeAudience is that of the tokens for Claude: those for Azure OpenAI are
// not good there.
const claudeAudience = "https://ai.azure.com"

// authenticateClaude checks x-api-key, which the SDKs of Anthropic send
// together with api-key, or a bearer token. Nobody takes a key as bearer there.
func (c *call) authenticateClaude(bearer string) *failure {
	key, other := c.r.Header.Get("X-Api-Key"), c.r.Header.Get("Api-Key")
	if key == "" {
		key = other
	}
	switch {
	case key != "" && (other == "" || other == key) && c.resource.hasKey(key):
		return nil
	case key != "" || bearer == "":
		return wrongKey()
	case c.resource.Tokens != nil && c.resource.Tokens.Valid(bearer, claudeAudience):
		return nil
	}
	return wrongToken()
}

func (r *resource) hasKey(key string) bool { return slices.Contains(r.Keys, key) }

func (r *resource) validToken(token string) bool {
	if r.Tokens == nil {
		return false
	}
	accepted := r.Audiences
	if accepted == nil {
		accepted = audiences
	}
	return slices.ContainsFunc(accepted, func(audience string) bool { return r.Tokens.Valid(token, audience) })
}
