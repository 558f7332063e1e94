package extproc

import (
	"errors"
	"strings"
	"testing"
)

func TestWhatLiteLLMsUsersAskIsAnsweredWithoutUpstream(t *testing.T) {
	for _, tt := range []struct {
		name, path, key string
		credential      error
		status          int32
		body            string // its beginning
	}{
		{"alive without a key", "/health/liveliness", "", nil, 200, `"I'm alive!"`},
		{"alive without a credential", "/health/liveness", "", errors.New("secret"), 200, `"I'm alive!"`},
		{"ready without a key", "/health/readiness", "", nil, 200, `{"status":"healthy"}`},
		{"not ready", "/health/readiness", "", errors.New("secret"), 503, `{"status":"unhealthy","error":`},
		{"health needs a key", "/health", "", nil, 401, ``},
		{"model/info needs a key", "/model/info", "", nil, 401, ``},
		{"health", "/health?model=chat", "sk-client", nil, 200, `{"healthy_count":1,"healthy_endpoints":[{"api_base":"https://a.openai.azure.com"`},
		{"unhealthy", "/health", "sk-client", errors.New("secret"), 200, `{"healthy_count":0,"healthy_endpoints":[],"unhealthy_count":3`},
		{"model/info", "/model/info", "sk-client", nil, 200, `{"data":[{"litellm_params":{"api_base":"https://a.openai.azure.com"`},
		{"one id", "/v1/model/info?litellm_model_id=gpt-4o-v1", "sk-client", nil, 200, `{"data":[{"litellm_params":{"api_base":"https://a.openai.azure.com","model":"azure/gpt-4o-v1"`},
		{"unknown id", "/v1/model/info?litellm_model_id=nope", "sk-client", nil, 400, `{"error":`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newServer(t, tt.credential)
			answers, err := play(t, s, headersRequest(true, ":method", "GET", ":path", tt.path, "api-key", tt.key))
			if err != nil || len(answers) != 1 {
				t.Fatalf("%d answers, error %v", len(answers), err)
			}
			got := answers[0].GetImmediateResponse()
			if int32(got.GetStatus().GetCode()) != tt.status || !strings.HasPrefix(string(got.GetBody()), tt.body) {
				t.Errorf("%d %s, want %d %s", got.GetStatus().GetCode(), got.GetBody(), tt.status, tt.body)
			}
			if strings.Contains(string(got.GetBody()), "secret") {
				t.Errorf("it tells why a credential cannot be had: %s", got.GetBody())
			}
		})
	}
}
