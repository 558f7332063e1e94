package e2e

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// operation is a row of the table: an operation with a body for it.
type operation struct {
	name string
	kind string // of deployment
	body string // %s is the model
	form bool
	// scoped operations stand below the deployment on the classic surface.
	scoped bool
}

var operations = []operation{
	{"chat/completions", "chat", `{ "x_future": [1e3, 1.0], "messages":[{"role":"user","content":"hi"}], "model" : "%s" }`, false, true},
	{"completions", "instruct", `{"prompt":"hi","model":"%s"}`, false, true},
	{"embeddings", "embed", `{"input":["hi"],"model":"%s","encoding_format":"base64"}`, false, true},
	{"responses", "chat", `{"input":"hi","model":"%s"}`, false, false},
	{"images/generations", "image", `{"prompt":"a cat","model":"%s"}`, false, true},
	{"images/edits", "image", "image", true, true},
	{"audio/speech", "speech", `{"input":"hi","voice":"alloy","model":"%s"}`, false, true},
	{"audio/transcriptions", "listen", "file", true, true},
	{"audio/translations", "listen", "file", true, true},
}

// request makes the body of a row for a model, and its content type.
func (o operation) request(t testing.TB, model string) (body, contentType string) {
	t.Helper()
	if !o.form {
		return fmt.Sprintf(o.body, model), "application/json"
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	file, err := w.CreateFormFile(o.body, "data.bin")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write(bytes.Repeat([]byte("\r\n--model\x00"), 1000))
	_ = w.WriteField("prompt", "a cat")
	_ = w.WriteField("model", model)
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

// paths are the ways in which clients of each dialect name an operation.
func (o operation) paths(model string) map[string]string {
	name := strings.NewReplacer(" ", "%20", "/", "%2F").Replace(model)
	all := map[string]string{
		"openai":               "/v1/" + o.name,
		"openai without v1":    "/" + o.name,
		"azure v1":             "/openai/v1/" + o.name,
		"azure, no deployment": "/openai/" + o.name + "?api-version=" + classic,
	}
	if o.scoped {
		all["azure classic"] = "/openai/deployments/" + name + "/" + o.name + "?api-version=" + classic
		all["azure v1 with a deployment"] = "/openai/v1/deployments/" + name + "/" + o.name + "?api-version=" + classic
	}
	return all
}

// upstream is where a request must arrive.
func (o operation) upstream(surface, version, resource string) (path, query string, modelInBody bool) {
	switch {
	case resource == "o":
		return "/v1/" + o.name, "", true
	case surface == "":
		if !o.scoped {
			return "/openai/" + o.name, "api-version=" + version, true
		}
		return "/openai/deployments/dep-" + o.kind + "/" + o.name, "api-version=" + version, false
	case version == "preview":
		return "/openai/v1/" + o.name, "api-version=preview", true
	default:
		return "/openai/v1/" + o.name, "", true
	}
}

func TestEveryOperationInEveryDialectReachesEverySurface(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	for _, op := range operations {
		for _, surface := range surfaces {
			model := op.kind + surface.ending
			for dialect, path := range op.paths(model) {
				t.Run(op.name+" by "+dialect+" to "+model, func(t *testing.T) {
					sent, contentType := op.request(t, model)
					azure.Reset()
					got := do(t, "POST", g.url+path, sent, "content-type", contentType)
					if got.status != 200 {
						t.Fatalf("status %d: %s", got.status, got.body)
					}
					if name := got.header.Get("x-azproc-deployment"); name != model {
						t.Errorf("x-azproc-deployment %q, want %q", name, model)
					}
					if got.header.Get("x-azproc-attempts") != "1" || got.header.Get("x-request-id") == "" {
						t.Errorf("headers %v", got.header)
					}
					checkArrival(t, azure, op, surface.ending, surface.version, surface.resource, sent)
				})
			}
		}
	}
}

// checkArrival holds the one request that arrived against what must have.
func checkArrival(t *testing.T, azure *fakeazure.Server, op operation, surface, version, resource, sent string) {
	t.Helper()
	all := azure.Requests()
	if len(all) != 1 {
		t.Fatalf("%d requests arrived", len(all))
	}
	r := all[0]
	path, query, modelInBody := op.upstream(surface, version, resource)
	if r.Resource != resource || r.Path != path || r.Query != query || r.Host != azure.Authority(resource) {
		t.Errorf("arrived at %s: %s%s?%s, want %s: %s%s?%s", r.Resource, r.Host, r.Path, r.Query, resource, azure.Authority(resource), path, query)
	}
	want := sent
	if modelInBody {
		want = strings.Replace(sent, op.kind+surface, "dep-"+op.kind, 1)
		if op.form { // the name stands in the part, and could stand in the boundary
			i := strings.LastIndex(sent, op.kind+surface)
			want = sent[:i] + "dep-" + op.kind + sent[i+len(op.kind+surface):]
		}
	}
	if string(r.Body) != want {
		t.Errorf("body arrived as\n%.300s\nwant\n%.300s", r.Body, want)
	}
	if r.ContentLength != int64(len(want)) {
		t.Errorf("content-length %d, want %d", r.ContentLength, len(want))
	}
	key := r.Header.Get("api-key")
	if resource == "o" {
		key = strings.TrimPrefix(r.Header.Get("authorization"), "Bearer ")
	}
	if key != map[string]string{"a": azureKey, "o": openAIKey}[resource] {
		t.Error("the credential is not the resource's")
	}
}

func TestANameWithASlashIsOneSegmentOfThePath(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	got := do(t, "POST", g.url+"/openai/deployments/team%2Fgpt%204o:v1/chat/completions?api-version="+classic, `{"messages":[{"role":"user","content":"hi"}]}`)
	if got.status != 200 {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	if r, _ := azure.Last(); r.Path != "/openai/deployments/dep-chat/chat/completions" {
		t.Errorf("arrived at %s", r.Path)
	}
}

func TestWhatClientsSendForTheGatewayNeverGoesUpstream(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	for _, header := range [][]string{
		{"authorization", "Bearer " + clientKey},
		{"authorization", "", "api-key", clientKey},
		{"authorization", "", "x-api-key", clientKey},
		{"authorization", "Bearer " + clientKey, "api-key", clientKey, "x-api-key", clientKey},
		{"x-azproc-plan", "a", "x-azproc-deployment", "b", "x-envoy-max-retries", "9", "x-envoy-upstream-rq-timeout-ms", "1", "accept-encoding", "gzip, br"},
	} {
		azure.Reset()
		got := do(t, "POST", g.url+"/v1/chat/completions", `{"model":"chat","messages":[{"role":"user","content":"hi"}]}`, header...)
		if got.status != 200 {
			t.Fatalf("%v: status %d: %s", header[:1], got.status, got.body)
		}
		r, _ := azure.Last()
		for name := range r.Header {
			lower := strings.ToLower(name)
			if strings.HasPrefix(lower, "x-azproc") || strings.HasPrefix(lower, "x-envoy") || lower == "x-forwarded-for" {
				t.Errorf("%s went upstream", lower)
			}
		}
		if r.Header.Get("accept-encoding") != "identity" {
			t.Errorf("accept-encoding %q went upstream", r.Header.Get("accept-encoding"))
		}
		if v := azure.Violations(); len(v) > 0 {
			t.Error(v)
		}
	}
}

func TestAKeyInExtraHeadersTakesThePlaceOfTheClients(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure)+fmt.Sprintf("- model_name: by-header\n  litellm_params: {model: openai/dep-chat, api_base: %q, extra_headers: {Authorization: Bearer %s, X-Team: a}}\n", azure.URL("o"), openAIKey))
	got := do(t, "POST", g.url+"/v1/chat/completions", `{"model":"by-header","messages":[{"role":"user","content":"hi"}]}`)
	if got.status != 200 {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	if r, _ := azure.Last(); r.Header.Get("x-team") != "a" {
		t.Errorf("headers %v", r.Header)
	}
}

func TestModelsAreListedInEveryDialectAndNeverAskedOfAzure(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure)+fmt.Sprintf("- model_name: any/*\n  litellm_params: {model: azure/*, api_base: %q, api_key: %s}\n", azure.URL("a"), azureKey))
	for _, path := range []string{"/v1/models", "/models", "/openai/models?api-version=2024-10-21", "/openai/v1/models"} {
		got := do(t, "GET", g.url+path, "")
		if got.status != 200 || !strings.Contains(got.body, `"id":"chat-v1"`) || strings.Contains(got.body, "*") {
			t.Errorf("%s: status %d: %.200s", path, got.status, got.body)
		}
	}
	for path, status := range map[string]int{"/v1/models/chat": 200, "/v1/models/team%2Fgpt%204o:v1": 200, "/v1/models/nope": 404} {
		got := do(t, "GET", g.url+path, "")
		if got.status != status || (status == 404) != strings.Contains(got.body, "model_not_found") {
			t.Errorf("%s: status %d: %s", path, got.status, got.body)
		}
	}
	if n := len(azure.Requests()); n != 0 {
		t.Errorf("Azure was asked %d times", n)
	}
}
