package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/azproc/azproc/azure"
)

// openAIBase is where OpenAI itself is.
const openAIBase = "https://api.openai.com/v1"

// markdownLink is a base that was copied from a rendered page.
var markdownLink = regexp.MustCompile(`^\[[^\]]*\]\(([^)]+)\)$`)

// endpoint finds the base of an entry, its own or the environment's, and takes
// it apart. at is where to speak of it.
func (e *modelReader) endpoint() (at *node, _ azure.Endpoint, ok bool) {
	key := "api_base"
	at = e.params.get(key)
	if at.kind == null && at.variable == "" {
		key = "base_url"
		at = e.params.get(key)
	}
	text, unfilled := strings.TrimSpace(at.text), false
	switch {
	case at.unset() != "":
		e.refuse(at, "%s: %s has no value", noValue(at.unset()), key)
		return at, azure.Endpoint{}, false
	case at.kind == null:
		at = e.params.get("model")
		if key, text = e.environmentBase(); text == "" {
			e.refuse(at, "no api_base, and AZURE_API_BASE is not set")
			return at, azure.Endpoint{}, false
		}
	default:
		unfilled = e.unfilled(at, key)
	}
	if link := markdownLink.FindStringSubmatch(text); link != nil {
		text = link[1]
		e.at(at, Warning, "%s is a Markdown link: %s is taken from it", key, text)
	}
	endpoint, err := parseBase(e.route.provider, text)
	switch {
	case err != nil && unfilled:
		e.refuse(at, "%s cannot be used as it stands", key)
		return at, azure.Endpoint{}, false
	case err != nil:
		e.refuse(at, "%s cannot be used: %s", key, err)
		return at, azure.Endpoint{}, false
	}
	if endpoint.Provider == azure.ProviderAzure && strings.HasSuffix(strings.TrimRight(text, "/"), "/openai") {
		e.at(at, Warning, "%s ends in /openai, which is no part of it: it is left off (LiteLLM would repeat it)", key)
	}
	return at, endpoint, true
}

// parseBase is azure.ParseEndpoint, but for openai/NAME with a base of Azure's:
// that is Azure's v1 surface.
func parseBase(p azure.Provider, base string) (azure.Endpoint, error) {
	endpoint, err := azure.ParseEndpoint(p, base)
	if err != nil || p == azure.ProviderAzure || !azureHost(endpoint.Host) {
		return endpoint, err
	}
	endpoint, err = azure.ParseEndpoint(azure.ProviderAzure, base)
	if endpoint.Version == "" && !endpoint.Models {
		endpoint.Version = "v1"
	}
	return endpoint, err
}

// environmentBase is the base of entries that have none, and the variable that
// it is from.
func (e *modelReader) environmentBase() (name, base string) {
	names := []string{"AZURE_API_BASE"}
	switch {
	case e.route.provider == azure.ProviderOpenAI:
		names = []string{"OPENAI_BASE_URL", "OPENAI_API_BASE"}
	case e.route.foundry:
		names = []string{"AZURE_AI_API_BASE", "AZURE_API_BASE"}
	}
	for _, name := range names {
		if base := e.env(name); base != "" {
			return name, base
		}
	}
	if e.route.provider == azure.ProviderOpenAI {
		return "", openAIBase
	}
	return "", ""
}

// azureHosts are the ends of host names that are Azure's.
var azureHosts = []string{
	".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com", ".inference.ai.azure.com",
	".models.ai.azure.com", ".api.cognitive.microsoft.com", ".openai.azure.us", ".openai.azure.cn",
}

func azureHost(host string) bool {
	return slices.ContainsFunc(azureHosts, func(end string) bool { return strings.HasSuffix(host, end) })
}
