package fakeazure

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"
	"github.com/openai/openai-go/v3/option"
)

// keeper is standard with what has to be there to make videos.
func keeper() Config {
	c := standard()
	c.AnyEncoding = true // Go's own transport asks for gzip
	c.Resources[0].Deployments = append(c.Resources[0].Deployments, Deployment{Name: "film", Model: "sora-2"})
	c.Resources[2].Deployments = append(c.Resources[2].Deployments, Deployment{Name: "sora-2", Model: "sora-2"})
	return c
}

// side is one way to a resource that keeps things: a client, the resource's
// name and a chat model that it has.
type side struct {
	*Server
	client          openai.Client
	resource, model string
}

// eachSide runs a test on each surface of a server of its own.
func eachSide(t *testing.T, c Config, test func(*testing.T, side)) {
	t.Helper()
	for _, name := range []string{"Azure classic", "Azure v1", "OpenAI"} {
		t.Run(name, func(t *testing.T) {
			s := start(t, c)
			t.Cleanup(func() { s.Check(t) })
			is := side{Server: s, resource: "a", model: "chat"}
			switch name {
			case "Azure classic":
				is.client = openai.NewClient(azure.WithEndpoint(s.URL("a"), dated), azure.WithUnsafeAllowHTTP(), azure.WithAPIKey("key-a"), option.WithMaxRetries(0))
			case "Azure v1":
				is.client = openai.NewClient(option.WithBaseURL(s.URL("a")+"/openai/v1/"), option.WithAPIKey("key-a"), option.WithMaxRetries(0))
			default:
				is.client = openai.NewClient(option.WithBaseURL(s.URL("openai")+"/"), option.WithAPIKey("sk-open"), option.WithMaxRetries(0))
				is.resource, is.model = "openai", "gpt-4o"
			}
			test(t, is)
		})
	}
}

// must fails the test for an error.
func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refuses checks that an error is an answer with a status.
func refuses(t *testing.T, what string, err error, status int) {
	t.Helper()
	var wrong *openai.Error
	if !errors.As(err, &wrong) || wrong.StatusCode != status {
		t.Errorf("%s: got %v, want status %d", what, err, status)
	}
}

// at sends a request to the v1 surface of a resource on Azure.
func at(t *testing.T, s *Server, resource, method, path, body string) result {
	t.Helper()
	return send(t, method, s.URL(resource)+"/openai/v1/"+path, body, "api-key", "key-"+resource)
}

// put uploads a file to a resource and gives its id.
func put(t *testing.T, s *Server, resource, purpose, name, content string) string {
	t.Helper()
	r := post(t, s.URL(resource)+"/openai/v1/files", "key-"+resource, part{"purpose", "", purpose}, part{"file", name, content})
	if r.Status != http.StatusOK {
		t.Fatalf("upload: %d %s", r.Status, r.Body)
	}
	return idOf(t, r)
}

func post(t *testing.T, url, key string, parts ...part) result {
	t.Helper()
	contentType, body := multipartBody(t, parts...)
	return send(t, http.MethodPost, url, body, "api-key", key, "Content-Type", contentType)
}

func idOf(t *testing.T, r result) string {
	t.Helper()
	id, ok := r.JSON(t, "id").(string)
	if !ok {
		t.Fatalf("no id: %d %s", r.Status, r.Body)
	}
	return id
}

// clock is a time that a test sets.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Unix(1_750_000_000, 0)} }

func TestWhatOneResourceKeepsIsNotThereForAnother(t *testing.T) {
	s := start(t, keeper())
	training := put(t, s, "a", "fine-tune", "t.jsonl", "{}\n")
	input := put(t, s, "a", "batch", "b.jsonl", batchOf(`{"model":"chat","messages":[{"role":"user","content":"x"}]}`))
	made := func(path, body string) string { return idOf(t, at(t, s, "a", "POST", path, body)) }
	store := made("vector_stores", `{"file_ids":["`+training+`"]}`)
	box := made("containers", `{"name":"n","file_ids":["`+training+`"]}`)
	inBox, _ := at(t, s, "a", "GET", "containers/"+box+"/files", "").JSON(t, "data.0.id").(string)
	evaluation := made("evals", `{"data_source_config":{},"testing_criteria":[]}`)
	ids := map[string]string{
		"files/{id}": training, "files/{id}/content": training,
		"batches/{id}":                                made("batches", `{"input_file_id":"`+input+`","endpoint":"/chat/completions","completion_window":"24h"}`),
		"fine_tuning/jobs/{id}":                       made("fine_tuning/jobs", `{"model":"gpt-4o","training_file":"`+training+`"}`),
		"vector_stores/{id}":                          store,
		"vector_stores/{id}/files":                    store,
		"containers/{id}":                             box,
		"containers/{id}/files/" + inBox + "/content": box,
		"evals/{id}":                                  evaluation,
		"evals/{id}/runs/" + made("evals/"+evaluation+"/runs", `{"data_source":{}}`): evaluation,
		"videos/{id}":              made("videos", `{"model":"film","prompt":"x"}`),
		"files?after={id}":         training,
		"vector_stores?after={id}": store,
	}
	for path, id := range ids {
		whole := strings.Replace(path, "{id}", id, 1)
		want(t, whole+" at its own", at(t, s, "a", "GET", whole, "").Status, http.StatusOK)
		there := at(t, s, "b", "GET", whole, "")
		want(t, whole+" at another", there.Status, http.StatusNotFound)
		if message, _ := there.JSON(t, "error.message").(string); message == "" {
			t.Errorf("%s: error without a message: %s", whole, there.Body)
		}
		longer := strings.Replace(path, "{id}", id+"-x", 1)
		want(t, longer, at(t, s, "a", "GET", longer, "").Status, http.StatusNotFound)
		want(t, "the owner of "+id, s.Owner(id), "a")
	}
	for path, body := range map[string]string{
		"batches":                        `{"input_file_id":"` + input + `","endpoint":"/chat/completions","completion_window":"24h"}`,
		"fine_tuning/jobs":               `{"model":"gpt-4o","training_file":"` + training + `"}`,
		"vector_stores":                  `{"file_ids":["` + training + `"]}`,
		"containers":                     `{"name":"n","file_ids":["` + training + `"]}`,
		"batches/batch_none/cancel":      "",
		"uploads/upload_none/cancel":     "",
		"videos/video_none/remix":        `{"prompt":"x"}`,
		"vector_stores/vs_none/search":   `{"query":"x"}`,
		"fine_tuning/jobs/ftjob-1/pause": "",
	} {
		want(t, "POST "+path+" with what another has", at(t, s, "b", "POST", path, body).Status, http.StatusNotFound)
	}
	want(t, "the owner of nothing", s.Owner("file-none"), "")
}

func TestAnIDOfAzuresLayerHasItsError(t *testing.T) {
	s := start(t, keeper())
	r := at(t, s, "a", "GET", "files/file-none", "")
	want(t, "code on Azure", r.JSON(t, "error.code"), "notFound")
	r = at(t, s, "a", "GET", "vector_stores/vs_none", "")
	want(t, "type on Azure", r.JSON(t, "error.type"), "invalid_request_error")
	r = send(t, "GET", s.URL("openai")+"/files/file-none", "", "Authorization", "Bearer sk-open")
	want(t, "type at OpenAI", r.JSON(t, "error.type"), "invalid_request_error")
	want(t, "message at OpenAI", r.JSON(t, "error.message"), "No file found with id 'file-none'.")
}

func TestArchiveOperationsHaveTheirFirstVersion(t *testing.T) {
	s := start(t, keeper())
	for _, row := range []struct {
		path, version string
		status        int
	}{
		{"files", "2024-02-01", 200},
		{"files", "", 404},
		{"files", "v1", 404},
		{"batches", "2024-07-01-preview", 200},
		{"batches", "2024-06-01", 404},
		{"deployments/chat/batches", "2024-07-01-preview", 200},
		{"vector_stores", "2024-05-01-preview", 200},
		{"vector_stores", "2024-04-01-preview", 404},
		{"fine_tuning/jobs", "2024-10-21", 200},
		{"evals", "2025-04-01-preview", 200},
		{"evals", "2025-03-01-preview", 404},
		{"videos", dated, 404},
		{"containers", dated, 404},
		{"v1/videos", "", 200},
		{"v1/containers", "preview", 200},
		{"v1/files", "2024-10-21", 404},
	} {
		r := send(t, "GET", s.URL("a")+"/openai/"+row.path+"?api-version="+row.version, "", "api-key", "key-a")
		want(t, row.path+" in "+row.version, r.Status, row.status)
	}
}

func TestScriptsAndGatesActOnWhatIsKept(t *testing.T) {
	s := start(t, keeper())
	s.Script("a", "", Status(http.StatusServiceUnavailable))
	want(t, "scripted", at(t, s, "a", "GET", "files", "").Status, http.StatusServiceUnavailable)
	id := put(t, s, "a", "assistants", "a.txt", "text")
	gate := s.Gate("a", "")
	answered := make(chan result, 1)
	go func() { answered <- at(t, s, "a", "GET", "files/"+id, "") }()
	held, err := gate.Stream(deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "owner while an answer is held", s.Owner(id), "a") // nothing is locked meanwhile
	if _, err := held.Rest(deadline(t)); err != nil {
		t.Fatal(err)
	}
	want(t, "status", (<-answered).Status, http.StatusOK)
	gate.Open()
}

func TestRecordsHaveTheIDsOfThePath(t *testing.T) {
	s := start(t, keeper())
	at(t, s, "a", "GET", "vector_stores/vs_1/files/file-%41", "")
	last, _ := s.Last()
	want(t, "operation", last.Operation, "vector_stores/{id}/files/{id}")
	want(t, "ids", strings.Join(last.IDs, " "), "vs_1 file-A")
}
