package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAnEphemeralKeyIsMadeForTheModelsDeployment(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "voice", kind: "realtime", resource: "b"}))
	for _, tt := range []struct{ path, body, sent, at string }{
		{"/v1/realtime/client_secrets", `{"session": {"type":"realtime", "model" : "voice"} }`, `{"session": {"type":"realtime", "model" : "realtime-b"} }`, "/openai/v1/realtime/client_secrets"},
		{"/openai/v1/realtime/client_secrets", `{"session":{"model":"voice"}}`, `{"session":{"model":"realtime-b"}}`, "/openai/v1/realtime/client_secrets"},
		{"/openai/realtimeapi/sessions?api-version=" + classic, `{"voice":"echo", "model":"voice"}`, `{"voice":"echo", "model":"realtime-b"}`, "/openai/realtimeapi/sessions"},
	} {
		got := do(t, "POST", g.url+tt.path, tt.body)
		if got.status != 200 || !strings.Contains(got.body, `"ek_`) {
			t.Errorf("%s: %d %s", tt.path, got.status, got.body)
		}
		if r, _ := azure.Last(); string(r.Body) != tt.sent || r.Path != tt.at {
			t.Errorf("%s arrived as %s at %s", tt.path, r.Body, r.Path)
		}
	}
}

// TestACallIsBegunWithItsEphemeralKeyAndTheGatewaysBesideIt: what the resource makes
// of it is WebRTC, which no gateway sees.
func TestACallIsBegunWithItsEphemeralKeyAndTheGatewaysBesideIt(t *testing.T) {
	type call struct{ path, key, other, body string }
	calls := make(chan call, 1)
	resource := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- call{r.URL.String(), r.Header.Get("Authorization"), r.Header.Get("Api-Key") + r.Header.Get("X-Api-Key"), string(body)}
		w.Header().Set("content-type", "application/sdp")
		w.Header().Set("location", "/v1/realtime/calls/rtc_1")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "v=0\r\nanswer")
	}))
	defer resource.Close()
	g := start(t, fmt.Sprintf("general_settings: {master_key: %s}\nmodel_list:\n- {model_name: voice, litellm_params: {model: azure/live, api_base: %q, api_key: k}, model_info: {mode: realtime}}\n", clientKey, resource.URL))
	const path, offer = "/v1/realtime/calls?model=voice&webrtcfilter=on", "v=0\r\noffer"
	got := do(t, "POST", g.url+path, offer, "authorization", "Bearer ek_1", "content-type", "application/sdp")
	if message, code, _ := openAIError(t, got); got.status != 401 || code != "invalid_api_key" || !strings.Contains(message, "ephemeral") {
		t.Errorf("%d %s", got.status, got.body)
	}
	got = do(t, "POST", g.url+path, offer, "authorization", "Bearer ek_1", "api-key", clientKey, "content-type", "application/sdp")
	if got.status != 201 || got.body != "v=0\r\nanswer" || got.header.Get("location") != "/v1/realtime/calls/rtc_1" {
		t.Fatalf("%d %v %s", got.status, got.header, got.body)
	}
	if arrived, want := <-calls, (call{"/openai/v1/realtime/calls?model=live&webrtcfilter=on", "Bearer ek_1", "", offer}); arrived != want {
		t.Errorf("arrived as %+v, want %+v", arrived, want)
	}
}
