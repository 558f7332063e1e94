package chat

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestChunksAreWritten(t *testing.T) {
	const (
		head = `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":9,"model":"m",`
		open = head + `"choices":[{"index":0,"delta":{`
		end  = `},"logprobs":null,"finish_reason":null}]}` + "\n\n"
	)
	for _, c := range []struct {
		name  string
		write func(c *Chunks, dst []byte) []byte
		want  string
	}{
		{"a text", func(c *Chunks, dst []byte) []byte { return c.Text(dst, []byte(`"a\n"`)) }, open + `"content":"a\n"` + end},
		{"a text with its tokens", func(c *Chunks, dst []byte) []byte { return c.TextLogprobs(dst, []byte(`"a"`), []byte(`[1]`)) }, open + `"content":"a"},"logprobs":{"content":[1],"refusal":null},"finish_reason":null}]}` + "\n\n"},
		{"a refusal", func(c *Chunks, dst []byte) []byte { return c.Refusal(dst, []byte(`"a"`)) }, open + `"refusal":"a"` + end},
		{"reasoning", func(c *Chunks, dst []byte) []byte { return c.Reasoning(dst, []byte(`"a"`)) }, open + `"reasoning_content":"a"` + end},
		{"a member that OpenAI does not have", func(c *Chunks, dst []byte) []byte { return c.Member(dst, `x"y`, []byte(`[]`)) }, open + `"x\"y":[]` + end},
		{"the call of a function", func(c *Chunks, dst []byte) []byte { return c.ToolCall(dst, 1, []byte(`"i"`), []byte(`"n"`)) }, open + `"tool_calls":[{"index":1,"id":"i","type":"function","function":{"name":"n","arguments":""}}]` + end},
		{"its arguments", func(c *Chunks, dst []byte) []byte { return c.Arguments(dst, 1, []byte(`"{"`)) }, open + `"tool_calls":[{"index":1,"function":{"arguments":"{"}}]` + end},
		{"the call of a custom tool", func(c *Chunks, dst []byte) []byte { return c.CustomToolCall(dst, 2, []byte(`"i"`), []byte(`"n"`)) }, open + `"tool_calls":[{"index":2,"id":"i","type":"custom","custom":{"name":"n","input":""}}]` + end},
		{"its input", func(c *Chunks, dst []byte) []byte { return c.Input(dst, 2, []byte(`"x"`)) }, open + `"tool_calls":[{"index":2,"custom":{"input":"x"}}]` + end},
		{"the end", func(c *Chunks, dst []byte) []byte { return c.Finish(dst, FinishLength) }, open + `},"logprobs":null,"finish_reason":"length"}]}` + "\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			chunks := Chunks{ID: "chatcmpl-1", Model: "m", Created: 9}
			if chunks.Begun() {
				t.Error("it has begun before it began")
			}
			got := c.write(&chunks, []byte("="))
			want := "=" + open + `"role":"assistant","content":"","refusal":null` + end + c.want
			if string(got) != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if !chunks.Begun() {
				t.Error("it has not begun")
			}
			if got = c.write(&chunks, nil); string(got) != c.want {
				t.Errorf("the second time: %s", got)
			}
			for line := range strings.SplitSeq(strings.TrimSpace(string(got)), "\n\n") {
				if !json.Valid([]byte(strings.TrimPrefix(line, "data: "))) {
					t.Errorf("no JSON: %s", line)
				}
			}
		})
	}
}

func TestTheRoleIsSaidOnce(t *testing.T) {
	c := Chunks{ID: "i", Model: "m"}
	if got := c.Begin(nil); !strings.Contains(string(got), `"role":"assistant"`) {
		t.Errorf("%s", got)
	}
	if got := c.Begin(nil); len(got) > 0 {
		t.Errorf("%s", got)
	}
}

func TestUsageIsAChunkWithoutChoices(t *testing.T) {
	c := Chunks{ID: `i"`, Model: "m", Created: 9, ServiceTier: []byte(`"flex"`)}
	want := `data: {"id":"i\"","object":"chat.completion.chunk","created":9,"model":"m","service_tier":"flex","choices":[],"usage":` + usageJSON + "}\n\n"
	if got := string(c.Usage(nil, usage)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(Done([]byte("="))); got != "=data: [DONE]\n\n" {
		t.Error(got)
	}
}
