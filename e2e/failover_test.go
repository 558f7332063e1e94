package e2e

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// TestAFailingDeploymentIsFeltByNobody: each row is one way to fail, of the
// first deployment of a group of two.
func TestAFailingDeploymentIsFeltByNobody(t *testing.T) {
	const often = 3 // requests; the third failure in a row is one too many
	for _, tt := range []struct {
		name   string
		fault  fakeazure.Fault
		more   string // litellm_params of the failing deployment
		base   string
		status int    // that the client sees at each of the requests
		asked  string // by the requests, in order; the fake sees no refused connection
		why    string // it cools down then, "" not at all
		cools  float64
		stream int // the client asks for a stream, and sees so many of its events and no end; 0 is no stream
	}{
		{"429 with a wait", fakeazure.TooManyRequests(20 * time.Second), "", "", 200, "a b b b", "throttled", 20, 0},
		{"429 for an hour", fakeazure.TooManyRequests(time.Hour), "", "", 200, "a b b b", "throttled", 3600, 0},
		{"429 for a day is clamped to an hour", fakeazure.TooManyRequests(24 * time.Hour), "", "", 200, "a b b b", "throttled", 3600, 0},
		{"429 without a wait", fakeazure.NoCapacity(), "", "", 200, "a b b b", "throttled", 5, 0},
		{"500", fakeazure.Status(500), "", "", 200, "a b a b a b", "server", 5, 0},
		{"503 without a body", fakeazure.EmptyStatus(503), "", "", 200, "a b a b a b", "server", 5, 0},
		{"502 of a proxy", fakeazure.HTMLStatus(502), "", "", 200, "a b a b a b", "server", 5, 0},
		{"408", fakeazure.Status(408), "", "", 200, "a b a b a b", "server", 5, 0},
		{"reset before the headers", fakeazure.Reset(), "", "", 200, "a b a b a b", "server", 5, 0},
		{"a hang", fakeazure.Stall(), ", timeout: 0.3", "", 200, "a b a b a b", "server", 5, 0},
		{"a wrong key", fakeazure.Serve(), ", api_key: wrong-key-of-a", "", 200, "a b b b", "config", 30, 0},
		{"a revoked token", fakeazure.TokenRevoked(), "", "", 200, "a b b b", "config", 30, 0},
		{"a missing role", fakeazure.PermissionDenied(), "", "", 200, "a b b b", "config", 30, 0},
		{"a firewall", fakeazure.Status(403), "", "", 200, "a b b b", "config", 30, 0},
		{"a deployment that is not there", fakeazure.Status(404), "", "", 200, "a b b b", "config", 30, 0},
		{"a refused connection", fakeazure.Serve(), "", "http://127.0.0.1:1", 200, "b b b", "server", 5, 0},
		{"a name that does not resolve", fakeazure.Serve(), "", "http://no-such-host.invalid", 200, "b b b", "server", 5, 0},
		{"TLS where there is none", fakeazure.Serve(), "", "https://127.0.0.1:{port of a}", 200, "b b b", "server", 5, 0},
		{"a content filter is the client's own", fakeazure.ContentFilter(), "", "", 400, "a a a", "", 0, 0},
		{"a prompt that is too long too", fakeazure.ContextLength(), "", "", 400, "a a a", "", 0, 0},
		{"reset mid-stream", fakeazure.ResetAfter(2), "", "", 200, "a a a", "server", 5, 2},
		{"a stream cut short", fakeazure.TruncateAfter(2), "", "", 200, "a a a", "server", 5, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			azure := fleet(t)
			_, port, _ := strings.Cut(azure.Authority("a"), ":")
			base := strings.Replace(tt.base, "{port of a}", port, 1)
			g := start(t, groups(azure, "", member{group: "m", resource: "a", more: tt.more, base: base}, member{group: "m", resource: "b"}))
			azure.Script("a", "chat-a", tt.fault.Times(often)...)
			for n := range often {
				wantBy := "m-b"
				if tt.status != 200 || tt.stream > 0 {
					wantBy = "m-a"
				}
				var got answer
				if tt.stream > 0 {
					got = cutShort(t, g, tt.stream)
				} else {
					got = g.chat("m")
				}
				if got.status != tt.status || got.header.Get("x-azproc-deployment") != wantBy {
					t.Fatalf("request %d: %d by %s in %s attempts: %s", n, got.status, got.header.Get("x-azproc-deployment"), got.header.Get("x-azproc-attempts"), got.body)
				}
				// The log of a failed attempt comes a moment later; the next request waits for it.
				if tt.status == 200 && n < 1+strings.Count(tt.asked, "a")-1 {
					eventually(t, "the failure is known", func() bool { return g.deployments()["m-a"].Failed > int64(n) })
				}
			}
			if tt.why != "" {
				eventually(t, "the deployment rests", func() bool { return g.deployments()["m-a"].Cooldown != nil })
				cool := g.deployments()["m-a"].Cooldown
				if cool.Fault != tt.why || cool.Seconds > tt.cools || cool.Seconds < tt.cools-5 {
					t.Errorf("cools down for %s, %v seconds (%s); want %s, %v", cool.Fault, cool.Seconds, cool.Why, tt.why, tt.cools)
				}
			} else if cool := g.deployments()["m-a"].Cooldown; cool != nil {
				t.Errorf("cooling down: %+v", cool)
			}
			if got := asked(azure); got != tt.asked && !(tt.base != "" && strings.ReplaceAll(got, "a ", "") == tt.asked) {
				t.Errorf("asked %q, want %q", got, tt.asked)
			}
			g.settled()
		})
	}
}

func TestTheAdminPortSaysWhyADeploymentRestsAndUntilWhen(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a"}))
	azure.Script("a", "chat-a", fakeazure.TooManyRequests(40*time.Second))
	before := time.Now()
	g.chat("m")
	shown := func(path string) gjson.Result {
		return gjson.Get(do(t, "GET", g.admin+"/deployments", "").body, "deployments.0."+path)
	}
	eventually(t, "the text of the answer is known", func() bool { return strings.HasPrefix(shown("cooldown.why").Str, "{") })
	if why := shown("cooldown.why").Str; !strings.Contains(why, "Please retry after 40 seconds") || strings.Contains(why, keyOf("a")) {
		t.Errorf("why: %s", why)
	}
	until, err := time.Parse(time.RFC3339, shown("cooldown.until").Str)
	if early, late := before.Add(30*time.Second), time.Now().Add(50*time.Second); err != nil || until.Before(early) || until.After(late) || until.Location() != time.UTC {
		t.Errorf("until %s, want between %s and %s (%v)", shown("cooldown.until").Raw, early, late, err)
	}
	if shown("cooldown.fault").Str != "throttled" || shown("cooldown.seconds").Num <= 0 || shown("last_errors.0.status").Int() != 429 || !strings.Contains(shown("last_errors.0.why").Str, "40 seconds") {
		t.Errorf("%s", shown("@this"))
	}
}

// cutShort asks for a stream, and checks that it ends behind so many events in a way
// that no client takes for its end.
func cutShort(t *testing.T, g *gateway, events int) answer {
	t.Helper()
	resp := stream(t.Context(), t, g, strings.Replace(streamBody, `"chat"`, `"m"`, 1))
	text, err := io.ReadAll(resp.Body)
	if n := strings.Count(string(text), "data: "); err == nil || n != events || !strings.HasSuffix(string(text), "\n\n") || strings.Contains(string(text), "[DONE]") {
		t.Errorf("the client saw %d events, then %v: %s", n, err, text)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

func TestTheLastErrorReachesTheClientAsAzureSentIt(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}))
	azure.Script("a", "chat-a", fakeazure.Status(500))
	azure.Script("b", "chat-b", fakeazure.TooManyRequests(9*time.Second))
	got := g.chat("m")
	if got.status != 429 || !strings.Contains(got.body, "Please retry after 9 seconds") || got.header.Get("retry-after") != "9" || got.header.Get("retry-after-ms") != "9000" {
		t.Errorf("%d %v %s", got.status, got.header, got.body)
	}
	if got.header.Get("x-azproc-attempts") != "2" || got.header.Get("x-azproc-deployment") != "m-b" || got.header.Get("x-should-retry") != "" {
		t.Errorf("%v", got.header)
	}
}

func TestWhenAllRestClientsAreToldWhenToComeBack(t *testing.T) {
	for wait, retry := range map[time.Duration]string{20 * time.Second: "", 10 * time.Minute: "false"} {
		t.Run(wait.String(), func(t *testing.T) {
			azure := fleet(t)
			g := start(t, groups(azure, "", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}))
			azure.Script("a", "chat-a", fakeazure.TooManyRequests(wait+time.Minute))
			azure.Script("b", "chat-b", fakeazure.TooManyRequests(wait))
			if got := g.chat("m"); got.status != 429 || got.header.Get("x-should-retry") != retry {
				t.Errorf("%d x-should-retry %q", got.status, got.header.Get("x-should-retry"))
			}
			eventually(t, "both cool down", func() bool {
				all := g.deployments()
				return all["m-a"].Cooldown != nil && all["m-b"].Cooldown != nil
			})
			got := g.chat("m")
			_, code, _ := openAIError(t, got)
			var seconds float64
			_, _ = fmt.Sscan(got.header.Get("retry-after"), &seconds)
			if got.status != 429 || code != "rate_limit_exceeded" || math.Abs(seconds-wait.Seconds()) > 3 || got.header.Get("x-should-retry") != retry {
				t.Errorf("%d %v %s", got.status, got.header, got.body)
			}
			if got := asked(azure); got != "a b" {
				t.Errorf("asked %q", got)
			}
		})
	}
}

func TestWhenAllRestTheSoonestCanBeTried(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "router_settings: {when_all_cooled: try_soonest}", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}))
	azure.Script("a", "chat-a", fakeazure.TooManyRequests(40*time.Second))
	azure.Script("b", "chat-b", fakeazure.TooManyRequests(20*time.Second))
	g.chat("m")
	eventually(t, "both cool down", func() bool {
		all := g.deployments()
		return all["m-a"].Cooldown != nil && all["m-b"].Cooldown != nil
	})
	if got := g.chat("m"); got.status != 200 || got.header.Get("x-azproc-deployment") != "m-b" {
		t.Errorf("%d by %s: %s", got.status, got.header.Get("x-azproc-deployment"), got.body)
	}
}

func TestNothingIsReplayedAfterTheFirstByte(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "router_settings: {allowed_fails: 100}\n", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}))
	for name, fault := range map[string]fakeazure.Fault{"reset": fakeazure.ResetAfter(2), "error event": fakeazure.ErrorEventAfter(2), "flat error event": fakeazure.FlatErrorEventAfter(2), "flat error event at once": fakeazure.FlatErrorEventAfter(0), "cut": fakeazure.TruncateAfter(2)} {
		t.Run(name, func(t *testing.T) {
			azure.Reset()
			before := g.deployments()["m-a"].Failed
			azure.Script("a", "chat-a", fault)
			resp := stream(t.Context(), t, g, strings.Replace(streamBody, `"chat"`, `"m"`, 1))
			for buf := make([]byte, 4096); ; {
				if _, err := resp.Body.Read(buf); err != nil {
					break
				}
			}
			if got := asked(azure); got != "a" {
				t.Errorf("asked %q", got)
			}
			eventually(t, "it counts against the deployment", func() bool { return g.deployments()["m-a"].Failed == before+1 })
		})
	}
}

func TestAPromptThatIsRefusedInsideAStreamIsNotTheDeploymentsFault(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a"}))
	const often = 4 // failures in a row that would cool it down
	azure.Script("a", "chat-a", fakeazure.FilteredEventAfter(1).Times(often)...)
	for range often {
		resp := stream(t.Context(), t, g, strings.Replace(streamBody, `"chat"`, `"m"`, 1))
		if text, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(text), "content_filter") {
			t.Errorf("%s, %v", text, err)
		}
	}
	eventually(t, "all are told", func() bool { return g.deployments()["m-a"].Served == often })
	if a := g.deployments()["m-a"]; a.Failed != 0 || a.Cooldown != nil {
		t.Errorf("%+v", a)
	}
}

func TestAPathThatAzureDoesNotHaveCoolsNoDeploymentDown(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a", more: ""}, member{group: "m", resource: "b", more: ""}))
	azure.Script("a", "chat-a", fakeazure.UnknownPath())
	azure.Script("b", "chat-b", fakeazure.UnknownPath())
	if got := g.chat("m"); got.status != 404 || got.header.Get("x-azproc-attempts") != "2" {
		t.Fatalf("%d %v %s", got.status, got.header, got.body)
	}
	eventually(t, "both serve", func() bool {
		all := g.deployments()
		return all["m-a"].Failed+all["m-b"].Failed > 0 && all["m-a"].Cooldown == nil && all["m-b"].Cooldown == nil
	})
}
