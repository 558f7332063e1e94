package e2e

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/admin"
	"github.com/azproc/azproc/e2e/fakeazure"
)

// aMinuteAhead waits for the next minute of the clock when the running one is
// over soon: that is what limits are counted by.
func aMinuteAhead(t *testing.T) {
	t.Helper()
	if left := time.Until(time.Now().Truncate(time.Minute).Add(time.Minute)); left < 10*time.Second {
		<-time.After(left)
	}
}

// burst asks a model often at the same time. Azure holds every answer until all
// the others have been refused, so that nothing is settled before.
func (g *gateway) burst(t *testing.T, azure *fakeazure.Server, model string, requests, through int, more string) (refused []answer) {
	t.Helper()
	var gates []*fakeazure.Gate
	for _, name := range resources {
		gates = append(gates, azure.Gate(name, ""))
	}
	open := func() {
		for _, gate := range gates {
			gate.Open()
		}
	}
	defer open()
	answers := make(chan answer, requests)
	for range requests {
		go func() { answers <- g.chat(model, more) }()
	}
	for range requests - through {
		select {
		case got := <-answers:
			if got.status != 429 {
				t.Errorf("an answer before Azure has given one: %d %s", got.status, got.body)
			}
			refused = append(refused, got)
		case <-time.After(patience):
			t.Fatalf("%d of %d are refused", len(refused), requests-through)
		}
	}
	open()
	for range through {
		if got := <-answers; got.status != 200 {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	return refused
}

func TestALimitLetsExactlyItsNumberThrough(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	// What the chat of a burst is estimated at: a quarter of its bytes, and its limit.
	const limit = `,"max_tokens":200`
	estimate := func(model string) int {
		return (len(fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":"hi"}]%s}`, model, limit))+3)/4 + 200
	}
	g := start(t, groups(azure, "",
		member{group: "rpm", resource: "a", more: ", order: 1, rpm: 3"}, member{group: "rpm", resource: "b", more: ", order: 1, rpm: '4'"}, member{group: "rpm", resource: "c", more: ", order: 1, rpm: 5"},
		member{group: "one", resource: "a", more: ", rpm: 1"},
		member{group: "tiers", resource: "a", more: ", rpm: 2"}, member{group: "tiers", resource: "b", more: ", rpm: 7"},
		member{group: "tpm", resource: "a", more: ", order: 1, tpm: 700"}, member{group: "tpm", resource: "b", more: ", order: 1, tpm: 500"},
		member{group: "both", resource: "a", more: ", tpm: 100000, rpm: 2"}, member{group: "both", resource: "b", more: ", tpm: 500, rpm: 100"},
	))
	for _, tt := range []struct {
		model  string
		asked  map[string]int // how often each resource
		limits map[string]int // that a refusal tells
	}{
		{"rpm", map[string]int{"a": 3, "b": 4, "c": 5}, map[string]int{"limit-requests": 12, "remaining-requests": 0}},
		{"one", map[string]int{"a": 1}, map[string]int{"limit-requests": 1, "remaining-requests": 0}},
		{"tiers", map[string]int{"a": 2, "b": 7}, map[string]int{"limit-requests": 9, "remaining-requests": 0}},
		{"tpm", map[string]int{"a": 3, "b": 2}, map[string]int{"limit-tokens": 1200, "remaining-tokens": 1200 - 5*estimate("tpm")}},
		{"both", map[string]int{"a": 2, "b": 2}, map[string]int{
			"limit-requests": 102, "remaining-requests": 98, "limit-tokens": 100_500, "remaining-tokens": 100_500 - 4*estimate("both"),
		}},
	} {
		t.Run(tt.model, func(t *testing.T) {
			aMinuteAhead(t)
			azure.Reset()
			through := 0
			for _, n := range tt.asked {
				through += n
			}
			refused := g.burst(t, azure, tt.model, 2*through+10, through, limit)
			asked := make(map[string]int)
			for _, r := range azure.Requests() {
				asked[r.Resource]++
			}
			if fmt.Sprint(asked) != fmt.Sprint(tt.asked) {
				t.Errorf("asked %v, want %v", asked, tt.asked)
			}
			// The last refusal came when everything was taken.
			checkRefusal(t, refused[len(refused)-1], tt.limits)
			if _, ok := tt.limits["limit-requests"]; ok {
				for name, d := range g.deployments() {
					if d.Model == tt.model && d.Windows.Requests.Used != int64(tt.asked[strings.TrimPrefix(name, tt.model+"-")]) {
						t.Errorf("%s: %+v", name, d.Windows)
					}
				}
			}
		})
	}
}

// checkRefusal holds azproc's own 429 against what clients are to read of it.
func checkRefusal(t *testing.T, got answer, limits map[string]int) {
	t.Helper()
	message, code, _ := openAIError(t, got)
	if got.status != 429 || code != "rate_limit_exceeded" || !strings.Contains(got.body, `"rate_limit_error"`) || !strings.Contains(message, "retry after") {
		t.Errorf("%d %s", got.status, got.body)
	}
	seconds, _ := strconv.ParseFloat(got.header.Get("retry-after"), 64)
	ms, _ := strconv.ParseFloat(got.header.Get("retry-after-ms"), 64)
	if seconds < 1 || seconds > 60 || ms > seconds*1000 || ms <= (seconds-1)*1000 || got.header.Get("x-should-retry") != "" {
		t.Errorf("retry-after %q, retry-after-ms %q, x-should-retry %q", got.header.Get("retry-after"), got.header.Get("retry-after-ms"), got.header.Get("x-should-retry"))
	}
	for _, what := range []string{"requests", "tokens"} {
		for _, of := range []string{"limit", "remaining"} {
			want := ""
			if n, ok := limits[of+"-"+what]; ok {
				want = strconv.Itoa(n)
			}
			if h := got.header.Get("x-ratelimit-" + of + "-" + what); h != want {
				t.Errorf("x-ratelimit-%s-%s is %q, want %q", of, what, h, want)
			}
		}
		want := ""
		if _, ok := limits["limit-"+what]; ok {
			want = got.header.Get("retry-after")
		}
		if h := got.header.Get("x-ratelimit-reset-" + what); h != want {
			t.Errorf("x-ratelimit-reset-%s is %q, want %q", what, h, want)
		}
	}
}

// used is what an answer says that it has used, from its last usage.
func used(t *testing.T, text string) int64 {
	t.Helper()
	at := strings.LastIndex(text, `"usage":{`)
	if at < 0 {
		t.Fatalf("no usage in %.300s", text)
	}
	var usage struct {
		Total int64 `json:"total_tokens"`
	}
	if err := json.NewDecoder(strings.NewReader(text[at+len(`"usage":`):])).Decode(&usage); err != nil || usage.Total == 0 {
		t.Fatalf("usage %.300s: %v", text[at:], err)
	}
	return usage.Total
}

func TestTokensAreReservedByAnEstimateAndSettledByWhatWasUsed(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	const tpm = ", tpm: 100000"
	g := start(t, groups(azure, "", member{group: "chat", resource: "a", more: tpm}, member{group: "chat", resource: "b", more: tpm},
		member{group: "o3", resource: "a", kind: "o3", more: tpm}, member{group: "embed", resource: "a", kind: "embed", more: tpm}, member{group: "instruct", resource: "a", kind: "instruct", more: tpm}))
	const (
		real   = -1 // what the answer says
		hidden = -2 // what the answer has said, and the client has not asked for
	)
	for _, tt := range []struct {
		name, path, body string
		output           int64 // that the estimate adds to a quarter of the bytes
		want             int64 // tokens that stay counted at the first
		status           int
		fault            fakeazure.Fault
	}{
		{"a chat", "chat/completions", `{"model":"chat","messages":[{"role":"user","content":"hi"}]}`, 256, real, 200, fakeazure.Serve()},
		{"a chat with a limit and two answers", "chat/completions", `{"model":"chat","messages":[{"role":"user","content":"hi"}],"max_tokens":50,"n":2}`, 100, real, 200, fakeazure.Serve()},
		{"a chat that reasons more than was reserved", "chat/completions", `{"model":"o3","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":40,"reasoning_effort":"low"}`, 40, real, 200, fakeazure.Serve()},
		{"a stream with its usage", "chat/completions", `{"model":"chat","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}`, 256, real, 200, fakeazure.Serve()},
		{"a stream without", "chat/completions", `{"model":"chat","messages":[{"role":"user","content":"hi"}],"stream":true,"max_tokens":30}`, 30, hidden, 200, fakeazure.Serve()},
		{"a response", "responses", `{"model":"chat","input":"hi","max_output_tokens":33}`, 33, real, 200, fakeazure.Serve()},
		{"a streamed response", "responses", `{"model":"chat","input":"hi","stream":true}`, 256, real, 200, fakeazure.Serve()},
		{"a completion", "completions", `{"model":"instruct","prompt":"hi","max_tokens":20}`, 20, real, 200, fakeazure.Serve()},
		{"embeddings", "embeddings", `{"model":"embed","input":["hi","you"]}`, 0, real, 200, fakeazure.Serve()},
		{"an error of the client's own", "chat/completions", `{"model":"chat","messages":[{"role":"user","content":"hi"}]}`, 256, 0, 400, fakeazure.ContentFilter()},
		{"a failure that another makes good", "chat/completions", `{"model":"chat","messages":[{"role":"user","content":"hi"}]}`, 256, 0, 200, fakeazure.Status(500)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			aMinuteAhead(t)
			azure.Reset()
			var model struct{ Model string }
			if err := json.Unmarshal([]byte(tt.body), &model); err != nil {
				t.Fatal(err)
			}
			first, second := model.Model+"-a", model.Model+"-b"
			gate := azure.Gate("a", "")
			defer gate.Open()
			azure.Script("a", first, tt.fault)
			before := g.deployments()
			answers := make(chan answer, 1)
			go func() { answers <- do(t, "POST", g.url+"/v1/"+tt.path, tt.body) }()
			reserved := int64(len(tt.body)+3)/4 + tt.output
			count := func(name string) int64 {
				return g.deployments()[name].Windows.Tokens.Used - before[name].Windows.Tokens.Used
			}
			eventually(t, "it is in hand", func() bool { return g.deployments()[first].InFlight == 1 })
			if n := count(first); n != reserved {
				t.Errorf("%d tokens are reserved, want %d", n, reserved)
			}
			gate.Open()
			got := <-answers
			if got.status != tt.status {
				t.Fatalf("%d %s", got.status, got.body)
			}
			g.settled()
			want, elsewhere := tt.want, int64(0)
			switch {
			case tt.want == real:
				want = used(t, got.body)
			case tt.want == hidden:
				want = 7 + 3
			case tt.status == 200:
				elsewhere = used(t, got.body)
			}
			if n := count(first); n != want {
				t.Errorf("%d tokens are counted at %s, want %d", n, first, want)
			}
			if n := count(second); n != elsewhere {
				t.Errorf("%d tokens are counted at %s, want %d", n, second, elsewhere)
			}
			if at := g.deployments()[first].Windows; at.Tokens.Limit != 100_000 || at.Requests != (admin.Window{Used: before[first].Windows.Requests.Used + 1}) {
				t.Errorf("windows %+v", at)
			}
		})
	}
}

func TestATierIsUsedAgainAsSoonAsItHasRoom(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	g := start(t, groups(azure, "",
		member{group: "tokens", resource: "a", more: ", order: 1, tpm: 1000"}, member{group: "tokens", resource: "b", more: ", order: 2"}, member{group: "tokens", resource: "c", more: ", order: 2"},
		member{group: "told", resource: "a"}, member{group: "told", resource: "b"},
	))
	by := func(model, want string, more ...string) {
		t.Helper()
		if got := g.chat(model, more...); got.status != 200 || !strings.HasPrefix(got.header.Get("x-azproc-deployment"), want) {
			t.Fatalf("%d by %s, want %s: %s", got.status, got.header.Get("x-azproc-deployment"), want, got.body)
		}
	}
	t.Run("when what was reserved is given back", func(t *testing.T) {
		aMinuteAhead(t)
		by("tokens", "tokens-a")
		g.settled()
		gate := azure.Gate("a", "")
		defer gate.Open()
		held := make(chan answer, 1)
		go func() { held <- g.chat("tokens", `,"max_tokens":800`) }()
		eventually(t, "the tier is full", func() bool { return g.deployments()["tokens-a"].InFlight == 1 })
		spilt := make(map[string]int)
		for range 4 {
			got := g.chat("tokens")
			spilt[got.header.Get("x-azproc-deployment")]++
		}
		if fmt.Sprint(spilt) != "map[tokens-b:2 tokens-c:2]" {
			t.Errorf("spilt to %v", spilt)
		}
		gate.Open()
		if got := <-held; got.status != 200 {
			t.Errorf("%d %s", got.status, got.body)
		}
		g.settled()
		by("tokens", "tokens-a", `,"max_tokens":800`)
	})
	t.Run("when the time is over that Azure has asked for", func(t *testing.T) {
		azure.Script("a", "chat-a", fakeazure.TooManyRequests(900*time.Millisecond))
		by("told", "told-b")
		eventually(t, "the tier rests", func() bool { return g.metric("azproc_cooldowns_total") == 1 })
		rests := func() bool { return g.deployments()["told-a"].Cooldown != nil }
		if got := g.chat("told"); rests() && got.header.Get("x-azproc-deployment") != "told-b" {
			t.Errorf("%d by %s while the tier rests", got.status, got.header.Get("x-azproc-deployment"))
		}
		eventually(t, "the tier has rested", func() bool { return !rests() })
		by("told", "told-a")
	})
}
