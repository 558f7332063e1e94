package fakeazure

import (
	"encoding/json"
	"net/http"
	"strings"
)

// chatRequest is what the fake understands of a chat request. Everything else
// is accepted and recorded.
type chatRequest struct {
	Messages         []chatMessage `json:"messages"`
	N                *int          `json:"n"`
	Stream           bool          `json:"stream"`
	StreamOptions    *streamOption `json:"stream_options"`
	MaxTokens        *int          `json:"max_tokens"`
	MaxCompletion    *int          `json:"max_completion_tokens"`
	Temperature      *float64      `json:"temperature"`
	TopP             *float64      `json:"top_p"`
	PresencePenalty  *float64      `json:"presence_penalty"`
	FrequencyPenalty *float64      `json:"frequency_penalty"`
	Logprobs         *bool         `json:"logprobs"`
	TopLogprobs      *int          `json:"top_logprobs"`
	LogitBias        object        `json:"logit_bias"`
	ReasoningEffort  string        `json:"reasoning_effort"`
	Verbosity        string        `json:"verbosity"`
	ServiceTier      string        `json:"service_tier"`
	Tools            []chatTool    `json:"tools"`
	ToolChoice       toolChoice    `json:"tool_choice"`
	ParallelTools    *bool         `json:"parallel_tool_calls"`
	Functions        []toolSchema  `json:"functions"`
	FunctionCall     toolChoice    `json:"function_call"`
	Stop             stopWords     `json:"stop"`
	Modalities       []string      `json:"modalities"`
	ResponseFormat   *struct {
		Type       string `json:"type"`
		JSONSchema struct {
			Schema json.RawMessage `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
	DataSources      []any `json:"data_sources"`
	ExtensionSources []any `json:"dataSources"` // of the extensions surface
}

type streamOption struct {
	IncludeUsage bool `json:"include_usage"`
}

type chatMessage struct {
	Role    string      `json:"role"`
	Content chatContent `json:"content"`
}

// chatContent is a text or a list of parts.
type chatContent struct {
	text   string
	images bool
}

func (c *chatContent) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] != '[' {
		return json.Unmarshal(data, &c.text)
	}
	var parts []struct{ Type, Text string }
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	var seen []string
	for _, p := range parts {
		switch p.Type {
		case "text", "input_text", "output_text":
			seen = append(seen, p.Text)
		default:
			c.images = c.images || p.Type == "image_url" || p.Type == "input_image"
			seen = append(seen, "["+p.Type+"]")
		}
	}
	c.text = strings.Join(seen, " ")
	return nil
}

// stopWords is one text or a list.
type stopWords []string

func (s *stopWords) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*s = []string{""}
		return json.Unmarshal(data, &(*s)[0])
	}
	return json.Unmarshal(data, (*[]string)(s))
}

func (c *call) chat() {
	var q chatRequest
	wrong := c.decode(&q)
	if wrong == nil {
		wrong = c.refuseChat(&q)
	}
	if wrong != nil {
		c.fail(wrong)
		return
	}
	r := c.chatReply(&q)
	if q.Stream {
		c.streamChat(&q, r)
		return
	}
	c.json(http.StatusOK, c.chatObject(&q, r))
}

// prompt is all text of the messages.
func (q *chatRequest) prompt() string {
	var all []string
	for _, m := range q.Messages {
		all = append(all, m.Content.text)
	}
	return strings.Join(all, "\n")
}

func (q *chatRequest) choices() int {
	if q.N == nil {
		return 1
	}
	return *q.N
}

// reply is what a model answers, before it takes the shape of an API.
type reply struct {
	text      string
	tokens    []string // of the text
	tool      *toolSchema
	arguments string // of the tool call, JSON
	legacy    bool   // a function_call, not tool_calls
	refused   bool   // the text is a refusal
	failed    bool   // the work has failed
	summary   string // of the reasoning, when it was asked for
	finish    string
	prompt    string
	input     int // prompt tokens
	reasoning int // tokens
}

// output is the number of tokens that the answer cost.
func (r *reply) output() int {
	if r.tool != nil {
		return r.reasoning + len(tokenize(r.arguments)) + 5
	}
	return r.reasoning + len(r.tokens)
}

// chatReply makes the answer from the request alone.
func (c *call) chatReply(q *chatRequest) *reply {
	r := &reply{finish: "stop", prompt: q.prompt(), input: 3 + len(q.Messages)*3}
	r.input += len(tokenize(r.prompt))
	r.reasoning = c.reasoning(q.ReasoningEffort)
	last := q.Messages[len(q.Messages)-1]
	answered := last.Role == "tool" || last.Role == "function"
	r.refused = strings.Contains(r.prompt, RefuseAnswer)
	if !answered && !r.refused {
		r.tool = choose(q.Tools, q.ToolChoice)
		if r.tool == nil && len(q.Functions) > 0 && q.FunctionCall.mode != "none" {
			r.tool, r.legacy = pick(q.Functions, q.FunctionCall.name), true
		}
	}
	if r.tool != nil {
		r.arguments = instance(r.tool.Parameters)
		r.finish = "tool_calls"
		if r.legacy {
			r.finish = "function_call"
		}
		return r
	}
	r.text = echo(q.Messages)
	if r.refused {
		r.text = refusal
	} else if f := q.ResponseFormat; f != nil && f.Type == "json_schema" {
		r.text = instance(f.JSONSchema.Schema)
	} else if f != nil && f.Type == "json_object" {
		r.text = string(encode(object{"answer": r.text}))
	}
	most := q.MaxCompletion
	if most == nil {
		most = q.MaxTokens
	}
	r.shape(q.Stop, most, c.options.Chunks)
	return r
}

// refusal is what the model says instead of an answer.
const refusal = "I cannot help with that."

// shape applies stop words, the token limit and the wanted count of deltas.
func (r *reply) shape(stops []string, most *int, chunks int) {
	for _, stop := range stops {
		if stop != "" {
			r.text, _, _ = strings.Cut(r.text, stop)
		}
	}
	r.tokens = tokenize(r.text)
	if chunks > 0 {
		r.tokens = repeat(r.tokens, chunks)
	}
	if most != nil && r.reasoning+len(r.tokens) > *most {
		r.tokens = r.tokens[:max(0, *most-r.reasoning)]
		r.finish = "length"
	}
	if strings.Contains(r.prompt, FilterAnswer) {
		r.tokens = r.tokens[:len(r.tokens)/2]
		r.finish = "content_filter"
	}
	r.text = strings.Join(r.tokens, "")
}

// echo says what the model was told last.
func echo(messages []chatMessage) string {
	last := messages[len(messages)-1]
	if last.Role == "tool" || last.Role == "function" {
		return "The tool said: " + last.Content.text
	}
	return "You said: " + last.Content.text
}

// tokenize cuts a text behind its spaces: the tokens of this model.
func tokenize(text string) []string {
	tokens := strings.SplitAfter(text, " ")
	if tokens[len(tokens)-1] == "" {
		tokens = tokens[:len(tokens)-1]
	}
	return tokens
}

func repeat(tokens []string, n int) []string {
	if len(tokens) == 0 {
		tokens = []string{"word "}
	}
	repeated := make([]string, n)
	for i := range repeated {
		repeated[i] = tokens[i%len(tokens)]
	}
	return repeated
}

// reasoning is how many tokens the model thinks for.
func (c *call) reasoning(effort string) int {
	row := rules(c.deployed.Model)
	if effort == "" {
		effort = row.defaultEffort
	}
	return map[string]int{"minimal": 8, "low": 32, "medium": 64, "high": 128, "xhigh": 256}[effort]
}

// chatObject is the whole answer.
func (c *call) chatObject(q *chatRequest, r *reply) object {
	choices := []object{}
	for i := range q.choices() {
		choice := object{"index": i, "finish_reason": r.finish, "logprobs": nil, "message": c.chatMessage(q, r)}
		if q.Logprobs != nil && *q.Logprobs && r.tool == nil {
			choice["logprobs"] = logprobs(r.tokens, q.TopLogprobs)
		}
		if c.azure() {
			choice["content_filter_results"] = verdictsOf(r.prompt)
			if r.tool != nil {
				choice["content_filter_results"] = object{}
			}
		}
		choices = append(choices, choice)
	}
	whole := object{
		"id": c.id("chatcmpl-"), "object": "chat.completion", "created": c.created(), "model": c.deployed.replyModel(),
		"system_fingerprint": "fp_fakeazure", "choices": choices, "usage": r.usage(q.choices()),
	}
	if tier := c.tier(q.ServiceTier); tier != "" {
		whole["service_tier"] = tier
	}
	if c.azure() {
		whole["prompt_filter_results"] = promptFilterResults()
	}
	return whole
}

func (c *call) chatMessage(q *chatRequest, r *reply) object {
	m := object{"role": "assistant", "content": r.text, "refusal": nil, "annotations": []any{}}
	switch {
	case r.refused:
		m["content"], m["refusal"] = nil, r.text
	case r.legacy:
		m["content"] = nil
		m["function_call"] = object{"name": r.tool.Name, "arguments": r.arguments}
	case r.tool != nil:
		m["content"] = nil
		m["tool_calls"] = []object{{"id": c.id("call_"), "type": "function", "function": object{"name": r.tool.Name, "arguments": r.arguments}}}
	}
	if len(q.DataSources)+len(q.ExtensionSources) > 0 {
		m["context"] = object{"citations": []any{}, "intent": "[]"}
	}
	for _, modality := range q.Modalities {
		if modality == "audio" {
			m["audio"] = object{
				"id": c.id("audio_"), "expires_at": c.created() + 3600, "transcript": r.text,
				"data": base64Of(sound("wav", r.text, 0)),
			}
			m["content"] = nil
		}
	}
	return m
}

// usage is that of n answers to the prompt.
func (r *reply) usage(n int) object {
	output := n * r.output()
	return object{
		"prompt_tokens": r.input, "completion_tokens": output, "total_tokens": r.input + output,
		"prompt_tokens_details": object{"audio_tokens": 0, "cached_tokens": 0},
		"completion_tokens_details": object{
			"accepted_prediction_tokens": 0, "audio_tokens": 0,
			"reasoning_tokens": n * r.reasoning, "rejected_prediction_tokens": 0,
		},
	}
}

// logprobs are those of tokens, each with as many alternatives as asked for.
func logprobs(tokens []string, top *int) object {
	content := []object{}
	for _, token := range tokens {
		one := object{"token": token, "logprob": -0.25, "bytes": numbers(token)}
		alternatives := []object{}
		if top != nil {
			for i := range *top {
				alternatives = append(alternatives, object{"token": token, "logprob": -0.25 - float64(i), "bytes": numbers(token)})
			}
		}
		one["top_logprobs"] = alternatives
		content = append(content, one)
	}
	return object{"content": content, "refusal": nil}
}

func numbers(text string) []int {
	list := make([]int, len(text))
	for i := range len(text) {
		list[i] = int(text[i])
	}
	return list
}
