package responses

import (
	"strings"
	"testing"
)

func TestMembersThatSeveralParametersMake(t *testing.T) {
	const head = `{"model":"gpt-5-codex","input":[]`
	for _, c := range []struct{ name, chat, want string }{
		{"a limit that is too small for the API is raised", `"max_tokens":1`, `,"max_output_tokens":16,"store":false}`},
		{"a limit is kept as it is written", `"max_completion_tokens":1.6e1`, `,"max_output_tokens":1.6e1,"store":false}`},
		{"a limit of nothing is Azure's to refuse", `"max_tokens":0`, `,"max_output_tokens":0,"store":false}`},
		{"tokens of which none is wanted beside", `"top_logprobs":0`, `,"top_logprobs":0,"store":false}`},
		{"tokens that are a text are Azure's to refuse", `"top_logprobs":"5"`, `,"top_logprobs":"5","store":false}`},
		{"a description of null is none", `"response_format":{"type":"json_schema","json_schema":{"name":"n","description":null,"schema":{},"strict":true}}`, `,"text":{"format":{"type":"json_schema","name":"n","schema":{},"strict":true}},"store":false}`},
		{"a limit that is wrong is Azure's to refuse", `"max_completion_tokens":-1`, `,"max_output_tokens":-1,"store":false}`},
		{"the newer name of the limit counts", `"max_completion_tokens":30,"max_tokens":20`, `,"max_output_tokens":30,"store":false}`},
		{"an effort", `"reasoning_effort":"none"`, `,"reasoning":{"effort":"none"},"store":false}`},
		{"an effort that is an object, as LiteLLM has it", `"reasoning_effort":{"effort":"low","summary":"auto"}`, `,"reasoning":{"effort":"low","summary":"auto"},"store":false}`},
		{"chat's effort counts, of the client's object the rest", `"reasoning":{"summary":"auto","effort":"high"},"reasoning_effort":"low"`, `,"reasoning":{"effort":"low","summary":"auto"},"store":false}`},
		{"an empty object is none", `"reasoning":{},"text":{}`, `,"store":false}`},
		{"verbosity and format are in one object", `"verbosity":"low","response_format":{"type":"text"}`, `,"text":{"format":{"type":"text"},"verbosity":"low"},"store":false}`},
		{"a schema that is not said to be strict is not", `"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"a":[1]},"strict":null}}`, `,"text":{"format":{"type":"json_schema","name":"n","schema":{"a":[1]},"strict":false}},"store":false}`},
		{"logprobs are included", `"logprobs":true`, `,"include":["message.output_text.logprobs"],"store":false}`},
		{"logprobs that are not wanted are not", `"logprobs":false`, `,"store":false}`},
		{"what is included is included once", `"logprobs":true,"include":["message.output_text.logprobs","x\u0041"]`, `,"include":["message.output_text.logprobs","xA"],"store":false}`},
		{"an answer is kept when the client says so", `"store":true`, `,"store":true}`},
		{"a choice of a function as it was before tools", `"function_call":"none"`, `,"tool_choice":"none","store":false}`},
		{"the tools' choice is a word", `"tool_choice":"required"`, `,"tool_choice":"required","store":false}`},
		{"the last of a parameter that is there twice counts", `"temperature":1,"temperature":0.2`, `,"temperature":0.2,"store":false}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := sent(t, `{"messages":[],`+c.chat+`}`)
			if string(got.Body) != head+c.want {
				t.Errorf("got  %s\nwant %s", got.Body, head+c.want)
			}
		})
	}
}

func TestTokensAreGivenHoweverTheyAreAskedFor(t *testing.T) {
	const response = `{"output":[{"type":"message","content":[{"type":"output_text","text":"x","logprobs":[{"token":"x","logprob":-1}]}]}]}`
	for _, c := range []struct {
		chat string
		want bool
	}{
		{`"logprobs":true`, true},
		{`"top_logprobs":1`, true},
		{`"include":["message.output_text.logprobs"]`, true},
		{`"logprobs":false,"top_logprobs":0,"include":["x"]`, false},
	} {
		got, err := sent(t, `{`+hi+`,`+c.chat+`}`).Answer.Whole([]byte(response))
		if err != nil || strings.Contains(string(got), `"token":"x"`) != c.want {
			t.Errorf("%s: %s, %v", c.chat, got, err)
		}
	}
}
