package azure

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Provider is whose API a deployment speaks.
type Provider uint8

// The providers.
const (
	ProviderAzure  Provider = iota // Azure OpenAI or Microsoft Foundry
	ProviderOpenAI                 // OpenAI, or anything compatible with it
)

// Endpoint is an api_base taken apart: where to connect, and what it says
// beyond that.
type Endpoint struct {
	Provider Provider
	// Scheme is https, or http for tests and sidecars.
	Scheme string
	// Host is in lower case, without port and, for IPv6, without brackets.
	Host string
	// Port is 443 or 80 when the base names none.
	Port int
	// Prefix is the path before /openai, of an API gateway or a Foundry
	// project; for ProviderOpenAI it is the whole root ("/v1"). It has no slash
	// at its end.
	Prefix string
	// Deployment is named by a full deployment URL; "" otherwise.
	Deployment string
	// Version is the api-version in the base's query, and "v1" for a base that
	// ends in /openai/v1.
	Version string
	// Extensions is set for a base that ends in /extensions.
	Extensions bool
	// Models is set for a base that ends in /models: Foundry's model inference
	// API.
	Models bool
}

// ParseEndpoint reads an api_base in every form that Azure's portal shows:
//
//	https://NAME.openai.azure.com
//	https://NAME.cognitiveservices.azure.com/
//	https://NAME.services.ai.azure.com/models
//	https://NAME.openai.azure.com/openai/v1/
//	https://NAME.openai.azure.com/openai/deployments/DEP/chat/completions?api-version=2024-10-21
//	https://NAME.services.ai.azure.com/api/projects/PROJECT
//
// and any other host, with a path before these. Its error says what is wrong
// with the text and, where it can be known, what was meant.
func ParseEndpoint(provider Provider, base string) (Endpoint, error) {
	base = strings.TrimSpace(base)
	if err := plausible(base); err != nil {
		return Endpoint{}, err
	}
	u, err := url.Parse(base)
	if err != nil {
		return Endpoint{}, fmt.Errorf("not a URL: %w", errors.Unwrap(err))
	}
	e := Endpoint{Provider: provider, Scheme: strings.ToLower(u.Scheme), Host: strings.ToLower(u.Hostname())}
	switch {
	case e.Scheme != "https" && e.Scheme != "http":
		return Endpoint{}, fmt.Errorf("scheme %q: want https, or http for a sidecar", u.Scheme)
	case e.Host == "":
		return Endpoint{}, errors.New("no host")
	case u.User != nil:
		return Endpoint{}, errors.New("a user name or password stands in the URL: use api_key")
	case u.Fragment != "":
		return Endpoint{}, errors.New("a fragment (#...) stands in the URL")
	}
	if e.Port, err = port(u); err != nil {
		return Endpoint{}, err
	}
	for name, values := range u.Query() {
		if name != "api-version" {
			return Endpoint{}, fmt.Errorf("query parameter %q: only api-version may stand in api_base", name)
		}
		e.Version = values[len(values)-1]
	}
	if err := e.readPath(strings.TrimRight(u.EscapedPath(), "/")); err != nil {
		return Endpoint{}, err
	}
	return e, nil
}

// plausible refuses texts that are no URL at all but look like one to a reader.
func plausible(base string) error {
	switch {
	case base == "":
		return errors.New("empty")
	case strings.HasPrefix(base, "[") && strings.Contains(base, "]("):
		return errors.New("a Markdown link: write the URL alone")
	case strings.ContainsAny(base, "<>{}"):
		return errors.New("a placeholder that was not filled in")
	case strings.ContainsAny(base, " \t\r\n\"'"):
		return errors.New("blanks or quotes inside the URL")
	case !strings.Contains(base, "://"):
		return fmt.Errorf("no scheme: write https://%s", base)
	}
	return nil
}

func port(u *url.URL) (int, error) {
	if text := u.Port(); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n == 0 {
			return 0, fmt.Errorf("port %q", text)
		}
		return int(n), nil
	}
	if strings.EqualFold(u.Scheme, "http") {
		return 80, nil
	}
	return 443, nil
}

// readPath takes the path of an Azure base apart; that of an OpenAI one is the
// root of its operations as it stands.
func (e *Endpoint) readPath(path string) error {
	if e.Provider == ProviderOpenAI {
		e.Prefix = path
		return nil
	}
	if prefix, _, ok := cutTail(path, "/anthropic"); ok { // of Claude on Foundry, with what the SDKs put behind it
		path = prefix
	}
	if prefix, _, ok := cutTail(path, "/models"); ok {
		e.Prefix, e.Models = prefix, true
		return nil
	}
	prefix, rest, ok := cutTail(path, "/openai")
	e.Prefix = prefix
	if !ok || rest == "" {
		return nil
	}
	if rest == "/v1" || strings.HasPrefix(rest, "/v1/") {
		e.Version = "v1"
		return nil
	}
	named, ok := strings.CutPrefix(rest, "/deployments/")
	if !ok {
		return nil // /openai/responses and the like: the portal's sample URL
	}
	segment, op, _ := strings.Cut(named, "/")
	deployment, err := url.PathUnescape(segment)
	if err != nil || deployment == "" {
		return fmt.Errorf("deployment %q in the path", segment)
	}
	e.Deployment = deployment
	e.Extensions = op == "extensions" || strings.HasPrefix(op, "extensions/")
	return nil
}

// cutTail cuts path at the last segment that is word: what stands before it,
// and what behind.
func cutTail(path, word string) (before, after string, ok bool) {
	i := strings.LastIndex(path+"/", word+"/")
	if i < 0 {
		return path, "", false
	}
	return path[:i], path[i+len(word):], true
}

// Resource is the address that tells one resource from another: where its ids are
// known.
func (e *Endpoint) Resource() string {
	return e.Scheme + "://" + net.JoinHostPort(e.Host, strconv.Itoa(e.Port)) + e.Prefix
}

// Authority is the host, with the port unless it is the scheme's own: what
// stands in the Host header.
func (e *Endpoint) Authority() string {
	standard := map[string]int{"https": 443, "http": 80}[e.Scheme]
	if e.Port != standard {
		return net.JoinHostPort(e.Host, strconv.Itoa(e.Port))
	}
	if strings.Contains(e.Host, ":") {
		return "[" + e.Host + "]"
	}
	return e.Host
}
