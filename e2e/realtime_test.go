package e2e

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/azproc/azproc/e2e/fakeazure"
)

const (
	gaDelta   = "response.output_text.delta"
	betaDelta = "response.text.delta"
)

func TestRealtimeIsServedInEveryDialect(t *testing.T) {
	azure := fake(t)
	var more strings.Builder
	for name, form := range map[string]string{"ga": "GA", "beta": "beta"} {
		for _, at := range []struct{ resource, provider, key string }{{"a", "azure", azureKey}, {"o", "openai", openAIKey}} {
			fmt.Fprintf(&more, "- model_name: %s-%s\n  litellm_params: {model: %s/dep-realtime, api_base: %q, api_key: %s, realtime_protocol: %s}\n  model_info: {mode: realtime, id: %s-%s}\n",
				name, at.resource, at.provider, azure.URL(at.resource), at.key, form, name, at.resource)
		}
	}
	g := start(t, modelList(azure)+more.String())
	const (
		ga      = "/openai/v1/realtime?model=dep-realtime"
		preview = "/openai/realtime?api-version=2025-04-01-preview&deployment=dep-realtime"
		openai  = "/v1/realtime?model=dep-realtime"
	)
	beta := []string{"OpenAI-Beta", "realtime=v1"}
	for _, tt := range []struct {
		path   string
		header []string
		want   string // upstream
		delta  string // of the events that the client gets
	}{
		{"/v1/realtime?model=realtime", nil, ga, gaDelta},
		{"/realtime?model=realtime-v1", nil, ga, gaDelta},
		{"/v1/realtime?model=realtime-preview", []string{"api-key", clientKey, "Authorization", ""}, ga, gaDelta},
		{"/openai/v1/realtime?model=realtime&x=%20", nil, ga + "&x=%20", gaDelta},
		{"/v1/realtime?model=realtime", beta, preview, betaDelta},
		{"/v1/realtime?model=realtime-v1", beta, preview, betaDelta},
		{"/openai/realtime?api-version=2024-10-01-preview&deployment=realtime", nil, preview, betaDelta}, // the configured one
		{"/openai/realtime?api-version=2024-10-01-preview&deployment=realtime-v1", nil, strings.Replace(preview, "2025-04-01", "2024-10-01", 1), betaDelta},
		{"/v1/realtime?model=ga-a", beta, ga, gaDelta},
		{"/openai/realtime?api-version=2024-10-01-preview&deployment=ga-a", nil, ga, gaDelta},
		{"/v1/realtime?model=beta-a", nil, preview, betaDelta},
		{"/v1/realtime?model=realtime-openai", nil, openai, gaDelta},
		{"/v1/realtime?model=realtime-openai", beta, openai, betaDelta},
		{"/openai/realtime?api-version=2024-10-01-preview&deployment=realtime-openai", nil, openai, betaDelta},
		{"/v1/realtime?model=ga-o", beta, openai, gaDelta},
		{"/v1/realtime?model=beta-o", nil, openai, betaDelta},
		{"/azure/openai/realtime?api-version=2024-10-01-preview&deployment=realtime", nil, strings.Replace(preview, "2025-04-01", "2024-10-01", 1), betaDelta},
		{"/azure/openai/v1/realtime?model=realtime", nil, ga, gaDelta},
		{"/azure/openai/v1/realtime?model=dep-realtime", nil, ga, gaDelta}, // the deployment itself
		{"/azure/v1/realtime?model=realtime", nil, ga, gaDelta},
	} {
		name := tt.path
		if tt.header != nil {
			name += " " + tt.header[0]
		}
		t.Run(name, func(t *testing.T) {
			c := socket(t, g, tt.path, tt.header...)
			if got := c.answer.Header.Get("x-azproc-attempts"); got != "1" || c.answer.Header.Get("x-azproc-deployment") == "" {
				t.Errorf("%v", c.answer.Header)
			}
			if delta := c.talk(); delta != tt.delta {
				t.Errorf("the events are %s, want %s", delta, tt.delta)
			}
			r, _ := azure.Last()
			if got := r.Path + "?" + r.Query; got != tt.want {
				t.Errorf("arrived at %s, want %s", got, tt.want)
			}
			if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
				t.Error(err)
			}
		})
	}
	g.settled()
}

func TestABrowserShowsItsKeyWhereItCanAndTheKeyGoesNoFurther(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "router_settings: {disable_cooldowns: true}", member{group: "voice", kind: "realtime", resource: "a"}, member{group: "voice", kind: "realtime", resource: "b"}))
	for name, tt := range map[string]struct {
		path      string
		protocols []string
		offered   string // upstream
		delta     string
	}{
		"query":                        {voice + "&api-key=" + clientKey, nil, "", gaDelta},
		"query, as a token":            {voice + "&Authorization=Bearer%20" + clientKey, []string{"realtime"}, "realtime", gaDelta},
		"sub-protocol":                 {voice, []string{"realtime", "openai-insecure-api-key." + clientKey}, "realtime", gaDelta},
		"sub-protocol, of the preview": {voice, []string{"realtime", "openai-insecure-api-key." + clientKey, "openai-beta.realtime-v1"}, "realtime, openai-beta.realtime-v1", betaDelta},
	} {
		t.Run(name, func(t *testing.T) {
			azure.Script("a", "realtime-a", fakeazure.Status(500)) // what is left for the second attempt has no key either
			c, got := handshake(t, g, tt.path, tt.protocols, "Authorization", "")
			if c == nil {
				t.Fatalf("%d %s", got.status, got.body)
			}
			if len(tt.protocols) > 0 && c.Subprotocol() != "realtime" {
				t.Errorf("sub-protocol %q: a browser would close", c.Subprotocol())
			}
			if delta := c.talk(); delta != tt.delta {
				t.Errorf("the events are %s, want %s", delta, tt.delta)
			}
			all := azure.Requests()
			for _, r := range all[len(all)-2:] { // Check finds the key wherever it is
				if got := r.Header.Get("Sec-Websocket-Protocol"); got != tt.offered {
					t.Errorf("%s was offered %q, want %q", r.Resource, got, tt.offered)
				}
			}
			if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
				t.Error(err)
			}
		})
	}
	if strings.Contains(g.log.String(), clientKey) {
		t.Error("the key is in the log")
	}
}

func TestAKeyInASecondHeaderOfSubProtocolsGoesNoFurther(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "voice", kind: "realtime", resource: "a"}))
	conn, err := net.Dial("tcp", strings.TrimPrefix(g.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: gateway\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"+
		"Sec-WebSocket-Protocol: realtime\r\nSec-WebSocket-Protocol: openai-insecure-api-key.%s\r\n\r\n", voice, clientKey)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != 101 || resp.Header.Get("Sec-WebSocket-Protocol") != "realtime" {
		t.Fatalf("%v, %v", resp, err)
	}
	if r, _ := azure.Last(); len(r.Header.Values("Sec-Websocket-Protocol")) != 1 {
		t.Errorf("offered %q", r.Header.Values("Sec-Websocket-Protocol"))
	}
}

func TestAWebSocketThatIsRefusedIsAnsweredInOpenAIsShape(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "voice", kind: "realtime", resource: "a", more: ", rpm: 1"}, member{group: "gone", kind: "realtime", resource: "a", base: "http://127.0.0.1:1"}))
	aMinuteAhead(t)
	socket(t, g, voice) // and there is no room for another one
	for _, tt := range []struct {
		name, path string
		header     []string
		status     int
		code       string
	}{
		{"a wrong key", voice, []string{"Authorization", "Bearer sk-wrong"}, 401, "invalid_api_key"},
		{"no key", voice, []string{"Authorization", ""}, 401, "invalid_api_key"},
		{"a wrong key in the query", voice + "&api-key=sk-wrong", []string{"Authorization", ""}, 401, "invalid_api_key"},
		{"an unknown model", "/v1/realtime?model=nope", nil, 404, "model_not_found"},
		{"an unknown deployment", "/openai/realtime?api-version=2025-04-01-preview&deployment=nope", nil, 404, "model_not_found"},
		{"no model", "/v1/realtime", nil, 400, "missing_required_parameter"},
		{"no WebSocket there", "/v1/chat/completions", nil, 404, "unknown_url"},
		{"no room", voice, nil, 429, "rate_limit_exceeded"},
		{"nobody there", "/v1/realtime?model=gone", nil, 503, "upstream_unavailable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, got := handshake(t, g, tt.path, nil, tt.header...)
			if c != nil || got.status != tt.status {
				t.Fatalf("%d %s", got.status, got.body)
			}
			if _, code, _ := openAIError(t, got); code != tt.code {
				t.Errorf("code %s, want %s", code, tt.code)
			}
			if tt.status == 429 && got.header.Get("retry-after") == "" {
				t.Errorf("%v", got.header)
			}
		})
	}
	if got := asked(azure); got != "a" {
		t.Errorf("asked %q", got)
	}
}

// TestAWebSocketIsOpenedAtTheNextDeployment: each row is one way to refuse it.
func TestAWebSocketIsOpenedAtTheNextDeployment(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault fakeazure.Fault
		cools string
	}{
		{"429", fakeazure.TooManyRequests(20 * time.Second), "throttled"},
		{"500", fakeazure.Status(500), ""},
		{"a missing role", fakeazure.PermissionDenied(), "config"},
		{"a reset", fakeazure.Reset(), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			overBoth(t, func(t *testing.T, azure *fakeazure.Server, g *gateway) {
				azure.Script("a", "realtime-a", tt.fault)
				c := socket(t, g, voice)
				if h := c.answer.Header; h.Get("x-azproc-deployment") != "voice-b" || h.Get("x-azproc-attempts") != "2" {
					t.Errorf("%v", h)
				}
				if delta := c.talk(); delta != gaDelta {
					t.Errorf("the events are %s", delta)
				}
				if r, _ := azure.Last(); r.Resource != "b" || r.Path+"?"+r.Query != "/openai/v1/realtime?model=realtime-b" {
					t.Errorf("arrived at %s: %s?%s", r.Resource, r.Path, r.Query)
				}
				eventually(t, "the room at the second is held, that at the first is not", func() bool {
					all := g.deployments()
					return all["voice-a"].InFlight == 0 && all["voice-b"].InFlight == 1
				})
				if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
					t.Error(err)
				}
				eventually(t, "both have settled, and the first has failed", func() bool {
					a, b := g.deployments()["voice-a"], g.deployments()["voice-b"]
					return a.InFlight == 0 && a.Failed == 1 && b.InFlight == 0 && b.Served == 1
				})
				a, b := g.deployments()["voice-a"], g.deployments()["voice-b"]
				if b.Failed != 0 || (a.Cooldown != nil) != (tt.cools != "") || a.Cooldown != nil && a.Cooldown.Fault != tt.cools {
					t.Errorf("%+v, %+v", a, b)
				}
			})
		})
	}
}

func TestEachAttemptAtAWebSocketSpeaksItsDeploymentsForm(t *testing.T) {
	for _, order := range []string{"GA first", "preview first"} {
		t.Run(order, func(t *testing.T) {
			azure := fleet(t)
			ga, follows := member{group: "voice", kind: "realtime", resource: "a", more: ", realtime_protocol: GA"}, member{group: "voice", kind: "realtime", resource: "b"}
			first, second, delta := ga, follows, betaDelta
			want := []string{"/openai/v1/realtime?model=realtime-a ", "/openai/realtime?api-version=" + classic + "&deployment=realtime-b "}
			if order != "GA first" {
				first, second, delta = follows, ga, gaDelta
				want[0], want[1] = want[1]+"realtime=v1", want[0]
			}
			g := start(t, groups(azure, "", first, second))
			azure.Script(first.resource, "realtime-"+first.resource, fakeazure.Status(503))
			c := socket(t, g, voice, "OpenAI-Beta", "realtime=v1")
			if got := c.talk(); got != delta {
				t.Errorf("the events are %s, want %s", got, delta)
			}
			for i, r := range azure.Requests() {
				if got := r.Path + "?" + r.Query + " " + r.Header.Get("Openai-Beta"); got != want[i] {
					t.Errorf("attempt %d: %s, want %s", i+1, got, want[i])
				}
			}
		})
	}
}

func TestTheLastRefusalOfAWebSocketReachesTheClient(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "voice", kind: "realtime", resource: "a"}, member{group: "voice", kind: "realtime", resource: "b"}))
	azure.Script("a", "realtime-a", fakeazure.Status(500))
	azure.Script("b", "realtime-b", fakeazure.TooManyRequests(9*time.Second))
	c, got := handshake(t, g, voice, nil)
	if c != nil || got.status != 429 || !strings.Contains(got.body, "retry after 9 seconds") || got.header.Get("retry-after") != "9" || got.header.Get("x-azproc-attempts") != "2" {
		t.Errorf("%d %v %s", got.status, got.header, got.body)
	}
	g.settled()
}

func TestAnOpenWebSocketHoldsItsRoom(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "voice", kind: "realtime", resource: "a"}))
	aMinuteAhead(t)
	c := socket(t, g, voice)
	c.until("session.created")
	if d := g.deployments()["voice-a"]; d.InFlight != 1 || d.Windows.Requests.Used != 1 {
		t.Errorf("%+v", d)
	}
	if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	g.over(map[string]int64{"voice-a": 1})
}

func TestAReloadKeepsRunningWebSockets(t *testing.T) {
	azure := fleet(t)
	voices := member{group: "voice", kind: "realtime", resource: "a"}
	g := start(t, groups(azure, "", voices))
	c := socket(t, g, voice)
	c.until("session.created")
	for _, added := range []string{"b", "c", "d", "b"} {
		members := []member{{group: "other", resource: added}}
		if added == "b" { // first and last; between the two its deployment is gone
			members = append(members, voices)
		}
		g.write(groups(azure, "", members...))
		eventually(t, "the change is served", func() bool {
			_, ok := g.deployments()["other-"+added]
			return ok
		})
		c.send(websocket.MessageBinary, []byte(added))
		if _, got := c.receive(); string(got) != added {
			t.Errorf("%q came back", got)
		}
	}
	if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	g.settled()
}

func TestResponsesAreServedOverAWebSocket(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "passthrough: {default: text-b}", member{group: "other", resource: "a"}, member{group: "text", resource: "b"}))
	for _, tt := range []struct {
		path     string
		header   []string
		resource string
	}{
		{"/v1/responses", nil, "b"},
		{"/openai/v1/responses", nil, "b"},
		{"/v1/responses?model=other", nil, "a"},
		{"/v1/responses", []string{"x-litellm-model", "other"}, "a"},
		{"/azure/openai/v1/responses", nil, "b"},
	} {
		t.Run(tt.path+strings.Join(tt.header, " "), func(t *testing.T) {
			c := socket(t, g, tt.path, tt.header...)
			c.send(websocket.MessageText, fmt.Appendf(nil, `{"type":"response.create","model":"chat-%s","input":"hi"}`, tt.resource))
			first := c.until("response.completed")
			c.send(websocket.MessageText, fmt.Appendf(nil, `{"type":"response.create","model":"chat-%s","input":"again","previous_response_id":%q}`, tt.resource, first.Response.ID))
			if second := c.until("response.completed"); second.Response.ID == first.Response.ID || !strings.HasPrefix(second.Response.ID, "resp_") {
				t.Errorf("%+v", second)
			}
			if r, _ := azure.Last(); r.Resource != tt.resource || r.Path != "/openai/v1/responses" || r.Query != "" || len(r.Frames) != 2 {
				t.Errorf("arrived at %s: %s?%s", r.Resource, r.Path, r.Query)
			}
			if err := c.Close(websocket.StatusNormalClosure, ""); err != nil {
				t.Error(err)
			}
		})
	}
	g.settled()
}

func TestThePythonSDKTalksOverWebSocketsUnchanged(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	script(t, 10, "sdk/python", []string{"PYTHONPATH=" + cache(t, "python")}, "python3", "realtime.py", g.url, clientKey)
	g.settled()
}

func TestTheReadmesRowsOfRealtimeAreTrue(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (?:responses|realtime), ([a-zA-Z ]+) \| (.*)$`).FindAllStringSubmatch(string(text), -1)
	if len(rows) != 3 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		for _, cell := range regexp.MustCompile("`(/[^`]+)`").FindAllStringSubmatch(row[2], -1) {
			path := strings.Replace(cell[1], "…", "client_secrets", 1)
			if strings.HasSuffix(path, "/calls") {
				continue // WebRTC: the test of calls has it
			}
			t.Run(path, func(t *testing.T) {
				if row[1] != "WebSocket" {
					if got := do(t, "POST", g.url+path, `{"model":"realtime","session":{"model":"realtime"}}`); got.status != 200 || !strings.Contains(got.body, `"ek_`) {
						t.Errorf("%d %s", got.status, got.body)
					}
					return
				}
				if strings.HasSuffix(path, "=") {
					path += "realtime"
				}
				if err := socket(t, g, path).Close(websocket.StatusNormalClosure, ""); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
