package config

import (
	"strings"

	"github.com/azproc/azproc/azure"
)

// version finds the api-version: the entry's, its base's, the environment's.
// What has not the form of one is warned of and left out.
func (e *modelReader) version(endpoint *azure.Endpoint) string {
	if endpoint.Provider == azure.ProviderOpenAI {
		return ""
	}
	n := e.params.get("api_version")
	switch {
	case n.kind == scalar && n.text != "" && e.checkVersion(n):
		return n.text
	case endpoint.Version != "":
		return endpoint.Version
	}
	v := e.env("AZURE_API_VERSION")
	if v != "" && !azure.IsVersion(v) {
		if e.once("environment.AZURE_API_VERSION") {
			e.at(e.params.get("model"), Warning, "AZURE_API_VERSION %q is no api-version, and left out: a date such as 2024-10-21, or v1", v)
		}
		return ""
	}
	return v
}

// checkVersion is whether an api_version can be sent, and says what is odd
// about it.
func (e *modelReader) checkVersion(n *node) bool {
	switch v := n.text; {
	case e.unfilled(n, "api_version"):
		return false
	case !azure.IsVersion(v):
		e.at(n, Warning, "api_version %q is no api-version, and left out: write a date such as \"2024-10-21\", or v1", v)
		return false
	case !azure.KnownVersion(v):
		e.at(n, Warning, "api_version %s is none that Azure has published: is it a model's release date? Azure would answer 404; without it the v1 surface is used", v)
	case n.plain && n.variable == "" && !azure.IsV1(v) && !strings.HasSuffix(v, "-preview"):
		e.at(n, Warning, "api_version %s stands without quotes, which YAML reads as a date and LiteLLM drops the deployment for: write \"%s\"", v, v)
	}
	return true
}

// realtime reads realtime_protocol, in LiteLLM's words.
func (e *modelReader) realtime() azure.RealtimeProtocol {
	n := e.params.get("realtime_protocol")
	if n.kind == null {
		return azure.RealtimeAsked
	}
	switch strings.ToLower(n.text) {
	case "ga", "v1":
		return azure.RealtimeGA
	case "beta":
		return azure.RealtimePreview
	}
	e.at(n, Warning, "realtime_protocol %q is none, and left out: write GA, v1 or beta", n.text)
	return azure.RealtimeAsked
}
