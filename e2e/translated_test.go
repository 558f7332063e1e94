package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// speakers are deployments that each speak an API of their own: by kind, the path at
// which they are asked for a chat, and the header of the key. "{d}" is the deployment.
var speakers = map[string]struct{ path, credential string }{
	"chat":        {"/openai/deployments/{d}/chat/completions?api-version=" + classic, "Api-Key"},
	"claude":      {"/anthropic/v1/messages", "X-Api-Key"},
	"gpt-5-codex": {"/openai/responses?api-version=" + classic, "Api-Key"},
	"instruct":    {"/openai/deployments/{d}/completions?api-version=" + classic, "Api-Key"},
	"o3-pro":      {"/openai/responses?api-version=" + classic, "Api-Key"},
}

// said is what a client of chat completions reads of an answer, whole or streamed.
type said struct {
	text, thought, finish string
	calls                 map[string]string // arguments by the function's name
	usage                 string            // JSON, "" where there is none
	chunks                int               // with text
	done                  bool              // a stream has its end
	failed                string            // the code of an error inside a stream
}

// read reads a chat's answer, and fails the test for what no client of OpenAI's could.
func read(t *testing.T, got answer) said {
	t.Helper()
	s := said{calls: make(map[string]string)}
	type message struct {
		Content   *string
		Reasoning string `json:"reasoning_content"`
		ToolCalls []struct {
			Index    int
			Function struct{ Name, Arguments string }
		} `json:"tool_calls"`
	}
	var names []string
	take := func(m message, finish string) {
		if m.Content != nil && *m.Content != "" {
			s.text += *m.Content
			s.chunks++
		}
		s.thought += m.Reasoning
		for i, c := range m.ToolCalls {
			if c.Function.Name != "" {
				names = append(names, c.Function.Name)
				c.Index = len(names) - 1
			} else if c.Index >= len(names) {
				t.Fatalf("call %d has no name: %s", i, got.body)
			}
			s.calls[names[c.Index]] += c.Function.Arguments
		}
		if finish != "" {
			s.finish = finish
		}
	}
	type part struct {
		Object  string
		Choices []struct {
			Message, Delta *message
			Finish         string `json:"finish_reason"`
		}
		Usage json.RawMessage
		Error *struct{ Message, Type, Code string }
	}
	parse := func(text, object string) {
		var p part
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatalf("%v: %s", err, got.body)
		}
		if p.Error != nil {
			s.failed = p.Error.Code
			return
		}
		if p.Object != object && p.Object != "" {
			t.Fatalf("an object %q: %s", p.Object, got.body)
		}
		for _, c := range p.Choices {
			for _, m := range []*message{c.Message, c.Delta} {
				if m != nil {
					take(*m, c.Finish)
				}
			}
		}
		if len(p.Usage) > 0 && string(p.Usage) != "null" {
			s.usage = string(p.Usage)
		}
	}
	if !strings.HasPrefix(got.header.Get("content-type"), "text/event-stream") {
		parse(got.body, "chat.completion")
		return s
	}
	for line := range strings.SplitSeq(got.body, "\n") {
		data, ok := strings.CutPrefix(line, "data: ")
		switch {
		case data == "[DONE]":
			s.done = true
		case ok:
			parse(data, "chat.completion.chunk")
		case line != "":
			t.Fatalf("a line %q in a stream of chat completions", line)
		}
	}
	return s
}

// chosen is what differs between two answers to the same request: the time, and an id
// that is drawn.
var chosen = regexp.MustCompile(`("created":|"id":"chatcmpl-)[0-9a-f]+`)

// concert is a gateway with a group for each pair of languages: the first at resource
// a, the second at b. In alone each group has its second alone.
type concert struct {
	*gateway
	alone *gateway
	azure *fakeazure.Server
	pairs []pairing
}

// pairing is a request to a pair.
type pairing struct {
	first, second string
	stream        bool
}

func (p pairing) String() string { return fmt.Sprintf("%s-%s-%v", p.first, p.second, p.stream) }

// body is the request, which its text tells from all others.
func (p pairing) body(group string) string {
	return fmt.Sprintf(`{"model":%q,"stream":%v,"max_tokens":400,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"pair %v"}]}`, group, p.stream, p)
}

func newConcert(t *testing.T) *concert {
	t.Helper()
	c := &concert{azure: fleet(t)}
	var both, seconds []member
	for first := range speakers {
		for second := range speakers {
			for group, more := range map[string]string{"": "", "slow-": ", timeout: 2"} {
				group += first + "-" + second
				last := member{group: group, resource: "b", kind: second, more: more}
				both, seconds = append(both, member{group: group, resource: "a", kind: first, more: more}, last), append(seconds, last)
			}
			c.pairs = append(c.pairs, pairing{first, second, false}, pairing{first, second, true})
		}
	}
	c.gateway = start(t, groups(c.azure, "router_settings: {disable_cooldowns: true}", both...))
	c.alone = start(t, groups(c.azure, "", seconds...))
	return c
}

// ask asks a gateway for all pairs at once, of the groups of that prefix, and gives the
// answers and what arrived at resource b.
func (c *concert) ask(t *testing.T, g *gateway, prefix string) (map[pairing]answer, map[pairing]fakeazure.Request) {
	t.Helper()
	var mu sync.Mutex
	answers, sent := make(map[pairing]answer), make(map[pairing]fakeazure.Request)
	var all sync.WaitGroup
	for _, p := range c.pairs {
		all.Go(func() {
			got := do(t, "POST", g.url+"/v1/chat/completions", p.body(prefix+p.first+"-"+p.second))
			mu.Lock()
			defer mu.Unlock()
			answers[p] = got
		})
	}
	all.Wait()
	for _, r := range c.azure.Requests() {
		for _, p := range c.pairs {
			if r.Resource == "b" && regexp.MustCompile(`pair `+p.String()+`\b`).Match(r.Body) {
				sent[p] = r
			}
		}
	}
	return answers, sent
}

func TestEveryLanguageFallsBackIntoEveryOther(t *testing.T) {
	t.Parallel()
	c := newConcert(t)
	type alone struct {
		answers  map[pairing]answer
		requests map[pairing]fakeazure.Request
	}
	wanted := make(map[string]alone)
	for _, prefix := range []string{"", "slow-"} {
		c.azure.Reset()
		answers, requests := c.ask(t, c.alone, prefix)
		wanted[prefix] = alone{answers, requests}
	}
	for p, got := range wanted[""].answers {
		s := read(t, got)
		if got.status != 200 || !strings.Contains(s.text, "You said: ") || s.finish != "stop" || s.done != p.stream {
			t.Fatalf("%v alone: %d %s", p, got.status, got.body)
		}
		// What is told in a stream is what is told without.
		if other := read(t, wanted[""].answers[pairing{p.first, p.second, !p.stream}]); strings.Replace(other.text, fmt.Sprint(!p.stream), fmt.Sprint(p.stream), 1) != s.text {
			t.Errorf("%v alone: %q and %q", p, s.text, other.text)
		}
	}
	for name, fault := range map[string]fakeazure.Fault{
		"429": fakeazure.TooManyRequests(time.Second), "500": fakeazure.Status(500), "reset": fakeazure.Reset(), "hang": fakeazure.Stall(),
	} {
		t.Run(name, func(t *testing.T) {
			c.azure.Reset()
			for first := range speakers {
				c.azure.Script("a", first+"-a", fault.Times(2*len(speakers))...)
			}
			prefix := ""
			if name == "hang" {
				prefix = "slow-"
			}
			answers, sent := c.ask(t, c.gateway, prefix)
			for _, p := range c.pairs {
				checkSecond(t, p, answers[p], wanted[prefix].answers[p], sent[p], wanted[prefix].requests[p])
			}
		})
	}
	c.settled()
}

// checkSecond holds an answer after a failure, and the request to the second deployment,
// against those of the second deployment alone.
func checkSecond(t *testing.T, p pairing, got, want answer, sent, wanted fakeazure.Request) {
	t.Helper()
	if got.status != 200 || got.header.Get("x-azproc-attempts") != "2" || got.header.Get("content-type") != want.header.Get("content-type") {
		t.Errorf("%v: %d in %s attempts, %s: %s", p, got.status, got.header.Get("x-azproc-attempts"), got.header.Get("content-type"), got.body)
		return
	}
	if a, b := chosen.ReplaceAllString(got.body, ""), chosen.ReplaceAllString(want.body, ""); a != b {
		t.Errorf("%v: answered\n%s\nwant\n%s", p, a, b)
	}
	if string(sent.Body) != string(wanted.Body) {
		t.Errorf("%v: sent\n%s\nwant\n%s", p, sent.Body, wanted.Body)
	}
	at := sent.Path
	if sent.Query != "" {
		at += "?" + sent.Query
	}
	speaker := speakers[p.second]
	if path := strings.Replace(speaker.path, "{d}", p.second+"-b", 1); at != path {
		t.Errorf("%v: asked at %s, want %s", p, at, path)
	}
	for _, name := range []string{"Api-Key", "X-Api-Key", "Authorization"} {
		key := ""
		if name == speaker.credential {
			key = keyOf("b")
		}
		if h := sent.Header.Get(name); h != key {
			t.Errorf("%v: %s is %q", p, name, h)
		}
	}
	plain := func(h http.Header) http.Header {
		h = maps.Clone(h)
		delete(h, "X-Request-Id")
		return h
	}
	if a, b := fmt.Sprint(plain(sent.Header)), fmt.Sprint(plain(wanted.Header)); a != b {
		t.Errorf("%v: headers\n%s\nwant\n%s", p, a, b)
	}
}

func TestAParameterThatClaudeDoesNotTakeGoesToTheOneThatDoes(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a", kind: "claude"}, member{group: "m", resource: "b"}, member{group: "claude", resource: "c", kind: "claude"}))
	for _, more := range []string{`,"logprobs":true`, `,"n":2`, `,"stream":true,"frequency_penalty":0.5`} {
		azure.Reset()
		if got := g.chat("m", more); got.status != 200 || got.header.Get("x-azproc-attempts") != "1" || asked(azure) != "b" {
			t.Errorf("%s: asked %q: %d %s", more, asked(azure), got.status, got.body)
		}
		if got := g.chat("claude", more); got.status != 400 {
			t.Errorf("%s: %d %s", more, got.status, got.body)
		} else if _, code, param := openAIError(t, got); code != "unsupported_parameter" || !strings.Contains(more, fmt.Sprintf("%q", param)) {
			t.Errorf("%s: %s", more, got.body)
		}
	}
	azure.Reset()
	if got := g.chat("m", `,"stop":["x"]`); got.status != 200 || asked(azure) != "a" {
		t.Errorf("asked %q: %d %s", asked(azure), got.status, got.body)
	}
}

// Errors of Anthropic's of a prompt that does not fit.
// Source: platform.claude.com, "Context windows" and "Errors".
var tooLongForClaude = []string{
	"prompt is too long: 208310 tokens > 200000 maximum",
	"input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again",
}

// ofClaude is an error in Anthropic's shape.
func ofClaude(status int, kind, message string) fakeazure.Fault {
	body, _ := json.Marshal(map[string]any{"type": "error", "error": map[string]any{"type": kind, "message": message}, "request_id": "req_1"})
	return fakeazure.Raw(status, "application/json", body)
}

func TestAPromptThatIsTooLongForClaudeIsAskedOfAnotherGroup(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	g := start(t, groups(azure, "router_settings:\n  context_window_fallbacks: [{m: [long]}, {codex: [long]}]\n",
		member{group: "m", resource: "a", kind: "claude"}, member{group: "codex", resource: "d", kind: "gpt-5-codex"},
		member{group: "long", resource: "b", kind: "claude"}, member{group: "long", resource: "c"}))
	for _, says := range tooLongForClaude {
		fault := ofClaude(400, "invalid_request_error", says)
		for _, tt := range []struct {
			name, model, path string
			faults            map[string]fakeazure.Fault
			status            int
			asked             string
		}{
			{"of chat", "m", "chat/completions", map[string]fakeazure.Fault{"claude-a": fault}, 200, "a b"},
			{"of chat, for the next too", "m", "chat/completions", map[string]fakeazure.Fault{"claude-a": fault, "claude-b": fault}, 400, "a b"},
			{"of messages", "m", "messages", map[string]fakeazure.Fault{"claude-a": fault}, 200, "a b"},
			{"from codex to claude", "codex", "chat/completions", map[string]fakeazure.Fault{"gpt-5-codex-d": fakeazure.ContextLength()}, 200, "d b"},
			{"another error", "m", "chat/completions", map[string]fakeazure.Fault{"claude-a": ofClaude(400, "invalid_request_error", "max_tokens: is wrong; prompt is too long")}, 400, "a"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				azure.Reset()
				for name, fault := range tt.faults {
					azure.Script(name[strings.LastIndex(name, "-")+1:], name, fault)
				}
				got := do(t, "POST", g.url+"/v1/"+tt.path, fmt.Sprintf(`{"model":%q,"max_tokens":99,"messages":[{"role":"user","content":"hi"}]}`, tt.model))
				if got.status != tt.status || asked(azure) != tt.asked {
					t.Fatalf("asked %q: %d %s", asked(azure), got.status, got.body)
				}
				if tt.status == 400 {
					_, code, _ := openAIError(t, got)
					if (code == "context_length_exceeded") != (tt.asked == "a b") {
						t.Error(got.body)
					}
				} else if tt.path != "messages" && read(t, got).text != "You said: hi" {
					t.Error(got.body)
				}
			})
		}
	}
	g.settled()
}

func TestErrorsOfClaudeAreThoseOfOpenAI(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	g := start(t, groups(azure, "router_settings: {disable_cooldowns: true}", member{group: "claude", resource: "a", kind: "claude"}))
	for _, tt := range []struct {
		fault  fakeazure.Fault
		status int
		code   string
	}{
		{ofClaude(400, "invalid_request_error", "no"), 400, ""},
		{ofClaude(401, "authentication_error", "no"), 401, "invalid_api_key"},
		{ofClaude(403, "permission_error", "no"), 403, "permission_denied"},
		{ofClaude(404, "not_found_error", "no"), 404, "model_not_found"},
		{ofClaude(413, "request_too_large", "no"), 413, "request_too_large"},
		{ofClaude(429, "rate_limit_error", "no").WithHeader("Retry-After", "7"), 429, "rate_limit_exceeded"},
		{ofClaude(500, "api_error", "no"), 500, "server_error"},
		{ofClaude(529, "overloaded_error", "no"), 529, "overloaded"},
		{fakeazure.TokenRevoked(), 401, "invalid_api_key"},
		{fakeazure.HTMLStatus(502), 502, "server_error"},
		{fakeazure.EmptyStatus(503), 503, ""},
	} {
		for _, more := range []string{"", `,"stream":true`} {
			azure.Script("a", "claude-a", tt.fault)
			got := g.chat("claude", more)
			if got.status != tt.status {
				t.Fatalf("%d %s", got.status, got.body)
			}
			if got.body == "" && tt.status == 503 {
				continue
			}
			if _, code, _ := openAIError(t, got); code != tt.code {
				t.Errorf("%d %s", got.status, got.body)
			}
			if tt.status == 429 && got.header.Get("retry-after") != "7" {
				t.Errorf("%v", got.header)
			}
		}
	}
}
