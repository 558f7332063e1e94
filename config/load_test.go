package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

// mustParse is for tests whose file is served.
func mustParse(t *testing.T, text string, env map[string]string) *Snapshot {
	t.Helper()
	s, r := Parse("config.yaml", []byte(text), Options{Getenv: environment(env)})
	if s == nil {
		t.Fatalf("refused: %v", r.Diagnostics)
	}
	return s
}

// entryWith is a file of one entry, with further litellm_params.
func entryWith(params ...string) string {
	return "model_list:\n- model_name: m\n  litellm_params:\n    " + strings.Join(params, "\n    ") + "\n"
}

// oneEntry is an entry that is fine.
var oneEntry = entryWith("model: azure/gpt-4o", "api_base: https://one.openai.azure.com", "api_key: k")

func TestAFileThatCannotBeReadIsRefused(t *testing.T) {
	s, r := Load("gone.yaml", Options{ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist }})
	if s != nil || !r.Refused() || !strings.HasPrefix(r.Diagnostics[0].String(), "gone.yaml: refused: ") {
		t.Errorf("snapshot %v, report %v", s, r.Diagnostics)
	}
}

func TestASnapshotKnowsWhichBytesItIsOf(t *testing.T) {
	o := Options{ReadFile: func(string) ([]byte, error) { return []byte(oneEntry), nil }}
	a, _ := Load("a.yaml", o)
	b, _ := Parse("b.yaml", []byte(oneEntry+"# changed"), o)
	if a.Path != "a.yaml" || a.Hash == "" || a.Hash == b.Hash {
		t.Errorf("path %q, hashes %q and %q", a.Path, a.Hash, b.Hash)
	}
}

func TestVariablesOfTheFileWinOverTheEnvironment(t *testing.T) {
	s := mustParse(t, entryWith("model: azure/gpt-4o", "api_base: os.environ/BASE", "api_key: os.environ/K")+`
environment_variables:
  BASE: https://file.openai.azure.com
  K: os.environ/OUTER
  AZURE_API_VERSION: "2024-10-21"
`, map[string]string{"BASE": "https://env.openai.azure.com", "OUTER": "outer"})
	d := s.Deployments[0]
	if d.Target.Endpoint.Host != "file.openai.azure.com" || d.Credential.Key.Reveal() != "outer" || d.Target.Version != "2024-10-21" {
		t.Errorf("%s %q %s", d.Target.Endpoint.Host, d.Credential.Key.Reveal(), d.Target.Version)
	}
}

func TestAnOpenGatewayMustBeWanted(t *testing.T) {
	for _, settings := range []string{
		"litellm_settings: {master_key: k}",
		"general_settings: {master_key: os.environ/NOT_SET}",
		"general_settings: {masterkey: k}",
		"master_key: k",
	} {
		text := []byte(oneEntry + settings)
		getenv := environment(nil)
		if _, r := Parse("", text, Options{Getenv: getenv}); !r.Refused() {
			t.Errorf("%s is served", settings)
		}
		s, r := Parse("", text, Options{Getenv: getenv, AllowAnonymous: true})
		if s == nil || len(r.Diagnostics) == 0 {
			t.Errorf("%s with anonymous clients allowed: %v", settings, r.Diagnostics)
		}
		if settings[0] != 'g' {
			withKey := environment(map[string]string{"LITELLM_MASTER_KEY": "from-env"})
			s, _ := Parse("", text, Options{Getenv: withKey})
			if s == nil || s.MasterKey.Reveal() != "from-env" {
				t.Errorf("%s with LITELLM_MASTER_KEY is refused", settings)
			}
		}
	}
	if s := mustParse(t, oneEntry, nil); s.MasterKey != "" {
		t.Error("a key from nowhere")
	}
}

// The pages that users come from: every configuration on them, with the
// indentation that their capture lost.
func TestTheConfigurationsOfLiteLLMsPageAreServed(t *testing.T) {
	env := map[string]string{
		"AZURE_API_KEY": "k", "AZURE_API_BASE": "https://one.openai.azure.com", "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c",
		"AZURE_CLIENT_SECRET": "s", "AZURE_USERNAME": "u", "AZURE_PASSWORD": "p", "AZURE_SCOPE": "https://scope.example/.default",
	}
	const resource = "api_base: https://openai-gpt-4-test-v-1.openai.azure.com/"
	for name, c := range map[string]struct {
		params []string
		kind   CredentialKind
		more   string
	}{
		"a key":     {[]string{"model: azure/chatgpt-v-2", resource, `api_version: "2023-05-15"`, "api_key: os.environ/AZURE_API_KEY # The `os.environ/` prefix"}, CredentialKey, ""},
		"a version": {[]string{"model: azure/my-gpt4-deployment", resource, `api_version: "2024-08-01-preview"`, "api_key: os.environ/AZURE_API_KEY"}, CredentialKey, ""},
		"a client secret": {[]string{
			"model: azure/chatgpt-v-2", resource, `api_version: "2023-05-15"`, "tenant_id: os.environ/AZURE_TENANT_ID",
			"client_id: os.environ/AZURE_CLIENT_ID", "client_secret: os.environ/AZURE_CLIENT_SECRET", "azure_scope: os.environ/AZURE_SCOPE",
		}, CredentialClientSecret, ""},
		"a password": {[]string{
			"model: azure/chatgpt-v-2", resource, `api_version: "2023-05-15"`, "client_id: os.environ/AZURE_CLIENT_ID",
			"azure_username: os.environ/AZURE_USERNAME", "azure_password: os.environ/AZURE_PASSWORD", "azure_scope: os.environ/AZURE_SCOPE",
		}, CredentialPassword, ""},
		"a batch deployment": {
			[]string{"model: \"azure/gpt-4o-mini\"", "api_key: os.environ/AZURE_API_KEY", "api_base: os.environ/AZURE_API_BASE"},
			CredentialKey,
			"  model_info:\n    mode: batch\nlitellm_settings:\n  enable_loadbalancing_on_batch_endpoints: true\n",
		},
		"an image model": {[]string{
			"model: azure/dall-e-3-test", "api_version: 2023-06-01-preview", resource, "api_key: os.environ/AZURE_API_KEY", "base_model: dall-e-3",
		}, CredentialKey, "  model_info:\n    mode: image_generation\n"},
		"a base model": {
			[]string{"model: azure/chatgpt-v-2", "api_base: os.environ/AZURE_API_BASE", "api_key: os.environ/AZURE_API_KEY", `api_version: "2023-07-01-preview"`},
			CredentialKey, "  model_info:\n    base_model: azure/gpt-4-1106-preview\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, r := Parse("config.yaml", []byte(entryWith(c.params...)+c.more), Options{Getenv: environment(env)})
			if s == nil || !r.Clean() || len(s.Deployments) != 1 || s.Deployments[0].Credential.Kind != c.kind {
				t.Errorf("%v", r.Diagnostics)
			}
		})
	}
}

func TestWindowsLineEndsAndAByteOrderMarkAreFine(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(oneEntry, "\n", "\r\n")
	s, r := Parse("", []byte(text), Options{Getenv: environment(nil)})
	if s == nil || len(r.Diagnostics) > 0 || s.Deployments[0].Credential.Key.Reveal() != "k" {
		t.Errorf("%v", r.Diagnostics)
	}
}

func TestAPlaceIsCountedInCharacters(t *testing.T) {
	_, r := Parse("f", []byte("general_settings: {\"köy\": 1, \"ümlaut\": 2, mäster: 3}\nmodel_list: []\n"), Options{Getenv: environment(nil)})
	var cols []string
	for _, d := range r.Diagnostics {
		if d.Line == 1 {
			cols = append(cols, fmt.Sprintf("%d+%d", d.Col, d.Width))
		}
	}
	if got := strings.Join(cols, " "); got != "20+5 30+8 43+6" {
		t.Errorf("%s", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(oneEntry))
	f.Add([]byte("a: &a [*a]\n<<: *a\nmodel_list: *a"))
	f.Add([]byte("? complex\n: - x\n!!str y: |+\n  z\n--- \nb"))
	f.Add([]byte("model_list:\n- {model_name: \"*\", litellm_params: {model: azure/*, api_base: 'http://[::1]', api_key: ${K}, temperature: .5}}\n"))
	f.Add([]byte("general_settings: {master_key: }\r\nrouter_settings: [\"\\u00e9\"]\n\tx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, r := Parse("f", data, Options{Getenv: environment(map[string]string{"X": "x"})})
		if (s == nil) != r.Refused() {
			t.Fatalf("snapshot %v, refused %v", s, r.Refused())
		}
		lines := splitLines(string(data))
		for _, d := range r.Diagnostics {
			if d.Line < 1 || d.Line > len(lines) || d.Col < 1 || d.Col > runes(lines[d.Line-1])+1 || d.Width < 1 {
				t.Errorf("outside of the file: %v, width %d", d, d.Width)
			}
		}
		if s == nil {
			return
		}
		names := make(map[string]bool)
		for _, d := range s.Deployments {
			if names[d.Name] || d.Cluster == "" {
				t.Errorf("deployment %q, cluster %q", d.Name, d.Cluster)
			}
			names[d.Name] = true
			if g, _, ok := s.Find(strings.ReplaceAll(d.Group, "*", "x")); !ok {
				t.Errorf("the group %q is not found: %v", d.Group, g)
			}
		}
	})
}

func TestAReadErrorIsInTheReport(t *testing.T) {
	_, r := Load("x", Options{ReadFile: func(string) ([]byte, error) { return nil, errors.New("disk on fire") }})
	if !strings.Contains(r.Diagnostics[0].Message, "disk on fire") {
		t.Error(r.Diagnostics[0])
	}
}
