package fakeazure

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"
)

// dated is the classic api-version of the tests.
const dated = "2025-04-01-preview"

// standard is one Azure resource with a deployment of every kind, a second one
// and an OpenAI-compatible service.
func standard() Config {
	return Config{
		GatewayKeys: []string{"client-key"},
		Resources: []Resource{
			{Name: "a", Keys: []string{"key-a", "key-a2"}, Deployments: []Deployment{
				{Name: "chat", Model: "gpt-4o", Version: "2024-11-20"},
				{Name: "team/gpt 4o:v1", Model: "gpt-4o"},
				{Name: "reason", Model: "o3-mini"},
				{Name: "o1", Model: "o1"},
				{Name: "o1-mini", Model: "o1-mini"},
				{Name: "o3-pro", Model: "o3-pro"},
				{Name: "five", Model: "gpt-5"},
				{Name: "five-chat", Model: "gpt-5-chat"},
				{Name: "five-one", Model: "gpt-5.1"},
				{Name: "instruct", Model: "gpt-35-turbo-instruct"},
				{Name: "embed", Model: "text-embedding-3-small"},
				{Name: "ada", Model: "text-embedding-ada-002"},
				{Name: "image", Model: "gpt-image-1"},
				{Name: "dalle", Model: "dall-e-3"},
				{Name: "tts", Model: "gpt-4o-mini-tts"},
				{Name: "whisper", Model: "whisper"},
				{Name: "transcribe", Model: "gpt-4o-transcribe"},
			}},
			{Name: "b", Keys: []string{"key-b"}, Deployments: []Deployment{{Name: "chat", Model: "gpt-4o"}}},
			{Name: "openai", Provider: ProviderOpenAI, Keys: []string{"sk-open"}, Deployments: []Deployment{{Name: "gpt-4o", Model: "gpt-4o"}}},
		},
	}
}

// start serves a configuration for the time of the test.
func start(t testing.TB, c Config) *Server {
	t.Helper()
	s := New(c)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func deadline(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// result is an HTTP answer as the tests look at it.
type result struct {
	Status int
	Header http.Header
	Body   string
}

// JSON reads a value out of the body by a path such as "choices.0.message.content".
func (r result) JSON(t testing.TB, path string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(r.Body), &v); err != nil {
		t.Fatalf("body is not JSON: %v\n%s", err, r.Body)
	}
	return walk(v, path)
}

func walk(v any, path string) any {
	for _, step := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i := int(step[0] - '0')
			if i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

// send sends a request with the headers that a well-behaved gateway sends.
func send(t testing.TB, method, url, body string, header ...string) result {
	t.Helper()
	response := open(t, deadline(t), method, url, body, header...)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("read the answer: %v", err)
	}
	return result{response.StatusCode, response.Header, string(data)}
}

func open(t testing.TB, ctx context.Context, method, url, body string, header ...string) *http.Response {
	t.Helper()
	response, err := try(ctx, method, url, body, header...)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func try(ctx context.Context, method, url, body string, header ...string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Encoding", "identity")
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	return http.DefaultClient.Do(request)
}

// classic asks a deployment of resource a on the classic surface with its key.
func classic(t testing.TB, s *Server, deployment, op, body string) result {
	t.Helper()
	return send(t, http.MethodPost, s.classicURL("a", deployment, op), body, "api-key", "key-a")
}

func (s *Server) classicURL(resource, deployment, op string) string {
	return s.URL(resource) + "/openai/deployments/" + deployment + "/" + op + "?api-version=" + dated
}

// ask is a chat request of one user message with further fields.
func ask(text string, fields ...string) string {
	message, _ := json.Marshal(text)
	return `{"messages":[{"role":"user","content":` + string(message) + `}]` + strings.Join(append([]string{""}, fields...), ",") + `}`
}

// events splits an event stream into the data of its events.
func events(t testing.TB, body string) []string {
	t.Helper()
	var found []string
	lines := bufio.NewScanner(strings.NewReader(body))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			found = append(found, data)
		}
	}
	return found
}

// chunks are the events of a chat stream as JSON, without [DONE], which has to
// be the last.
func chunks(t testing.TB, body string) []any {
	t.Helper()
	all := events(t, body)
	if len(all) == 0 || all[len(all)-1] != "[DONE]" {
		t.Fatalf("stream does not end in [DONE]:\n%s", body)
	}
	var found []any
	for _, data := range all[:len(all)-1] {
		var v any
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			t.Fatalf("event is not JSON: %v\n%s", err, data)
		}
		found = append(found, v)
	}
	return found
}

// part is one part of a multipart body; with a filename it is a file.
type part struct{ name, filename, value string }

func multipartBody(t testing.TB, parts ...part) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		var into io.Writer
		var err error
		if p.filename != "" {
			into, err = w.CreateFormFile(p.name, p.filename)
		} else {
			into, err = w.CreateFormField(p.name)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(into, p.value)
	}
	_ = w.Close()
	return w.FormDataContentType(), b.String()
}

// want compares a value of an answer.
func want(t testing.TB, what string, got, expected any) {
	t.Helper()
	if got != expected {
		t.Errorf("%s: got %v, want %v", what, got, expected)
	}
}
