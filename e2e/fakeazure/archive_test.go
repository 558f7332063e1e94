package fakeazure

import (
	"errors"
	"net/http"
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

func TestAnIDOfAzuresLayerHasItsError(t *testing.T) {
	s := start(t, keeper())
	r := at(t, s, "a", "GET", "files/file-none", "")
	want(t, "code on Azure", r.JSON(t, "error.code"), "notFound")
	r = send(t, "GET", s.URL("openai")+"/files/file-none", "", "Authorization", "Bearer sk-open")
	want(t, "type at OpenAI", r.JSON(t, "error.type"), "invalid_request_error")
	want(t, "message at OpenAI", r.JSON(t, "error.message"), "No file found with id 'file-none'.")
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
