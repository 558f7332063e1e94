package fakeazure

import (
	"encoding/json"
	"net/http"
	"strings"
)

type completionsRequest struct {
	Prompt        json.RawMessage `json:"prompt"`
	N             *int            `json:"n"`
	MaxTokens     *int            `json:"max_tokens"`
	Stream        bool            `json:"stream"`
	StreamOptions *streamOption   `json:"stream_options"`
	Echo          bool            `json:"echo"`
	Stop          stopWords       `json:"stop"`
}

// prompts are the texts, or the lists of tokens as they stand.
func (q *completionsRequest) prompts() []string {
	var in embeddingsInput
	if len(q.Prompt) == 0 || string(q.Prompt) == "null" || in.UnmarshalJSON(q.Prompt) != nil {
		return nil
	}
	return in
}

func (c *call) completions() {
	var q completionsRequest
	if wrong := c.decode(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	if wrong := c.refuseCompletions(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	prompts := q.prompts()
	n := 1
	if q.N != nil {
		n = *q.N
	}
	most := 16 // the API's own default
	if q.MaxTokens != nil {
		most = *q.MaxTokens
	}
	var replies []*reply
	for _, prompt := range prompts {
		r := &reply{text: "You said: " + prompt, prompt: prompt, finish: "stop", input: inputTokens(prompt)}
		r.shape(q.Stop, &most, c.options.Chunks)
		if q.Echo {
			r.text = prompt + r.text
			r.tokens = tokenize(r.text)
		}
		replies = append(replies, r)
	}
	if q.Stream {
		c.streamCompletions(&q, replies, n)
		return
	}
	choices := []object{}
	for _, r := range replies {
		for range n {
			choices = append(choices, c.textChoice(len(choices), r.text, r.finish))
		}
	}
	whole := c.textObject(choices)
	whole["usage"] = textUsage(replies, n)
	if c.azure() {
		whole["prompt_filter_results"] = promptFilterResults()
	}
	c.json(http.StatusOK, whole)
}

// completionsFields are those that Config.Strict accepts.
var completionsFields = strings.Fields(`best_of echo frequency_penalty logit_bias logprobs max_tokens model n presence_penalty
	prompt seed stop stream stream_options suffix temperature top_p user fakeazure`)

func (c *call) refuseCompletions(q *completionsRequest) *failure {
	prompts := q.prompts()
	switch {
	case len(q.Prompt) > 0 && (q.Prompt[0] == '{' || q.Prompt[0] == 't' || q.Prompt[0] == 'f'):
		return invalid("prompt", "invalid_type", "Invalid type for 'prompt': expected one of a string, array of strings, array of integers, or array of arrays of integers.")
	case len(prompts) == 0:
		return missing("prompt")
	case q.StreamOptions != nil && !q.Stream:
		return invalid("stream_options", "", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	case c.azure() && strings.Contains(strings.Join(prompts, "\n"), FilterPrompt):
		return filtered()
	case c.server.config.Strict:
		return c.refuseUnknown(completionsFields)
	}
	return nil
}

func (c *call) streamCompletions(q *completionsRequest, replies []*reply, n int) {
	a := c.events()
	if c.azure() {
		first := c.textObject([]object{})
		first["prompt_filter_results"] = promptFilterResults()
		a.data("", first)
	}
	for at, r := range replies {
		for _, token := range r.tokens {
			for i := range n {
				a.data("", c.textObject([]object{c.textChoice(at*n+i, token, nil)}))
			}
		}
		for i := range n {
			a.data("", c.textObject([]object{c.textChoice(at*n+i, "", r.finish)}))
		}
	}
	if q.StreamOptions != nil && q.StreamOptions.IncludeUsage {
		last := c.textObject([]object{})
		last["usage"] = textUsage(replies, n)
		a.data("", last)
	}
	a.done()
}

func (c *call) textObject(choices []object) object {
	return object{
		"id": c.id("cmpl-"), "object": "text_completion", "created": c.created(),
		"model": c.deployed.replyModel(), "choices": choices,
	}
}

func (c *call) textChoice(index int, text string, finish any) object {
	choice := object{"index": index, "text": text, "finish_reason": finish, "logprobs": nil}
	if c.azure() {
		choice["content_filter_results"] = answerVerdicts("safe")
	}
	return choice
}

func textUsage(replies []*reply, n int) object {
	input, output := 0, 0
	for _, r := range replies {
		input += r.input
		output += n * len(r.tokens)
	}
	return object{"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output}
}
