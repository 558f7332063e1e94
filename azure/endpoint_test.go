package azure

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryFormOfBaseThatThePortalShowsIsRead(t *testing.T) {
	host := func(e Endpoint) Endpoint {
		if e.Scheme == "" {
			e.Scheme, e.Port = "https", 443
		}
		if e.Host == "" {
			e.Host = "res.openai.azure.com"
		}
		return e
	}
	for base, want := range map[string]Endpoint{
		"https://res.openai.azure.com":     {},
		"https://res.openai.azure.com/":    {},
		"https://RES.openai.azure.com//":   {},
		"https://res.openai.azure.com:443": {},

		"https://res.cognitiveservices.azure.com":     {Host: "res.cognitiveservices.azure.com"},
		"https://eastus.api.cognitive.microsoft.com/": {Host: "eastus.api.cognitive.microsoft.com"},
		"https://res.services.ai.azure.com/models":    {Host: "res.services.ai.azure.com", Models: true},

		"https://res.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview": {Host: "res.services.ai.azure.com", Models: true, Version: "2024-05-01-preview"},

		"https://res.services.ai.azure.com/anthropic/":     {Host: "res.services.ai.azure.com"},
		"https://res.services.ai.azure.com/api/projects/p": {Host: "res.services.ai.azure.com", Prefix: "/api/projects/p"},

		"https://res.services.ai.azure.com/api/projects/p/openai/v1": {Host: "res.services.ai.azure.com", Prefix: "/api/projects/p", Version: "v1"},

		"https://res.openai.azure.com/openai": {},

		"https://res.openai.azure.com/openai/v1/":                 {Version: "v1"},
		"https://res.openai.azure.com/openai/v1/chat/completions": {Version: "v1"},
		"https://res.openai.azure.com/openai/deployments/dep":     {Deployment: "dep"},

		"https://res.openai.azure.com/openai/deployments/a%2Fb/chat/completions?api-version=2024-10-21": {Deployment: "a/b", Version: "2024-10-21"},

		"https://res.openai.azure.com/openai/deployments/dep/extensions": {Deployment: "dep", Extensions: true},

		"https://res.openai.azure.com/openai/deployments/dep/extensions/chat/completions": {Deployment: "dep", Extensions: true},

		"https://res.openai.azure.com/openai/responses?api-version=2025-04-01-preview": {Version: "2025-04-01-preview"},

		"https://apim.azure-api.net/my/prefix": {Host: "apim.azure-api.net", Prefix: "/my/prefix"},
		"http://127.0.0.1:8080":                {Scheme: "http", Host: "127.0.0.1", Port: 8080},
		"http://localhost":                     {Scheme: "http", Host: "localhost", Port: 80},
		"http://[::1]:8080/a":                  {Scheme: "http", Host: "::1", Port: 8080, Prefix: "/a"},
		" https://res.openai.azure.com ":       {},
	} {
		got, err := ParseEndpoint(ProviderAzure, base)
		if err != nil {
			t.Errorf("%s: %v", base, err)
		} else if d := cmp.Diff(host(want), got); d != "" {
			t.Errorf("%s: %s", base, d)
		}
	}
}

func TestUnusableBasesSayWhatIsWrong(t *testing.T) {
	for base, say := range map[string]string{
		"":                                   "empty",
		"res.openai.azure.com":               "write https://res.openai.azure.com",
		"[my](https://res.openai.azure.com)": "Markdown",
		"https://<your-resource>.openai.azure.com": "placeholder",
		"https://{res}.openai.azure.com":           "placeholder",
		"https://res.openai.azure.com /":           "blanks",
		"https://user:pw@res":                      "api_key",
		"https://res/#top":                         "fragment",
		"https://res?key=1":                        "only api-version",
		"ftp://res":                                "scheme",
		"https://":                                 "no host",
		"https://res:0":                            "port",
		"https://res:99999":                        "port",
		"https://res/openai/deployments//x":        "deployment",
	} {
		if _, err := ParseEndpoint(ProviderAzure, base); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: error %v, want one that says %q", base, err, say)
		}
	}
}

func TestAuthorityIsWhatTheHostHeaderSays(t *testing.T) {
	for base, want := range map[string]string{
		"https://res.openai.azure.com": "res.openai.azure.com",
		"https://res:8443":             "res:8443",
		"http://res:443":               "res:443",
		"http://res":                   "res",
		"https://[::1]":                "[::1]",
		"https://[::1]:8443":           "[::1]:8443",
	} {
		e, err := ParseEndpoint(ProviderAzure, base)
		if err != nil || e.Authority() != want {
			t.Errorf("%s: %q, %v", base, e.Authority(), err)
		}
	}
}

func FuzzParseEndpoint(f *testing.F) {
	for _, s := range []string{"https://res.openai.azure.com/openai/deployments/a%2Fb/extensions?api-version=v1", "http://[::1]:8080/models", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, base string) {
		e, err := ParseEndpoint(ProviderAzure, base)
		if err == nil && (e.Host == "" || e.Port < 1 || e.Port > 65535 || strings.HasSuffix(e.Prefix, "/")) {
			t.Fatalf("%q: %+v", base, e)
		}
	})
}
