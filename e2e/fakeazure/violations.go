package fakeazure

import (
	"fmt"
	"slices"
	"strings"
)

// TB is what [Server.Check] needs of a *testing.T.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// Check fails the test for every violation so far.
func (s *Server) Check(t TB) {
	t.Helper()
	for _, violation := range s.Violations() {
		t.Errorf("fakeazure: %s", violation)
	}
}

// Violations lists what arrived although it must never leave a gateway, a
// line each. Credentials are not printed.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// violations finds what is wrong with how the request was sent, as opposed to
// what it asks for.
func (c *call) violations() []string {
	if c.surface == surfacePublic {
		return nil // the client itself fetches it
	}
	var found []string
	add := func(format string, args ...any) {
		found = append(found, c.violation(format, args...))
	}
	h := c.r.Header
	for name, values := range h {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "x-azproc-") || strings.HasPrefix(lower, "x-litellm") {
			add("header %s reached the upstream", lower)
		}
		for _, value := range values {
			if c.server.isGatewayKey(value) {
				add("the client's key reached the upstream in header %s", lower)
			}
			if other := c.server.ownerOf(value, c.resource); other != "" {
				add("the key of resource %s was sent in header %s", other, lower)
			}
		}
	}
	if c.server.isGatewayKey(c.r.URL.RawQuery) {
		add("the client's key reached the upstream in the query")
	}
	keyInQuery := c.r.URL.Query().Get("api-key")
	if other := c.server.ownerOf(keyInQuery, c.resource); other != "" {
		add("the key of resource %s was sent in the query", other)
	}
	if h.Get("Authorization") != "" && h.Get("Api-Key")+keyInQuery != "" {
		add("both api-key and authorization were sent")
	}
	switch claude := h.Get("X-Api-Key"); {
	case claude == "":
	case !c.toClaude():
		add("x-api-key was sent")
	case h.Get("Authorization") != "":
		add("both x-api-key and authorization were sent")
	case h.Get("Api-Key") != "" && h.Get("Api-Key") != claude:
		add("x-api-key and api-key are not the same")
	}
	if c.resource.Provider == ProviderOpenAI && h.Get("Api-Key") != "" {
		add("api-key was sent to an OpenAI-compatible service")
	}
	for _, name := range []string{"Authorization", "Api-Key", "X-Api-Key"} {
		if len(h.Values(name)) > 1 {
			add("header %s was sent %d times", strings.ToLower(name), len(h.Values(name)))
		}
	}
	if encoding := strings.Join(h.Values("Accept-Encoding"), ", "); encoding != "identity" && !c.server.config.AnyEncoding {
		add("accept-encoding is %q, not identity", encoding)
	}
	if !c.resource.hosts(c.r.Host) {
		add("host is %q, not %q", c.r.Host, c.resource.authority)
	}
	switch versions := c.r.URL.Query()["api-version"]; {
	case len(versions) > 1:
		add("api-version was sent %d times", len(versions))
	case len(versions) == 0 && (c.surface == surfaceClassic || c.surface == surfaceResource || c.surface == surfaceExtensions || c.surface == surfaceFoundry):
		add("api-version is missing")
	}
	for _, where := range c.tagged() {
		add("an id with a tag reached the upstream in %s", where)
	}
	return found
}

// violation is a line about this request.
func (c *call) violation(format string, args ...any) string {
	return fmt.Sprintf("%s: %s %s: ", c.resource.Name, c.r.Method, c.r.URL.EscapedPath()) + fmt.Sprintf(format, args...)
}

func (s *Server) isGatewayKey(text string) bool {
	return slices.ContainsFunc(s.config.GatewayKeys, func(key string) bool { return key != "" && strings.Contains(text, key) })
}

// ownerOf names the resource whose key a header value is, when it is not the
// resource that the request went to.
func (s *Server) ownerOf(value string, at *resource) string {
	value = strings.TrimPrefix(value, "Bearer ")
	if at.hasKey(value) {
		return ""
	}
	for _, other := range s.resources {
		if other != at && other.hasKey(value) {
			return other.Name
		}
	}
	return ""
}
