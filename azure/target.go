package azure

import (
	"net/url"
	"strings"
)

// inferenceVersion is the api-version of Foundry's model inference API where
// none is configured (the last one it had: azure-api reference, section 1d).
const inferenceVersion = "2024-05-01-preview"

// Target is where a deployment's requests go.
type Target struct {
	Endpoint Endpoint
	// Deployment is the name of the deployment at Azure, or of the model at an
	// OpenAI-compatible service.
	Deployment string
	// Version is the configured api-version: of the deployment, else of its
	// api_base, else of the environment. "" leaves it to the client.
	Version string
	// Realtime is the configured form of the realtime API.
	Realtime RealtimeProtocol
}

// Path gives the :path that a request has upstream, and whether the body must
// name the deployment because the path does not.
//
// A dated api-version means Azure's classic surface, everything else the v1
// surface. The configured version comes first, then the client's if it is one,
// then v1. What else the client has in its query goes along.
func (t *Target) Path(r *Route) (path string, modelInBody bool) {
	e := &t.Endpoint
	switch {
	case r.Socket:
		return t.socket(r), false
	case r.Op.Below:
		return t.below(r), true
	case r.Op.Anthropic:
		return join(e.Prefix, "/anthropic/v1/", "", "", r.Op.Name, "", r.Query), true
	case e.Provider == ProviderOpenAI:
		return join(e.Prefix, "/", "", "", r.Op.Name, "", r.Query), true
	case e.Models:
		version := t.Version
		if version == "" || IsV1(version) {
			version = inferenceVersion
		}
		return join(e.Prefix, "/models/", "", "", r.Op.Name, version, r.Query), true
	}
	version := t.version(r)
	extensions := (e.Extensions || r.Extensions) && r.Op == OpChat
	if !extensions && (version == "" || IsV1(version)) {
		if version != "preview" {
			version = "" // v1 is the default there, latest its old name
		}
		return join(e.Prefix, "/openai/v1/", "", "", r.Op.Name, version, r.Query), true
	}
	if !r.Op.Scoped {
		return join(e.Prefix, "/openai/", "", "", r.Op.Name, version, r.Query), true
	}
	name := t.Deployment
	if e.Deployment != "" {
		name = e.Deployment
	}
	below := "/"
	if extensions {
		below = "/extensions/"
	}
	return join(e.Prefix, "/openai/deployments/", escapeSegment(name), below, r.Op.Name, version, r.Query), false
}

// version is the api-version of a request: the configured one, else the client's if
// it is one; "" is v1.
func (t *Target) version(r *Route) string {
	if t.Version == "" && IsVersion(r.Version) {
		return r.Version
	}
	return t.Version
}

// join makes the path with one allocation.
func join(prefix, root, deployment, below, op, version, query string) string {
	switch {
	case version != "" && query != "":
		return prefix + root + deployment + below + op + "?api-version=" + version + "&" + query
	case version != "":
		return prefix + root + deployment + below + op + "?api-version=" + version
	case query != "":
		return prefix + root + deployment + below + op + "?" + query
	default:
		return prefix + root + deployment + below + op
	}
}

// escapeSegment encodes a name as one path segment, as the Azure SDKs do.
func escapeSegment(name string) string {
	for i := range len(name) {
		c := name[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0) {
			return url.PathEscape(name)
		}
	}
	return name
}
