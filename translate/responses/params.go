package responses

import (
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
)

// param is one of chat's parameters and what becomes of it. A value of null is the
// same as none and is never written.
type param struct {
	name  string
	write func(r *request, p *param, v gjson.Result) *azure.Error
	// neutral is whether a value of a refused parameter asks for nothing.
	neutral func(v gjson.Result) bool
}

// params are chat's parameters (openai-python: CompletionCreateParams) and those of
// Responses that clients of LiteLLM add to them, in the order in which they are
// written. Whatever is not here is unknown.
var params = []param{
	{name: "model", write: written},
	{name: "stream", write: written}, // by the deployment's name, by ask.Stream
	{name: "messages", write: (*request).input},

	// The same in both.
	{name: "temperature", write: same},
	{name: "top_p", write: same},
	{name: "user", write: same},
	{name: "safety_identifier", write: same},
	{name: "metadata", write: same},
	{name: "prompt_cache_key", write: same},
	{name: "prompt_cache_retention", write: same},
	{name: "prompt_cache_options", write: same},
	{name: "service_tier", write: same},
	{name: "top_logprobs", write: (*request).topLogprobs},

	// Other words for the same.
	{name: "max_tokens", write: (*request).maxTokens},
	{name: "max_completion_tokens", write: (*request).maxTokens},
	{name: "logprobs", write: (*request).logprobs},
	{name: "response_format", write: (*request).responseFormat},
	{name: "verbosity", write: func(r *request, _ *param, v gjson.Result) *azure.Error { r.verbosity = v; return nil }},
	{name: "reasoning_effort", write: (*request).reasoningEffort},
	{name: "stream_options", write: (*request).streamOptions},
	{name: "store", write: func(r *request, _ *param, v gjson.Result) *azure.Error { r.store = v.Type == gjson.True; return nil }},
	{name: "tools", write: (*request).chatTools},
	{name: "functions", write: (*request).chatFunctions},
	{name: "web_search_options", write: (*request).webSearch},
	{name: "tool_choice", write: (*request).chatToolChoice},
	{name: "function_call", write: (*request).chatFunctionCall},
	{name: "parallel_tool_calls", write: func(r *request, _ *param, v gjson.Result) *azure.Error { r.parallel = []byte(v.Raw); return nil }},

	// Of Responses alone.
	{name: "instructions", write: same},
	{name: "previous_response_id", write: same},
	{name: "truncation", write: same},
	{name: "max_tool_calls", write: same},
	{name: "max_output_tokens", write: (*request).maxTokens},
	{name: "include", write: (*request).clientInclude},
	{name: "reasoning", write: (*request).clientReasoning},
	{name: "text", write: (*request).clientText},

	// Of chat alone: Responses has nothing that does it.
	{name: "n", write: refused, neutral: number(1)},
	{name: "stop", write: refused, neutral: emptyArray},
	{name: "seed", write: refused},
	{name: "logit_bias", write: refused, neutral: emptyObject},
	{name: "presence_penalty", write: refused, neutral: number(0)},
	{name: "frequency_penalty", write: refused, neutral: number(0)},
	{name: "modalities", write: refused, neutral: onlyText},
	{name: "audio", write: refused},
	{name: "prediction", write: refused},
	{name: "moderation", write: refused},

	// Of Responses, but no chat completion can be made of its answer.
	{name: "background", write: refused, neutral: func(v gjson.Result) bool { return v.Type == gjson.False }},
}

var known = func() map[string]bool {
	m := make(map[string]bool, len(params))
	for _, p := range params {
		m[p.name] = true
	}
	return m
}()

// written is of a parameter that the body has already.
func written(*request, *param, gjson.Result) *azure.Error { return nil }

// same writes a parameter as it is.
func same(r *request, p *param, v gjson.Result) *azure.Error {
	r.member(p.name)
	r.body = append(r.body, v.Raw...)
	return nil
}

// refused refuses a parameter, unless its value asks for nothing.
func refused(r *request, p *param, v gjson.Result) *azure.Error {
	if p.neutral != nil && p.neutral(v) {
		return nil
	}
	return r.refuse(p.name)
}

func number(n float64) func(gjson.Result) bool {
	return func(v gjson.Result) bool { return v.Type == gjson.Number && v.Num == n }
}

func emptyArray(v gjson.Result) bool { return v.IsArray() && len(v.Array()) == 0 }

func emptyObject(v gjson.Result) bool { return v.IsObject() && len(v.Map()) == 0 }

func onlyText(v gjson.Result) bool {
	a := v.Array()
	return v.IsArray() && len(a) == 1 && a[0].Str == "text"
}
