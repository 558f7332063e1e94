package messages

import (
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
)

// param is what becomes of a parameter of the client's request. null is always as
// if it were not there.
type param struct {
	// taken: it is translated, or is one of Anthropic's own that is passed on.
	taken bool
	// harmless: it is left out in silence, for the answer is none the worse.
	harmless bool
	// neutral are the values that ask for nothing; others are refused.
	neutral func(gjson.Result) bool
}

var (
	taken    = param{taken: true}
	harmless = param{harmless: true}
)

// params are the parameters of chat completions (openai-python 3.54,
// completion_create_params.py) and those of MessageCreateParams that are not
// OpenAI's, which clients of LiteLLM send beside them (anthropic-python 1.17 and
// 2.12, message_create_params.py). What is in neither is refused.
var params = map[string]param{
	"model":                 taken,
	"messages":              taken,
	"stream":                taken,
	"stream_options":        taken,
	"max_tokens":            taken,
	"max_completion_tokens": taken,
	"temperature":           taken,
	"top_p":                 taken,
	"stop":                  taken,
	"tools":                 taken,
	"tool_choice":           taken,
	"parallel_tool_calls":   taken,
	"functions":             taken,
	"function_call":         taken,
	"response_format":       taken,
	"reasoning_effort":      taken,
	"user":                  taken,
	"safety_identifier":     taken,
	"metadata":              taken, // its user_id; the rest labels stored completions
	"service_tier":          taken,

	// Anthropic's own.
	"thinking":      taken,
	"top_k":         taken,
	"output_config": taken,
	"cache_control": taken,
	"container":     taken,
	"inference_geo": taken,
	"diagnostics":   taken,
	"speed":         taken,

	"seed":                   harmless, // best effort at OpenAI too, and never a promise
	"prediction":             harmless, // makes an answer faster, not different
	"prompt_cache_key":       harmless, // Anthropic's cache goes by content
	"prompt_cache_options":   harmless,
	"prompt_cache_retention": harmless,
	"store":                  harmless, // nothing that was stored could be read here

	"n":                  {neutral: isNumber(1)},
	"logprobs":           {neutral: isFalse},
	"top_logprobs":       {neutral: isNumber(0)},
	"logit_bias":         {neutral: isEmptyObject},
	"presence_penalty":   {neutral: isNumber(0)},
	"frequency_penalty":  {neutral: isNumber(0)},
	"modalities":         {neutral: isTextOnly},
	"verbosity":          {neutral: func(v gjson.Result) bool { return v.Str == "medium" }},
	"audio":              {},
	"moderation":         {},
	"web_search_options": {},
}

func isNumber(n float64) func(gjson.Result) bool {
	return func(v gjson.Result) bool { return v.Type == gjson.Number && v.Num == n }
}

func isFalse(v gjson.Result) bool { return v.Type == gjson.False }

func isEmptyObject(v gjson.Result) bool {
	some := false
	v.ForEach(func(_, _ gjson.Result) bool { some = true; return false })
	return v.IsObject() && !some
}

func isTextOnly(v gjson.Result) bool {
	only := v.IsArray()
	v.ForEach(func(_, s gjson.Result) bool { only = only && s.Str == "text"; return only })
	return only
}

// read sorts the members of the client's object.
func (r *request) read() (err *azure.Error) {
	r.root.ForEach(func(k, v gjson.Result) bool {
		p := params[k.Str]
		switch {
		case v.Type == gjson.Null, p.harmless, p.neutral != nil && p.neutral(v):
		case p.taken:
			r.given[k.Str] = v
		default:
			err = r.unsupported(k.Str, "%s is not something that Claude's API knows.", k.Str)
		}
		return err == nil
	})
	return err
}

// unsupported is the refusal of a parameter, nil when it may be left out instead.
func (r *request) unsupported(name, format string, args ...any) *azure.Error {
	if r.ask.DropParams {
		return nil
	}
	return invalid("unsupported_parameter", name, format, args...)
}
