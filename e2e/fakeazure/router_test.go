package fakeazure

import (
	"net/http"
	"strings"
	"testing"
)

func TestRoutes(t *testing.T) {
	s := start(t, standard())
	azure, chatBody := s.URL("a"), ask("x")
	named := ask("x", `"model":"chat"`)
	for _, row := range []struct {
		name, method, path, body string
		status                   int
		code                     string // of the error
	}{
		{"classic", "POST", "/openai/deployments/chat/chat/completions?api-version=2024-10-21", chatBody, 200, ""},
		{"classic ignores body.model", "POST", "/openai/deployments/chat/chat/completions?api-version=2024-10-21", ask("x", `"model":"nonsense"`), 200, ""},
		{"an escaped deployment", "POST", "/openai/deployments/team%2Fgpt%204o%3Av1/chat/completions?api-version=2024-10-21", chatBody, 200, ""},
		{"classic without a version", "POST", "/openai/deployments/chat/chat/completions", chatBody, 404, "404"},
		{"classic with an unpublished version", "POST", "/openai/deployments/chat/chat/completions?api-version=2024-11-20", chatBody, 404, "404"},
		{"classic with v1 as version", "POST", "/openai/deployments/chat/chat/completions?api-version=v1", chatBody, 404, "404"},
		{"an operation before its version", "POST", "/openai/deployments/tts/audio/speech?api-version=2023-05-15", `{"input":"x","voice":"a"}`, 404, "404"},
		{"an unknown deployment", "POST", "/openai/deployments/none/chat/completions?api-version=2024-10-21", chatBody, 404, "DeploymentNotFound"},
		{"a path that nothing has", "POST", "/openai/deployments/chat/moderations?api-version=2024-10-21", chatBody, 404, "404"},
		{"a wrong method", "GET", "/openai/deployments/chat/chat/completions?api-version=2024-10-21", "", 404, "404"},
		{"an image edit without a deployment", "POST", "/openai/images/edits?api-version=" + dated, "", 404, "404"},
		{"extensions", "POST", "/openai/deployments/chat/extensions/chat/completions?api-version=2023-12-01-preview", chatBody, 200, ""},
		{"v1", "POST", "/openai/v1/chat/completions", named, 200, ""},
		{"v1 with its version", "POST", "/openai/v1/chat/completions?api-version=v1", named, 200, ""},
		{"v1 preview", "POST", "/openai/v1/chat/completions?api-version=preview", named, 200, ""},
		{"v1 with a dated version", "POST", "/openai/v1/chat/completions?api-version=2024-10-21", named, 404, "404"},
		{"v1 with a deployment in the path", "POST", "/openai/v1/deployments/chat/chat/completions", named, 404, "404"},
		{"v1 without a model", "POST", "/openai/v1/chat/completions", chatBody, 400, "missing_required_parameter"},
		{"v1 with an unknown model", "POST", "/openai/v1/chat/completions", ask("x", `"model":"none"`), 404, "DeploymentNotFound"},
		{"Foundry", "POST", "/models/chat/completions?api-version=2024-05-01-preview", ask("x", `"model":"CHAT"`), 200, ""},
		{"Foundry without a version", "POST", "/models/chat/completions", named, 404, "404"},
		{"Foundry's info", "GET", "/models/info?api-version=2024-05-01-preview", "", 200, ""},
		{"Foundry has no responses", "POST", "/models/responses?api-version=2024-05-01-preview", named, 404, "404"},
		{"responses, classic", "POST", "/openai/responses?api-version=2025-03-01-preview", `{"model":"chat","input":"x"}`, 200, ""},
		{"responses of a deployment (Java)", "POST", "/openai/deployments/chat/responses?api-version=2025-03-01-preview", `{"input":"x"}`, 200, ""},
		{"responses, v1", "POST", "/openai/v1/responses", `{"model":"chat","input":"x"}`, 200, ""},
		{"responses before their version", "POST", "/openai/responses?api-version=2024-10-21", `{"model":"chat","input":"x"}`, 404, "404"},
		{"chat with an embedding model", "POST", "/openai/v1/chat/completions", ask("x", `"model":"embed"`), 400, "OperationNotSupported"},
		{"chat with a model of responses alone", "POST", "/openai/v1/chat/completions", ask("x", `"model":"o3-pro"`), 400, "OperationNotSupported"},
		{"responses with a model of chat alone", "POST", "/openai/v1/responses", `{"model":"o1-mini","input":"x"}`, 400, "OperationNotSupported"},
		{"a body that is not JSON", "POST", "/openai/v1/chat/completions", `{"model":`, 400, ""},
		{"a body that is a list", "POST", "/openai/v1/chat/completions", `[]`, 400, ""},
		{"a field of the wrong type", "POST", "/openai/v1/chat/completions", `{"model":"chat","messages":"x"}`, 400, "invalid_type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := send(t, row.method, azure+row.path, row.body, "api-key", "key-a")
			want(t, "status", r.Status, row.status)
			if row.status != 200 {
				code := r.JSON(t, "error.code")
				if code == nil {
					code = ""
				}
				want(t, "code", code, row.code)
			}
			for _, name := range []string{"apim-request-id", "x-request-id", "x-ms-region", "strict-transport-security"} {
				if r.Header.Get(name) == "" {
					t.Errorf("header %s is missing", name)
				}
			}
		})
	}
}

func TestPrefixStandsBeforeEveryPath(t *testing.T) {
	c := standard()
	c.Resources[0].Prefix = "/apim/eu"
	s := start(t, c)
	if !strings.HasSuffix(s.URL("a"), "/apim/eu") {
		t.Fatalf("URL is %s", s.URL("a"))
	}
	r := classic(t, s, "chat", "chat/completions", ask("x"))
	want(t, "status below the prefix", r.Status, http.StatusOK)
	bare := strings.TrimSuffix(s.URL("a"), "/apim/eu")
	r = send(t, http.MethodPost, bare+"/openai/v1/chat/completions", ask("x", `"model":"chat"`), "api-key", "key-a")
	want(t, "status without it", r.Status, http.StatusNotFound)
}

func TestOpenAIServiceErrors(t *testing.T) {
	s := start(t, standard())
	url := s.URL("openai")
	r := send(t, http.MethodPost, url+"/chat/completions", ask("x", `"model":"none"`), "Authorization", "Bearer sk-open")
	want(t, "unknown model", r.JSON(t, "error.code"), "model_not_found")
	r = send(t, http.MethodPost, url+"/chat/completions", ask("x", `"model":"gpt-4o"`), "Authorization", "Bearer wrong")
	want(t, "wrong key", r.JSON(t, "error.code"), "invalid_api_key")
	want(t, "status of a wrong key", r.Status, http.StatusUnauthorized)
	r = send(t, http.MethodPost, url+"/nothing", "{}", "Authorization", "Bearer sk-open")
	want(t, "unknown path", r.JSON(t, "error.code"), "unknown_url")
	r = send(t, http.MethodPost, url+"/chat/completions", ask("x", `"model":"gpt-4o"`), "Authorization", "Bearer sk-open")
	want(t, "reset header", strings.HasSuffix(r.Header.Get("x-ratelimit-reset-tokens"), "s"), true)
}
