package azure

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSocketsAreFoundInEveryDialect(t *testing.T) {
	for path, want := range map[string]Route{
		"/v1/realtime?model=m":        {Op: OpRealtimeSocket, Model: "m"},
		"/realtime?model=m":           {Op: OpRealtimeSocket, Model: "m"},
		"/v1/realtime/?model=m":       {Op: OpRealtimeSocket, Model: "m"},
		"/openai/v1/realtime?model=m": {Op: OpRealtimeSocket, Dialect: DialectV1, Model: "m"},
		"/openai/realtime?api-version=2025-04-01-preview&deployment=m":       {Op: OpRealtimeSocket, Dialect: DialectClassic, Model: "m", Version: "2025-04-01-preview", Preview: true},
		"/openai/realtime?deployment=team%2Fm%20v1":                          {Op: OpRealtimeSocket, Dialect: DialectClassic, Model: "team/m v1", Preview: true},
		"/openai/deployments/m/realtime?deployment=n":                        {Op: OpRealtimeSocket, Dialect: DialectClassic, Model: "m", Preview: true},
		"/openai/realtime?model=n&deployment=m&x=%20":                        {Op: OpRealtimeSocket, Dialect: DialectClassic, Model: "m", Query: "x=%20", Preview: true},
		"/v1/realtime?deployment=n&model=m":                                  {Op: OpRealtimeSocket, Model: "m"},
		"/v1/realtime":                                                       {Op: OpRealtimeSocket},
		"/v1/realtime?intent=transcription":                                  {Op: OpRealtimeSocket, Query: "intent=transcription", NoModel: true},
		"/v1/realtime?call_id=rtc_1":                                         {Op: OpRealtimeSocket, Query: "call_id=rtc_1", NoModel: true},
		"/v1/realtime?intent=transcription&model=m":                          {Op: OpRealtimeSocket, Query: "intent=transcription", Model: "m"},
		"/v1/realtime/translations?model=m":                                  {Op: OpRealtimeSocket, Below: "realtime/translations", Model: "m"},
		"/v1/responses":                                                      {Op: OpResponsesSocket, NoModel: true},
		"/openai/v1/responses":                                               {Op: OpResponsesSocket, Dialect: DialectV1, NoModel: true},
		"/v1/responses?model=m&x=1":                                          {Op: OpResponsesSocket, Model: "m", Query: "x=1", NoModel: true},
		"/azure/openai/realtime?api-version=2024-10-01-preview&deployment=m": {Op: OpPassthrough, Dialect: DialectPassthrough, Below: "openai/realtime", Model: "m", Query: "api-version=2024-10-01-preview&deployment=m"},
		"/azure/openai/v1/responses":                                         {Op: OpPassthrough, Dialect: DialectPassthrough, Below: "openai/v1/responses"},
		"/azure/v1/realtime?model=m":                                         {Op: OpRealtimeSocket, Model: "m"},
	} {
		want.Socket = true
		if want.Below == "" {
			want.Below = want.Op.Name
		}
		got, err := ParseSocket("GET", path, false)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", path, d)
		}
		if got.HasIDs() {
			t.Errorf("%s: its frames would be edited", path)
		}
	}
}

func TestWhatIsNoSocketIsRefused(t *testing.T) {
	for path, want := range map[string]struct {
		method string
		status int
		shape  Shape
	}{
		"/v1/chat/completions":      {"GET", 404, ShapeOpenAI},
		"/v1/files":                 {"GET", 404, ShapeOpenAI},
		"/v1/responses/resp_1":      {"GET", 404, ShapeOpenAI},
		"/v1/messages":              {"GET", 404, ShapeAnthropic},
		"/azure/":                   {"GET", 404, ShapeOpenAI},
		"/":                         {"GET", 404, ShapeOpenAI},
		"":                          {"GET", 404, ShapeOpenAI},
		"/openai/deployments//x":    {"GET", 404, ShapeOpenAI},
		"/openai/deployments/%zz/x": {"GET", 400, ShapeOpenAI},
		"/v1/realtime?model=m":      {"POST", 405, ShapeOpenAI},
	} {
		r, err := ParseSocket(want.method, path, false)
		if err == nil || err.Status != want.status || r.Dialect.Shape() != want.shape || r.Op != nil {
			t.Errorf("%s %s: %v, operation %v", want.method, path, err, r.Op)
		}
	}
}

func TestPathsOfSocketsBySurface(t *testing.T) {
	const (
		ga     = "/v1/realtime?model=m"
		beta   = "beta " + ga
		azure  = "/openai/realtime?api-version=2024-12-17&deployment=m"
		latest = "2025-04-01-preview"
	)
	for _, tt := range []struct {
		name, path string
		version    string // configured
		form       RealtimeProtocol
		want       string
	}{
		{"GA as the client asks", ga, "v1", RealtimeAsked, "/openai/v1/realtime?model=d%2F1%20x"},
		{"GA needs no version", ga, "2025-04-01-preview", RealtimeAsked, "/openai/v1/realtime?model=d%2F1%20x"},
		{"nor says it is a preview", ga, "preview", RealtimeAsked, "/openai/v1/realtime?model=d%2F1%20x"},
		{"GA of Azure's v1", "/openai/v1/realtime?api-version=v1&model=m&x=1", "", RealtimeAsked, "/openai/v1/realtime?model=d%2F1%20x&x=1"},
		{"the preview of OpenAI's client", beta, "2024-10-01-preview", RealtimeAsked, "/openai/realtime?api-version=2024-10-01-preview&deployment=d%2F1%20x"},
		{"the preview where v1 is configured", beta, "v1", RealtimeAsked, "/openai/realtime?api-version=" + latest + "&deployment=d%2F1%20x"},
		{"or nothing", beta, "", RealtimeAsked, "/openai/realtime?api-version=" + latest + "&deployment=d%2F1%20x"},
		{"or a version that has none", beta, "2024-10-21", RealtimeAsked, "/openai/realtime?api-version=" + latest + "&deployment=d%2F1%20x"},
		{"or one before it", beta, "2024-09-01-preview", RealtimeAsked, "/openai/realtime?api-version=" + latest + "&deployment=d%2F1%20x"},
		{"the preview of Azure's client", "/openai/realtime?api-version=2024-10-01-preview&deployment=m&x=1", "v1", RealtimeAsked, "/openai/realtime?api-version=2024-10-01-preview&deployment=d%2F1%20x&x=1"},
		{"a version that is none", azure, "", RealtimeAsked, "/openai/realtime?api-version=" + latest + "&deployment=d%2F1%20x"},
		{"the configured version beats the client's", "/openai/realtime?api-version=2024-10-01-preview&deployment=m", latest, RealtimeAsked, "/openai/realtime?api-version=" + latest + "&deployment=d%2F1%20x"},
		{"GA by the configuration", azure, latest, RealtimeGA, "/openai/v1/realtime?model=d%2F1%20x"},
		{"the preview by the configuration", ga, "v1", RealtimePreview, "/openai/realtime?api-version=" + latest + "&deployment=d%2F1%20x"},
		{"an intent goes along", "/v1/realtime?model=m&intent=transcription", "", RealtimeAsked, "/openai/v1/realtime?model=d%2F1%20x&intent=transcription"},
		{"an intent alone stays alone", "/v1/realtime?intent=transcription", "", RealtimeAsked, "/openai/v1/realtime?intent=transcription"},
		{"so does a call", "/v1/realtime?call_id=rtc_1", "", RealtimeAsked, "/openai/v1/realtime?call_id=rtc_1"},
		{"what stands below is GA alone", "beta /v1/realtime/translations?model=m", "", RealtimePreview, "/openai/v1/realtime/translations?model=d%2F1%20x"},
		{"responses name no model", "/v1/responses?model=m", latest, RealtimePreview, "/openai/v1/responses"},
		{"but may be a preview", "/v1/responses?x=1", "preview", RealtimeAsked, "/openai/v1/responses?api-version=preview&x=1"},
		{"passed on as it is", "/azure/openai/realtime?api-version=9&deployment=m&model=m&x", "v1", RealtimeGA, "/openai/realtime?api-version=9&deployment=d%2F1%20x&model=d%2F1%20x&x"},
		{"with the deployment in its path", "/azure/openai/deployments/m/x?model=m", "v1", RealtimeGA, "/openai/deployments/d%2F1%20x/x?model=d%2F1%20x"},
		{"or without any model", "/azure/openai/v1/responses?x=1", "v1", RealtimeGA, "/openai/v1/responses?x=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, preview := tt.path, false
			if len(path) > 5 && path[:5] == "beta " {
				path, preview = path[5:], true
			}
			r, err := ParseSocket("GET", path, preview)
			if err != nil {
				t.Fatal(err)
			}
			target := Target{Endpoint: Endpoint{Scheme: "https", Host: "h", Port: 443, Prefix: "/team"}, Deployment: "d/1 x", Version: tt.version, Realtime: tt.form}
			if got, inBody := target.Path(&r); got != "/team"+tt.want || inBody {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestSocketsAtOpenAIAreBesideItsOtherOperations(t *testing.T) {
	target := Target{Endpoint: Endpoint{Provider: ProviderOpenAI, Scheme: "https", Host: "h", Port: 443, Prefix: "/v1"}, Deployment: "gpt-realtime"}
	for path, want := range map[string]string{
		"/v1/realtime?model=m&x=1":                                     "/v1/realtime?model=gpt-realtime&x=1",
		"/openai/realtime?api-version=2025-04-01-preview&deployment=m": "/v1/realtime?model=gpt-realtime",
		"/v1/realtime?intent=transcription":                            "/v1/realtime?intent=transcription",
		"/v1/responses?model=m":                                        "/v1/responses",
		"/v1/realtime/translations?model=m":                            "/v1/realtime/translations?model=gpt-realtime",
	} {
		r, err := ParseSocket("GET", path, false)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := target.Path(&r); got != want {
			t.Errorf("%s goes to %s, want %s", path, got, want)
		}
	}
}

func FuzzParseSocket(f *testing.F) {
	for _, p := range []string{"/v1/realtime?model=x", "/openai/realtime?api-version=2025-04-01-preview&deployment=a%2Fb", "/azure/openai/realtime?deployment=%", "/v1/responses?a=%zz&model", "*"} {
		f.Add("GET", p, true)
	}
	f.Fuzz(func(t *testing.T, method, path string, preview bool) {
		path, _, _ = CutKeys(path)
		r, err := ParseSocket(method, path, preview)
		if (err == nil) != (r.Op != nil) {
			t.Fatalf("operation %v, error %v", r.Op, err)
		}
		if err != nil {
			return
		}
		target := Target{Endpoint: Endpoint{Scheme: "https", Host: "h", Port: 443}, Deployment: "d"}
		target.Path(&r)
		if rest, key, _ := CutKeys("/?" + r.Query); key != "" || len(rest) < 1 {
			t.Fatalf("a key is left in %q", r.Query)
		}
	})
}
