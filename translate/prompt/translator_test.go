package prompt_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/prompt"
)

func ask(body string) *translate.Ask {
	return &translate.Ask{
		Body: []byte(body), Model: "instruct-eu", Base: "gpt-3.5-turbo-instruct", Stream: gjson.Get(body, "stream").Bool(),
	}
}

const hello = `"messages":[{"role":"user","content":"Hi"}]`

// started is how the request for hello begins and what its stop sequences are.
const (
	started = `{"model":"instruct-eu","prompt":"User: Hi\n\nAssistant:","max_tokens":`
	stops   = `"\nUser:","\nSystem:"`
)

func TestParametersAreThoseOfCompletions(t *testing.T) {
	for name, c := range map[string]struct{ in, out string }{
		"none": {
			`{"model":"gpt",` + hello + `}`,
			started + `1024,"stop":[` + stops + `]}`,
		},
		"what both APIs have is copied": {
			`{` + hello + `,"temperature":1e0,"top_p":0.50,"n":2,"presence_penalty":-1,"frequency_penalty":0,"logit_bias":{ "50256": -100 },"seed":7,"user":"\u0061","best_of":3}`,
			started + `1024,"stop":[` + stops + `],"temperature":1e0,"top_p":0.50,"n":2,"presence_penalty":-1,"frequency_penalty":0,"logit_bias":{ "50256": -100 },"seed":7,"user":"\u0061","best_of":3}`,
		},
		"max_tokens stays":                    {`{` + hello + `,"max_tokens":5}`, started + `5,"stop":[` + stops + `]}`},
		"max_completion_tokens is max_tokens": {`{"max_completion_tokens":5,` + hello + `}`, started + `5,"stop":[` + stops + `]}`},
		"max_completion_tokens wins":          {`{"max_completion_tokens":5,` + hello + `,"max_tokens":6}`, started + `5,"stop":[` + stops + `]}`},
		"a stream": {
			`{"stream":true,` + hello + `,"stream_options":{"include_usage":true}}`,
			started + `1024,"stop":[` + stops + `],"stream":true,"stream_options":{"include_usage":true}}`,
		},
		"no stream has no options":          {`{"stream":false,` + hello + `,"stream_options":{}}`, started + `1024,"stop":[` + stops + `]}`},
		"one stop sequence":                 {`{` + hello + `,"stop":"END"}`, started + `1024,"stop":["END",` + stops + `]}`},
		"three leave room for one":          {`{` + hello + `,"stop":["a", "b" ,"c"]}`, started + `1024,"stop":["a","b","c","\nUser:"]}`},
		"four leave none":                   {`{` + hello + `,"stop":["a","b","c","d"]}`, started + `1024,"stop":["a","b","c","d"]}`},
		"no stop sequence is none":          {`{` + hello + `,"stop":[]}`, started + `1024,"stop":[` + stops + `]}`},
		"logprobs":                          {`{` + hello + `,"logprobs":true}`, started + `1024,"stop":[` + stops + `],"logprobs":0}`},
		"logprobs with others":              {`{` + hello + `,"logprobs":true,"top_logprobs":5}`, started + `1024,"stop":[` + stops + `],"logprobs":5}`},
		"logprobs turned off":               {`{` + hello + `,"logprobs":false,"top_logprobs":0}`, started + `1024,"stop":[` + stops + `]}`},
		"what changes no answer is ignored": {`{` + hello + `,"store":true,"metadata":{"a":"b"},"parallel_tool_calls":false,"service_tier":"auto","prompt_cache_key":"k"}`, started + `1024,"stop":[` + stops + `]}`},
		"what asks for nothing is ignored": {
			`{` + hello + `,"tools":[ ],"tool_choice":"none","functions":[],"function_call":"auto","response_format":{ "type": "text" },"reasoning_effort":"none","modalities":["text" ],"verbosity":"medium","audio":null,"stop":null,"max_tokens":null,"made_up":null}`,
			started + `1024,"stop":[` + stops + `]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, drop := range []bool{false, true} {
				a := ask(c.in)
				a.DropParams = drop
				sent, refusal := prompt.Translator{}.Request(a)
				if refusal != nil {
					t.Fatal(refusal)
				}
				if string(sent.Body) != c.out {
					t.Errorf("got\n%s\nwant\n%s", sent.Body, c.out)
				}
				checkRequest(t, sent.Body)
			}
		})
	}
}

// known are the parameters of the completions API (OpenAI API reference, "Create
// completion").
var known = []string{
	"model", "prompt", "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "n", "presence_penalty",
	"seed", "stop", "stream", "stream_options", "suffix", "temperature", "top_p", "user",
}

// checkRequest holds what every request has.
func checkRequest(t *testing.T, body []byte) {
	t.Helper()
	if !gjson.ValidBytes(body) {
		t.Fatalf("no JSON: %s", body)
	}
	seen := map[string]bool{}
	gjson.ParseBytes(body).ForEach(func(key, _ gjson.Result) bool {
		if !slices.Contains(known, key.Str) || seen[key.Str] {
			t.Errorf("%s is unknown or there twice: %s", key.Str, body)
		}
		seen[key.Str] = true
		return true
	})
	if p := gjson.GetBytes(body, "prompt"); p.Type != gjson.String || !strings.HasSuffix(p.Str, "Assistant:") {
		t.Errorf("the prompt is %s", p.Raw)
	}
	if n := gjson.GetBytes(body, "stop.#").Int(); n == 0 {
		t.Errorf("no stop sequence: %s", body)
	}
}

func TestWhatTheModelCannotDoIsRefusedOrDropped(t *testing.T) {
	for in, param := range map[string]string{
		`"tools":[{"type":"function","function":{"name":"f"}}]`:     "tools",
		`"tool_choice":"required"`:                                  "tool_choice",
		`"functions":[{"name":"f"}]`:                                "functions",
		`"function_call":{"name":"f"}`:                              "function_call",
		`"response_format":{"type":"json_object"}`:                  "response_format",
		`"response_format":{"type":"json_schema","json_schema":{}}`: "response_format",
		`"reasoning_effort":"low"`:                                  "reasoning_effort",
		`"verbosity":"low"`:                                         "verbosity",
		`"modalities":["text","audio"]`:                             "modalities",
		`"audio":{"voice":"alloy","format":"wav"}`:                  "audio",
		`"service_tier":"flex"`:                                     "service_tier",
		`"web_search_options":{}`:                                   "web_search_options",
		`"data_sources":[{"type":"azure_search"}]`:                  "data_sources",

		`"made_up":1`:                      "made_up",
		`"logprobs":true,"top_logprobs":6`: "top_logprobs",
		`"top_logprobs":1`:                 "top_logprobs",
	} {
		t.Run(in, func(t *testing.T) {
			a := ask(`{` + hello + `,` + in + `}`)
			_, refusal := prompt.Translator{}.Request(a)
			if refusal == nil || refusal.Status != 400 || refusal.Param != param || refusal.Type != "invalid_request_error" ||
				refusal.Code == "" || !strings.Contains(refusal.Message, "'"+param+"'") {
				t.Errorf("the error is %#v", refusal)
			}
			a.DropParams = true
			sent, refusal := prompt.Translator{}.Request(a)
			if refusal != nil {
				t.Fatal(refusal)
			}
			checkRequest(t, sent.Body)
			want := started + `1024,"stop":[` + stops + `]`
			if strings.Contains(in, `"logprobs"`) {
				want += `,"logprobs":5`
			}
			if string(sent.Body) != want+"}" {
				t.Errorf("got\n%s\nwant\n%s}", sent.Body, want)
			}
		})
	}
}

func TestARequestThatIsWrongIsRefusedWhateverIsDropped(t *testing.T) {
	for in, param := range map[string]string{
		`{}`:                              "messages",
		`{"messages":null}`:               "messages",
		`{"messages":[]}`:                 "messages",
		`{"messages":"Hi"}`:               "messages",
		`{"messages":["Hi"]}`:             "messages[0].role",
		`{"messages":[{"content":"Hi"}]}`: "messages[0].role",
		`{"messages":[{"role":"user","content":"Hi"},{"role":"critic","content":"Hi"}]}`: "messages[1].role",

		`{"messages":[{"role":"user"}]}`:              "messages[0].content",
		`{"messages":[{"role":"user","content":{}}]}`: "messages[0].content",
		`{` + hello + `,"logprobs":5}`:                "logprobs",
	} {
		for _, drop := range []bool{false, true} {
			a := ask(in)
			a.DropParams = drop
			if _, refusal := (prompt.Translator{}).Request(a); refusal == nil || refusal.Status != 400 || refusal.Param != param {
				t.Errorf("%s, drop %t: the error is %v", in, drop, refusal)
			}
		}
	}
}

func TestTheDefaultLimitFitsTheContext(t *testing.T) {
	for _, c := range []struct {
		base  string
		bytes int // of the message
		want  int64
	}{
		{"gpt-3.5-turbo-instruct", 10, 1024},
		{"gpt-3.5-turbo-instruct", 9000, 1024},
		{"gpt-3.5-turbo-instruct", 12000 - 18, 96},
		{"gpt-3.5-turbo-instruct", 20000, 16},
		{"davinci-002", 20000, 1024},
		{"Babbage-002", 48000 - 18, 384},
		{"", 20000, 16},
	} {
		t.Run(fmt.Sprint(c.bytes, " bytes for ", c.base), func(t *testing.T) {
			a := ask(`{"messages":[{"role":"user","content":"` + strings.Repeat("a", c.bytes) + `"}]}`)
			a.Base = c.base
			sent, refusal := prompt.Translator{}.Request(a)
			if refusal != nil {
				t.Fatal(refusal)
			}
			if got := gjson.GetBytes(sent.Body, "max_tokens").Int(); got < c.want-2 || got > c.want {
				t.Errorf("max_tokens is %d, want %d", got, c.want)
			}
		})
	}
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte(`{"stream":true,` + hello + `,"stop":["a"],"logprobs":true,"top_logprobs":1}`))
	f.Add([]byte(`{"messages":[{"role":"assistant","content":[{"type":"text","text":"a"}],"tool_calls":[{"custom":{"name":"\u0061"}},1]},{"role":"tool","content":""}],"stop":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if !gjson.ValidBytes(body) || !gjson.ParseBytes(body).IsObject() || twice(body) {
			return
		}
		for _, drop := range []bool{false, true} {
			a := ask(string(body))
			a.DropParams = drop
			if sent, refusal := (prompt.Translator{}).Request(a); refusal == nil {
				checkRequest(t, sent.Body)
			}
		}
	})
}

// twice is whether an object has a member twice, which the gateway has refused for
// those that matter.
func twice(body []byte) bool {
	seen, found := map[string]bool{}, false
	gjson.ParseBytes(body).ForEach(func(key, _ gjson.Result) bool {
		found = found || seen[key.Str]
		seen[key.Str] = true
		return !found
	})
	return found
}

func BenchmarkRequest(b *testing.B) {
	a := ask(`{"model":"gpt","messages":[{"role":"system","content":"Be short."},{"role":"user","content":"` +
		strings.Repeat("word ", 400) + `"}],"temperature":0.2,"max_tokens":100}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, refusal := (prompt.Translator{}).Request(a); refusal != nil {
			b.Fatal(refusal)
		}
	}
}
