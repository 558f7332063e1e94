package azure

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeysAreCutOutOfTheQueryHoweverTheyAreWritten(t *testing.T) {
	for path, want := range map[string][3]string{
		"/v1/realtime":                                   {"/v1/realtime", "", ""},
		"/v1/realtime?model=m":                           {"/v1/realtime?model=m", "", ""},
		"/v1/realtime?api-key=k":                         {"/v1/realtime", "k", ""},
		"/v1/realtime?model=a%20b&api-key=k%2B1&x":       {"/v1/realtime?model=a%20b&x", "k+1", ""},
		"/v1/realtime?API-Key=k&api%2Dkey=l":             {"/v1/realtime", "l", ""},
		"/v1/realtime?Authorization=Bearer%20t&model=m":  {"/v1/realtime?model=m", "", "Bearer t"},
		"/v1/realtime?authorization=Bearer+t&x-api-key=": {"/v1/realtime?x-api-key=", "", "Bearer t"},
	} {
		rest, key, authorization := CutKeys(path)
		if got := [3]string{rest, key, authorization}; got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestSubProtocolsAreReadAndPassedOnWithoutTheKey(t *testing.T) {
	for _, tt := range []struct {
		sent, key      string
		preview        bool
		asGA, asBeta   string
		changesForBeta bool
	}{
		{sent: ""},
		{sent: "realtime", asGA: "realtime", asBeta: "realtime"},
		{sent: "realtime,chat", asGA: "realtime, chat", asBeta: "realtime, chat"},
		{sent: "realtime, openai-insecure-api-key.sk-1", key: "sk-1", asGA: "realtime", asBeta: "realtime", changesForBeta: true},
		{sent: "openai-insecure-api-key.sk-1", key: "sk-1", changesForBeta: true},
		{sent: "openai-insecure-api-key.", changesForBeta: true},
		{sent: "realtime, openai-beta.realtime-v1,openai-insecure-api-key.k", key: "k", preview: true, asGA: "realtime", asBeta: "realtime, openai-beta.realtime-v1", changesForBeta: true},
		{sent: "realtime, openai-beta.realtime-v1", preview: true, asGA: "realtime", asBeta: "realtime, openai-beta.realtime-v1"},
	} {
		p := ReadProtocols(tt.sent)
		ga, _ := p.upstream(false)
		beta, changed := p.upstream(true)
		if p.Key != tt.key || p.Preview != tt.preview || ga != tt.asGA || beta != tt.asBeta || changed != tt.changesForBeta {
			t.Errorf("%q: key %q, preview %t; for GA %q, for the preview %q, changed %t", tt.sent, p.Key, p.Preview, ga, beta, changed)
		}
	}
}

func TestASocketsHeadersSayWhatItsDeploymentIsAskedFor(t *testing.T) {
	const key = "openai-insecure-api-key.k"
	openai := Endpoint{Provider: ProviderOpenAI}
	for _, tt := range []struct {
		name            string
		target          Target
		path            string
		protocols, beta string // sent
		want            []Header
	}{
		{"nothing of GA", Target{}, "/v1/realtime?model=m", "realtime", "", nil},
		{"nothing of the preview at Azure", Target{}, "/v1/realtime?model=m", "", "realtime=v1", nil},
		{"other words of the client", Target{}, "/v1/realtime?model=m", "", "assistants=v2", nil},
		{"a key goes nowhere", Target{}, "/v1/realtime?model=m", "realtime, " + key, "", []Header{{"sec-websocket-protocol", "realtime"}}},
		{"nor does it leave an empty header", Target{}, "/v1/realtime?model=m", key, "", []Header{{Name: "sec-websocket-protocol"}}},
		{"GA where the client asks for the preview", Target{Realtime: RealtimeGA}, "/v1/realtime?model=m", "realtime, openai-beta.realtime-v1", "realtime=v1", []Header{{"sec-websocket-protocol", "realtime"}, {Name: "openai-beta"}}},
		{"the preview at OpenAI is a header", Target{Endpoint: openai, Realtime: RealtimePreview}, "/v1/realtime?model=m", "", "", []Header{{"openai-beta", "realtime=v1"}}},
		{"which is there already", Target{Endpoint: openai}, "/v1/realtime?model=m", "", "realtime=v1", nil},
		{"for Azure's client too", Target{Endpoint: openai}, "/openai/realtime?deployment=m", "", "", []Header{{"openai-beta", "realtime=v1"}}},
		{"responses are no realtime API", Target{Endpoint: openai, Realtime: RealtimePreview}, "/v1/responses", "a, " + key, "", []Header{{"sec-websocket-protocol", "a"}}},
		{"what is passed on keeps all but the key", Target{Realtime: RealtimeGA}, "/azure/openai/realtime?deployment=m", "openai-beta.realtime-v1, " + key, "realtime=v1", []Header{{"sec-websocket-protocol", "openai-beta.realtime-v1"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := ReadProtocols(tt.protocols)
			r, err := ParseSocket("GET", tt.path, p.Preview || AsksPreview(tt.beta))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, tt.target.SocketHeaders(&r, tt.protocols, tt.beta)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAnEphemeralKeyIsOneOnTheWayToACallAlone(t *testing.T) {
	for _, tt := range []struct {
		path, authorization string
		want                bool
	}{
		{"/v1/realtime/calls", "Bearer ek_1", true},
		{"/openai/v1/realtime/calls?webrtcfilter=on", "bearer  ek_1", true},
		{"/azure/openai/v1/realtime/calls", "Bearer ek_1", true},
		{"/v1/realtime/calls", "Bearer sk-1", false},
		{"/v1/realtime/calls", "ek_1", false},
		{"/v1/realtime/calls", "", false},
		{"/v1/realtime/client_secrets", "Bearer ek_1", false},
		{"/v1/realtime/calls/rtc_1/hangup", "Bearer ek_1", false},
		{"/v1/files", "Bearer ek_1", false},
		{"/azure/openai/v1/responses", "Bearer ek_1", false},
	} {
		r, err := ParseRoute("POST", tt.path)
		if err != nil || r.Ephemeral(tt.authorization) != tt.want {
			t.Errorf("%s with %q: %t, %v", tt.path, tt.authorization, !tt.want, err)
		}
	}
}
