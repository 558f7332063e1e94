package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/azproc/azproc/azure"
)

// modelRoute is litellm_params.model taken apart.
type modelRoute struct {
	provider azure.Provider
	// foundry is set for azure_ai/, which has variables of its own.
	foundry    bool
	prefix     string // o_series, gpt5_series, azure_text, or ""
	responses  bool   // responses/ stands before the name
	deployment string
}

// foreignModel is the model of an entry that another provider serves.
type foreignModel struct {
	at     *node
	reason string
}

// ways may stand between azure/ and the deployment's name.
var ways = []string{"o_series", "gpt5_series", "responses"}

// openAIModels are the beginnings of OpenAI's own model names, for entries
// without a provider.
var openAIModels = []string{
	"gpt-", "chatgpt-", "o1", "o3", "o4", "text-embedding-", "dall-e-", "whisper-", "tts-", "davinci-", "babbage-",
	"ft:", "omni-moderation", "computer-use-preview", "codex-", "sora-",
}

// parseModel reads litellm_params.model; provider is custom_llm_provider, which
// speaks for a model that names none. foreign says why another provider's entry
// is not served.
func parseModel(model, provider string) (r modelRoute, foreign string, err error) {
	first, name, ok := strings.Cut(model, "/")
	switch {
	case ok:
		provider = first
	case model == "*":
		return r, "a wildcard over all providers is not served (write azure/* or openai/*)", nil
	case provider == "" && slices.ContainsFunc(openAIModels, func(begin string) bool { return strings.HasPrefix(model, begin) }):
		provider, name = "openai", model
	case provider == "":
		return r, fmt.Sprintf("%s names no provider and is no name of OpenAI's (for Azure write azure/%s)", model, model), nil
	default:
		name = model
	}
	switch provider {
	case "azure", "azure_ai":
		r.foundry = provider == "azure_ai"
		if way, rest, ok := strings.Cut(name, "/"); ok && slices.Contains(ways, way) {
			name = rest
			if r.responses = way == "responses"; !r.responses {
				r.prefix = way
			}
		}
	case "azure_text":
		r.prefix = "azure_text"
	case "openai", "text-completion-openai":
		r.provider = azure.ProviderOpenAI
		name, r.responses = strings.CutPrefix(name, "responses/")
		if provider != "openai" {
			r.prefix = "azure_text"
		}
	default:
		return r, "azproc does not serve " + provider, nil
	}
	switch {
	case name == "":
		return r, "", errors.New("no deployment's name behind the provider")
	case strings.Count(name, "*") > 1:
		return r, "", errors.New("more than one star")
	}
	r.deployment = name
	return r, "", nil
}
