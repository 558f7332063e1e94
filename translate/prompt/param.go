package prompt

import (
	"slices"

	"github.com/tidwall/gjson"
)

// param says what becomes of a parameter of chat completions.
type param struct {
	// copied parameters are the same in both APIs.
	copied bool
	// ignored parameters change nothing of an answer, whatever they say.
	ignored bool
	// neutral are values, as JSON, that ask for nothing; any other value asks for
	// what the model cannot do.
	neutral []string
}

// params are those that are not rewritten (OpenAI API reference, "Create chat
// completion" and "Create completion"; Azure's beside them). What is not here is
// unknown.
var params = map[string]param{
	"temperature":       {copied: true},
	"top_p":             {copied: true},
	"n":                 {copied: true},
	"presence_penalty":  {copied: true},
	"frequency_penalty": {copied: true},
	"logit_bias":        {copied: true},
	"seed":              {copied: true},
	"user":              {copied: true},
	"best_of":           {copied: true}, // the completions API's own, as an operator's extra_body

	"store":                  {ignored: true},
	"metadata":               {ignored: true},
	"parallel_tool_calls":    {ignored: true},
	"prediction":             {ignored: true},
	"prompt_cache_key":       {ignored: true},
	"prompt_cache_options":   {ignored: true},
	"prompt_cache_retention": {ignored: true},
	"safety_identifier":      {ignored: true},
	"user_security_context":  {ignored: true},

	"tools":              {neutral: []string{"[]"}},
	"tool_choice":        {neutral: []string{`"none"`, `"auto"`}},
	"functions":          {neutral: []string{"[]"}},
	"function_call":      {neutral: []string{`"none"`, `"auto"`}},
	"response_format":    {neutral: []string{`{"type":"text"}`}},
	"reasoning_effort":   {neutral: []string{`"none"`}},
	"verbosity":          {neutral: []string{`"medium"`}},
	"modalities":         {neutral: []string{`["text"]`}},
	"service_tier":       {neutral: []string{`"auto"`, `"default"`}},
	"data_sources":       {neutral: []string{"[]"}},
	"audio":              {},
	"web_search_options": {},
	"moderation":         {},
}

// asksNothing is whether a value is one of the neutral ones, however it is spaced.
func (p *param) asksNothing(value gjson.Result) bool {
	return p.ignored || slices.Contains(p.neutral, value.Get("@ugly").Raw)
}
