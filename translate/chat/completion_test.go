package chat

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

const usageJSON = `{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":4}}`

var usage = Usage{Prompt: 7, Cached: 3, CacheWrite: 2, Completion: 5, Reasoning: 4}

func TestCompletionsAreWritten(t *testing.T) {
	const head = `{"id":"chatcmpl-1","object":"chat.completion","created":9,"model":"m","choices":[{"index":0,"message":{"role":"assistant",`
	with := func(f func(c *Completion)) *Completion {
		c := &Completion{ID: "chatcmpl-1", Model: "m", Created: 9, Finish: FinishStop, Usage: usage}
		f(c)
		return c
	}
	for _, c := range []struct {
		name       string
		completion *Completion
		want       string
	}{
		{"nothing said", with(func(*Completion) {}), head + `"content":null,"refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":` + usageJSON + `}`},
		{"a text", with(func(c *Completion) { c.Text = []byte(`"a\n"`) }), head + `"content":"a\n","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":` + usageJSON + `}`},
		{"a refusal", with(func(c *Completion) { c.Refusal = []byte(`"no"`) }), head + `"content":null,"refusal":"no"},"logprobs":null,"finish_reason":"stop"}],"usage":` + usageJSON + `}`},
		{
			"members that OpenAI does not have", with(func(c *Completion) { c.Members = []Member{{"a", []byte(`[1]`)}, {`"`, []byte(`{}`)}} }),
			head + `"content":null,"refusal":null,"a":[1],"\"":{}},"logprobs":null,"finish_reason":"stop"}],"usage":` + usageJSON + `}`,
		},
		{
			"calls of both kinds of tools", with(func(c *Completion) {
				c.Finish = FinishToolCalls
				c.ToolCalls = []ToolCall{
					{ID: []byte(`"i"`), Name: []byte(`"n"`), Arguments: []byte(`"{}"`)},
					{ID: []byte(`"j"`), Name: []byte(`"o"`), Arguments: []byte(`"x"`), Custom: true},
				}
			}),
			head + `"content":null,"refusal":null,"tool_calls":[{"id":"i","type":"function","function":{"name":"n","arguments":"{}"}},{"id":"j","type":"custom","custom":{"name":"o","input":"x"}}]},"logprobs":null,"finish_reason":"tool_calls"}],"usage":` + usageJSON + `}`,
		},
		{
			"tokens and a tier", with(func(c *Completion) { c.Logprobs, c.ServiceTier = []byte(`[]`), []byte(`"flex"`) }),
			head + `"content":null,"refusal":null},"logprobs":{"content":[],"refusal":null},"finish_reason":"stop"}],"service_tier":"flex","usage":` + usageJSON + `}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := string(c.completion.Append([]byte("=")))
			if got != "="+c.want {
				t.Errorf("got  %s\nwant =%s", got, c.want)
			}
			if !json.Valid([]byte(got[1:])) {
				t.Error("no JSON")
			}
		})
	}
}

func TestTextIsQuoted(t *testing.T) {
	for _, text := range []string{
		"", "plain", `"`, `\`, "\x00\x1f\x7f", "line\nend\r\t", "é 😀", "a\xffb\xc3", "\xed\xa0\x80", "<&>", "\u2028",
	} {
		quoted := Quote([]byte("="), text)
		var got string
		if err := json.Unmarshal(quoted[1:], &got); err != nil || !utf8.Valid(quoted) {
			t.Errorf("%q became %q: %v", text, quoted, err)
			continue
		}
		want := string([]rune(text)) // bytes that are no text become U+FFFD
		if got != want {
			t.Errorf("%q became %q, which is %q", text, quoted, got)
		}
	}
}

func TestTextsAreJoined(t *testing.T) {
	for _, c := range []struct {
		name, want string
		texts      []string
	}{
		{"none", `""`, nil},
		{"one", `"a"`, []string{`"a"`}},
		{"several, some of them empty", `"a\n\"b"`, []string{`"a"`, `""`, `"\n\""`, `"b"`}},
		{"halves of a pair find each other", `"\ud83d\ude00"`, []string{`"\ud83d"`, `"\ude00"`}},
		{"what is not there is no text", `"ab"`, []string{`"a"`, ``, `"b"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			texts := make([][]byte, len(c.texts))
			for i, s := range c.texts {
				texts[i] = []byte(s)
			}
			if got := string(Join([]byte("="), texts...)); got != "="+c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// FuzzQuote holds that every text becomes a JSON string that is the text.
func FuzzQuote(f *testing.F) {
	f.Add("a\"\\\n\xff😀")
	f.Fuzz(func(t *testing.T, text string) {
		var got string
		if err := json.Unmarshal(Quote(nil, text), &got); err != nil || got != string([]rune(text)) {
			t.Fatalf("%q became %q: %v", text, got, err)
		}
	})
}
