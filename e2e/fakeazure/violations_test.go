package fakeazure

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// failures collects what Check says.
type failures []string

func (f *failures) Helper()                           {}
func (f *failures) Errorf(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

func TestViolations(t *testing.T) {
	const path = "/openai/deployments/chat/chat/completions?api-version=2024-10-21"
	for _, row := range []struct {
		name, resource, path string
		header               []string
		expected             string // "" is none
	}{
		{"a clean request", "a", path, []string{"api-key", "key-a"}, ""},
		{"a clean bearer", "openai", "/chat/completions", []string{"Authorization", "Bearer sk-open"}, ""},
		{"localhost is the listener too", "a", path, []string{"api-key", "key-a", "host", "localhost"}, ""},
		{"the client's key as bearer", "a", path, []string{"Authorization", "Bearer client-key"}, "the client's key reached the upstream in header authorization"},
		{"the client's key elsewhere", "a", path, []string{"api-key", "key-a", "x-forwarded-key", "client-key"}, "the client's key reached the upstream in header x-forwarded-key"},
		{"the client's key in the query", "a", path + "&key=client-key", []string{"api-key", "key-a"}, "the client's key reached the upstream in the query"},
		{"another resource's key in the query", "a", path + "&api-key=key-b", []string{"api-key", "key-a"}, "the key of resource b was sent in the query"},
		{"two credentials, one in the query", "a", path + "&api-key=key-a", []string{"Authorization", "Bearer key-a"}, "both api-key and authorization were sent"},
		{"two credentials", "a", path, []string{"api-key", "key-a", "Authorization", "Bearer key-a"}, "both api-key and authorization were sent"},
		{"x-api-key", "a", path, []string{"api-key", "key-a", "x-api-key", "key-a"}, "x-api-key was sent"},
		{"another resource's key", "a", path, []string{"api-key", "key-b"}, "the key of resource b was sent in header api-key"},
		{"api-key for OpenAI", "openai", "/chat/completions", []string{"api-key", "sk-open"}, "api-key was sent to an OpenAI-compatible service"},
		{"a header of azproc's", "a", path, []string{"api-key", "key-a", "x-azproc-plan", "1"}, "header x-azproc-plan reached the upstream"},
		{"a header of LiteLLM's", "a", path, []string{"api-key", "key-a", "x-litellm-tags", "1"}, "header x-litellm-tags reached the upstream"},
		{"an encoding", "a", path, []string{"api-key", "key-a", "Accept-Encoding", "gzip"}, `accept-encoding is "gzip", not identity`},
		{"a wrong host", "a", path, []string{"api-key", "key-a", "host", "gateway.example"}, `host is "gateway.example`},
		{"no api-version", "a", "/openai/deployments/chat/chat/completions", []string{"api-key", "key-a"}, "api-version is missing"},
		{"two api-versions", "a", path + "&api-version=v1", []string{"api-key", "key-a"}, "api-version was sent 2 times"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := start(t, standard())
			request, err := http.NewRequestWithContext(deadline(t), http.MethodPost, s.URL(row.resource)+row.path, strings.NewReader(ask("x", `"model":"gpt-4o"`)))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Accept-Encoding", "identity")
			for i := 0; i < len(row.header); i += 2 {
				request.Header.Set(row.header[i], row.header[i+1])
			}
			if host := request.Header.Get("Host"); host != "" {
				_, port, _ := strings.Cut(s.Authority(row.resource), ":")
				request.Host = host + ":" + port
				request.Header.Del("Host")
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			var said failures
			s.Check(&said)
			switch {
			case row.expected == "" && len(said) > 0:
				t.Errorf("violations: %q", said)
			case row.expected != "" && !strings.Contains(strings.Join(said, "\n"), row.expected):
				t.Errorf("violations: %q, want %q", said, row.expected)
			case strings.Contains(strings.Join(said, "\n"), "client-key"):
				t.Errorf("a violation prints the credential: %q", said)
			}
		})
	}
}

func TestConfiguredHostIsRight(t *testing.T) {
	c := standard()
	c.Resources[0].Host = "res-a.openai.azure.com"
	s := start(t, c)
	request, _ := http.NewRequestWithContext(deadline(t), http.MethodPost, s.classicURL("a", "chat", "chat/completions"), strings.NewReader(ask("x")))
	request.Host = "res-a.openai.azure.com"
	request.Header.Set("Api-Key", "key-a")
	request.Header.Set("Accept-Encoding", "identity")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	s.Check(t)
}
