package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"mime/multipart"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// stand is a kind of deployment that a group may mix with others: a surface, a
// credential and a family, each stand on a resource of its own.
type stand struct {
	resource, version string
	token             bool // of Entra, not a key
	reasoning         bool
}

var stands = map[string]stand{
	"classic":    {resource: "a", version: classic},
	"v1":         {resource: "b", version: "v1", token: true},
	"o3-classic": {resource: "c", version: "2024-12-01-preview", reasoning: true},
	"o3-v1":      {resource: "d", version: "preview", token: true, reasoning: true},
	"compatible": {resource: "o"},
}

// place is the path and the query of an operation at a deployment of the stand,
// and whether its body names it.
func (s *stand) place(op *operation, deployment string) (path, query string, modelInBody bool) {
	switch {
	case s.resource == "o":
		return "/v1/" + op.name, "", true
	case s.version == "v1":
		return "/openai/v1/" + op.name, "", true
	case s.version == "preview":
		return "/openai/v1/" + op.name, "api-version=preview", true
	case !op.scoped:
		return "/openai/" + op.name, "api-version=" + s.version, true
	}
	return "/openai/deployments/" + deployment + "/" + op.name, "api-version=" + s.version, false
}

// mixture is an Azure of all stands, and a gateway whose groups mix them by two:
// kind-first-second.
type mixture struct {
	*gateway
	azure *fakeazure.Server
	entra *fakeazure.Entra
}

func newMixture(t *testing.T) *mixture {
	t.Helper()
	entra, err := fakeazure.NewEntra()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(entra.Close)
	entra.Secrets["app"] = "app-secret"
	roots := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(roots, entra.CAPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	var config fakeazure.Config
	for _, s := range stands {
		r := fakeazure.Resource{Name: s.resource, Keys: []string{keyOf(s.resource)}}
		if s.token {
			r.Keys, r.Tokens = nil, entra
		}
		if s.resource == "o" {
			r.Provider = fakeazure.ProviderOpenAI
		}
		for kind, model := range kinds {
			r.Deployments = append(r.Deployments, fakeazure.Deployment{Name: kind + "-" + s.resource, Model: s.model(kind, model)})
		}
		config.Resources = append(config.Resources, r)
	}
	azure := azureOf(t, config)
	var list strings.Builder
	fmt.Fprintf(&list, "general_settings: {master_key: %s}\nrouter_settings: {disable_cooldowns: true}\nmodel_list:\n", clientKey)
	for kind, model := range kinds {
		for first := range stands {
			for second := range stands {
				if first != second && mixes(kind, stands[first], stands[second]) {
					group := kind + "-" + first + "-" + second
					list.WriteString(entryOf(azure, group, first, kind, model, 1) + entryOf(azure, group, second, kind, model, 2))
				}
			}
		}
	}
	g := startWith(t, list.String(), []string{"AZURE_AUTHORITY_HOST=" + entra.URL(), "SSL_CERT_FILE=" + roots})
	return &mixture{g, azure, entra}
}

// mixes is whether there is a group of a kind on two stands: families are mixed
// for chats alone.
func mixes(kind string, a, b stand) bool {
	return kind == "chat" || (kind != "o3" && kind != "gpt5" && !a.reasoning && !b.reasoning)
}

// model is the base model of a kind at the stand.
func (s *stand) model(kind, model string) string {
	if s.reasoning && kind == "chat" {
		return "o3-mini"
	}
	return model
}

// entryOf is an entry of a model list for a deployment of a stand.
func entryOf(azure *fakeazure.Server, group, name, kind, model string, order int) string {
	s := stands[name]
	provider, credential := "azure", "api_key: "+keyOf(s.resource)
	if s.resource == "o" {
		provider = "openai"
	}
	if s.token {
		credential = "tenant_id: t, client_id: app, client_secret: app-secret"
	}
	return fmt.Sprintf("- model_name: %s\n  litellm_params: {model: %s/%s-%s, api_base: %q, %s, api_version: %q, order: %d, extra_headers: {x-stand: %s, x-only-%s: yes}}\n  model_info: {base_model: %s, id: %s/%s}\n",
		group, provider, kind, s.resource, azure.URL(s.resource), credential, s.version, order, name, name, s.model(kind, model), group, name)
}

// walk makes the first of a group fail and gives what arrived at both.
func (m *mixture) walk(t *testing.T, kind, first, second string, fault fakeazure.Fault, path, body, contentType string) (a, b fakeazure.Request) {
	t.Helper()
	m.azure.Reset()
	m.azure.Script(stands[first].resource, kind+"-"+stands[first].resource, fault)
	got := do(t, "POST", m.url+path, body, "content-type", contentType)
	all := m.azure.Requests()
	if by := kind + "-" + first + "-" + second + "/" + second; got.status != 200 || got.header.Get("x-azproc-deployment") != by || got.header.Get("x-azproc-attempts") != "2" || len(all) != 2 {
		t.Fatalf("%d by %s in %s attempts, %d arrived: %.300s", got.status, got.header.Get("x-azproc-deployment"), got.header.Get("x-azproc-attempts"), len(all), got.body)
	}
	return all[0], all[1]
}

// check holds what arrived at a stand against what must have.
func (m *mixture) check(t *testing.T, r *fakeazure.Request, name, other, path, query, body string) {
	t.Helper()
	s := stands[name]
	if r.Resource != s.resource || r.Path != path || r.Query != query || r.Host != m.azure.Authority(s.resource) {
		t.Errorf("%s: arrived at %s: %s%s?%s, want %s: %s?%s", name, r.Resource, r.Host, r.Path, r.Query, s.resource, path, query)
	}
	if string(r.Body) != body || r.ContentLength != int64(len(body)) {
		t.Errorf("%s: the body, with a length of %d, arrived as\n%.400s\nwant, of %d\n%.400s", name, r.ContentLength, r.Body, len(body), body)
	}
	token, bearer := strings.CutPrefix(r.Header.Get("authorization"), "Bearer ")
	var ok bool
	switch {
	case s.token:
		ok = m.entra.Valid(token, "https://cognitiveservices.azure.com") && r.Header.Get("api-key") == ""
	case s.resource == "o":
		ok = token == keyOf("o") && r.Header.Get("api-key") == ""
	default:
		ok = !bearer && r.Header.Get("api-key") == keyOf(s.resource)
	}
	if !ok {
		t.Errorf("%s: authenticated with api-key %q, bearer %t", name, r.Header.Get("api-key"), bearer)
	}
	if r.Header.Get("x-stand") != name || r.Header.Get("x-only-"+name) != "yes" || len(r.Header.Values("x-stand")) != 1 {
		t.Errorf("%s: its own headers: %v", name, r.Header)
	}
	if r.Header.Get("x-only-"+other) != "" {
		t.Errorf("%s: a header of %s", name, other)
	}
	for h := range r.Header {
		if h = strings.ToLower(h); strings.HasPrefix(h, "x-envoy") {
			t.Errorf("%s: header %s", name, h)
		}
	}
}

// mixedChat is a chat request; what families differ in stands in front.
func mixedChat(model, limit, role string) string {
	return fmt.Sprintf(`{ %q:300, "model" : %q,"messages":[{"role":%q,"content":"be \"max_tokens\" brief"},{"role":"user","content":"hi"}], "x_future": [1e3, 1.0]}`, limit, model, role)
}

func (s *stand) chat(group string, op *operation) string {
	model, limit, role := group, "max_tokens", "system"
	if _, _, inBody := s.place(op, ""); inBody {
		model = "chat-" + s.resource
	}
	if s.reasoning {
		limit, role = "max_completion_tokens", "developer"
	}
	return mixedChat(model, limit, role)
}

func TestASecondDeploymentGetsItsOwnRequestWhateverTheFirstWas(t *testing.T) {
	t.Parallel()
	m := newMixture(t)
	faults := []fakeazure.Fault{fakeazure.Status(500), fakeazure.NoCapacity(), fakeazure.Reset(), fakeazure.Status(404), fakeazure.TokenRevoked(), fakeazure.EmptyStatus(503)}
	row := 0
	next := func() fakeazure.Fault { row++; return faults[row%len(faults)] }
	chat := &operations[0]
	names := slices.Sorted(maps.Keys(stands))
	for _, first := range names {
		for _, second := range names {
			a, b := stands[first], stands[second]
			if first == second {
				continue
			}
			t.Run("chat of "+first+" and "+second, func(t *testing.T) {
				group := "chat-" + first + "-" + second
				arrived, again := m.walk(t, "chat", first, second, next(), "/v1/chat/completions", mixedChat(group, "max_tokens", "developer"), "application/json")
				path, query, _ := a.place(chat, "chat-"+a.resource)
				m.check(t, &arrived, first, second, path, query, a.chat(group, chat))
				path, query, _ = b.place(chat, "chat-"+b.resource)
				m.check(t, &again, second, first, path, query, b.chat(group, chat))
			})
			for i := range operations[1:] {
				op := &operations[1+i]
				if a.reasoning || b.reasoning {
					continue
				}
				t.Run(op.name+" of "+first+" and "+second, func(t *testing.T) {
					group := op.kind + "-" + first + "-" + second
					body, contentType := op.request(t, group)
					want := func(s *stand, changed bool) (path, query, sent string) {
						deployment := op.kind + "-" + s.resource
						path, query, inBody := s.place(op, deployment)
						if !inBody && !(op.form && changed) {
							return path, query, body
						}
						at := strings.LastIndex(body, group)
						return path, query, body[:at] + deployment + body[at+len(group):]
					}
					_, _, changed := a.place(op, "") // the name of the first must not stay in a form
					arrived, again := m.walk(t, op.kind, first, second, next(), "/v1/"+op.name, body, contentType)
					path, query, sent := want(&a, false)
					m.check(t, &arrived, first, second, path, query, sent)
					path, query, sent = want(&b, changed)
					m.check(t, &again, second, first, path, query, sent)
				})
			}
		}
	}
	t.Run("a form whose model only the path tells", func(t *testing.T) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		file, err := w.CreateFormFile("file", "a.wav")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = file.Write(make([]byte, 5000))
		_ = w.Close()
		arrived, again := m.walk(t, "listen", "classic", "v1", fakeazure.Status(500), "/openai/deployments/listen-classic-v1/audio/transcriptions?api-version=2024-06-01", b.String(), w.FormDataContentType())
		if !bytes.Equal(arrived.Body, b.Bytes()) {
			t.Errorf("the first got %.300q", arrived.Body)
		}
		var parts []string
		for _, p := range again.Form {
			parts = append(parts, fmt.Sprintf("%s=%s %d", p.Name, p.Value, p.Size))
		}
		if got := strings.Join(parts, ", "); got != "model=listen-b 8, file= 5000" && got != "file= 5000, model=listen-b 8" {
			t.Errorf("the second got a form of %s", got)
		}
	})
	if n := len(m.entra.Requests()); n > 2 {
		t.Errorf("%d tokens were fetched for one credential", n)
	}
}
