package config

import (
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	for name, c := range map[string]struct{ line, want string }{
		"a plain value":        {"  api_key: fake-word # mine", "  api_key: ***"},
		"a quoted value":       {`client_secret: "fake, word" # mine`, `client_secret: *** # mine`},
		"in a flow mapping":    {"{model: m, api_key: fake-word, azure_password: 'p}w', x: 1}", "{model: m, api_key: ***, azure_password: ***, x: 1}"},
		"a quoted key":         {`"master_key":"fake-word"`, `"master_key":***`},
		"behind a longer name": {"azure_ad_token: fake-word", "azure_ad_token: ***"},
		"a header":             {"Ocp-Apim-Subscription-Key: fake-word", "Ocp-Apim-Subscription-Key: ***"},
		"a bearer header":      {"Authorization: Bearer fake-word", "Authorization: ***"},
		"an anchor before it":  {"api_key: &k fake-word", "api_key: ***"},
		"a reference to the environment is shown": {"api_key: os.environ/KEY", "api_key: os.environ/KEY"},
		"a placeholder is shown":                  {"api_key: ${KEY}", "api_key: ${KEY}"},
		"a client's key":                          {"- {name: a, key: fake-word, rpm: 1}", "- {name: a, key: ***, rpm: 1}"},
		"a client's key in JSON":                  {`{"name":"a","key":"fake-word"}`, `{"name":"a","key":***}`},
		"a digest is shown":                       {"key: sha256:" + strings.Repeat("0a", 32), "key: sha256:" + strings.Repeat("0a", 32)},
		"what is no digest is not":                {"key: sha256:fake-word", "key: ***"},
		"nothing to hide":                         {"api_base: https://x", "api_base: https://x"},
		"a key of another meaning":                {"litellm_key_header_name: x-key", "litellm_key_header_name: x-key"},
		"a known secret elsewhere":                {"# was known-secret before", "# was *** before"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mask(c.line, []string{"known-secret\n", "x"}); got != c.want {
				t.Errorf("%s", got)
			}
		})
	}
}
