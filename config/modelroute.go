package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/azproc/azproc/azure"
)

// modelRoute is litellm_params.model taken apart.
type modelRoute struct {
	provider   azure.Provider
	prefix     string // o_series, gpt5_series, azure_text, or ""
	deployment string
}

// routePrefixes may stand between azure/ and the deployment's name.
var routePrefixes = []string{"o_series", "gpt5_series", "responses"}

// openAIModels are the beginnings of OpenAI's own model names, for entries
// without a provider.
var openAIModels = []string{
	"gpt-", "chatgpt-", "o1", "o3", "o4", "text-embedding-", "dall-e-", "whisper-", "tts-", "davinci-", "babbage-",
	"ft:", "omni-moderation", "computer-use-preview", "codex-",
}

// parseModel reads litellm_params.model. A reason says why it is not served.
func parseModel(model string) (r modelRoute, reason string) {
	provider, name, ok := strings.Cut(model, "/")
	if !ok {
		for _, begin := range openAIModels {
			if strings.HasPrefix(model, begin) {
				return modelRoute{provider: azure.ProviderOpenAI, deployment: model}, ""
			}
		}
		if model == "*" {
			return r, "a wildcard over all providers is not served: write azure/* or openai/*"
		}
		return r, "no provider, and not a name of OpenAI's: not served (for Azure write azure/" + model + ")"
	}
	switch provider {
	case "azure", "azure_ai":
		r.provider = azure.ProviderAzure
		for _, p := range routePrefixes {
			if rest, ok := strings.CutPrefix(name, p+"/"); ok {
				name, r.prefix = rest, p
			}
		}
		if r.prefix == "responses" {
			r.prefix = ""
		}
	case "azure_text":
		r.provider, r.prefix = azure.ProviderAzure, "azure_text"
	case "openai":
		r.provider = azure.ProviderOpenAI
	default:
		return r, fmt.Sprintf("the provider %s is not served by azproc", provider)
	}
	if name == "" {
		return r, "no deployment's name behind the provider"
	}
	if strings.Count(name, "*") > 1 {
		return r, "more than one star"
	}
	r.deployment = name
	return r, ""
}

// placeHash is eight hexadecimal digits of where a deployment is.
func placeHash(d *Deployment) string {
	e := &d.Target.Endpoint
	sum := sha256.Sum256(fmt.Appendf(nil, "%s://%s:%d", e.Scheme, e.Host, e.Port))
	return hex.EncodeToString(sum[:4])
}
