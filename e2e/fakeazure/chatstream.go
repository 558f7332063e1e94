package fakeazure

// streamChat writes the answer as Azure streams it: a first chunk with the
// prompt's filter results and no choice, a chunk with the role, the text, the
// finish, the usage when it was asked for, and [DONE].
// Source: learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming.
func (c *call) streamChat(q *chatRequest, r *reply) {
	s := &chatStream{call: c, q: q, r: r, answer: c.events()}
	s.late = c.azure() && (c.deployed.AsyncFilter || c.options.AsyncFilter)
	if c.azure() {
		s.data("", object{
			"id": "", "object": "", "created": 0, "model": "", "choices": []any{}, "usage": nil,
			"prompt_filter_results": promptFilterResults(),
		})
	}
	for i := range q.choices() {
		s.role(i)
	}
	if r.tool != nil {
		for i := range q.choices() {
			s.arguments(i)
		}
	}
	written := 0
	for n, token := range r.tokens {
		written += len(token)
		for i := range q.choices() {
			s.token(i, token)
			if s.late && (n+1)%8 == 0 {
				s.verdict(i, written)
			}
		}
	}
	for i := range q.choices() {
		s.finish(i)
		if s.late {
			s.verdict(i, written)
		}
	}
	if s.usage() {
		chunk := s.chunk(nil)
		chunk["usage"] = r.usage(q.choices())
		s.data("", chunk)
	}
	s.done()
}

type chatStream struct {
	*answer
	call *call
	q    *chatRequest
	r    *reply
	late bool // verdicts come in chunks of their own
}

func (s *chatStream) usage() bool { return s.q.StreamOptions != nil && s.q.StreamOptions.IncludeUsage }

// chunk has one choice, or none when it is nil.
func (s *chatStream) chunk(choice object) object {
	chunk := object{
		"id": s.call.id("chatcmpl-"), "object": "chat.completion.chunk", "created": s.call.created(),
		"model": s.call.deployed.replyModel(), "system_fingerprint": "fp_fakeazure", "choices": []object{},
	}
	if choice != nil {
		chunk["choices"] = []object{choice}
	}
	if tier := s.call.tier(s.q.ServiceTier); tier != "" {
		chunk["service_tier"] = tier
	}
	if s.usage() {
		chunk["usage"] = nil
	}
	return chunk
}

// delta writes a chunk with a delta. The verdict on it goes with it unless the
// filter is asynchronous.
func (s *chatStream) delta(index int, delta object, finish any, verdicts object, probabilities any) {
	choice := object{"index": index, "delta": delta, "finish_reason": finish, "logprobs": probabilities}
	if s.call.azure() && !s.late {
		choice["content_filter_results"] = verdicts
	}
	s.data("", s.chunk(choice))
}

func (s *chatStream) role(index int) {
	delta := object{"role": "assistant", "content": "", "refusal": nil}
	if s.r.tool != nil {
		delta["content"] = nil
		if s.r.legacy {
			delta["function_call"] = object{"name": s.r.tool.Name, "arguments": ""}
		} else {
			delta["tool_calls"] = []object{{
				"index": 0, "id": s.call.id("call_"), "type": "function",
				"function": object{"name": s.r.tool.Name, "arguments": ""},
			}}
		}
	}
	if len(s.q.DataSources)+len(s.q.ExtensionSources) > 0 {
		delta["context"] = object{"citations": []any{}, "intent": "[]"}
	}
	s.delta(index, delta, nil, object{}, nil)
}

// arguments writes those of the tool call in pieces.
func (s *chatStream) arguments(index int) {
	for rest := s.r.arguments; rest != ""; {
		n := min(8, len(rest))
		function := object{"arguments": rest[:n]}
		rest = rest[n:]
		if s.r.legacy {
			s.delta(index, object{"function_call": function}, nil, object{}, nil)
		} else {
			s.delta(index, object{"tool_calls": []object{{"index": 0, "function": function}}}, nil, object{}, nil)
		}
	}
}

func (s *chatStream) token(index int, token string) {
	var probabilities any
	if s.q.Logprobs != nil && *s.q.Logprobs {
		probabilities = logprobs([]string{token}, s.q.TopLogprobs)
	}
	field := "content"
	if s.r.refused {
		field = "refusal"
	}
	s.delta(index, object{field: token}, nil, verdictsOf(""), probabilities)
}

func (s *chatStream) finish(index int) {
	verdicts := object{}
	if s.r.finish == "content_filter" {
		verdicts = verdictsOf(s.r.prompt)
	}
	s.delta(index, object{}, s.r.finish, verdicts, nil)
}

// verdict is the chunk of the asynchronous filter: it has no delta.
func (s *chatStream) verdict(index, written int) {
	s.data("", object{
		"id": "", "object": "", "created": 0, "model": "",
		"choices": []object{{
			"index": index, "finish_reason": nil, "content_filter_results": verdictsOf(""),
			"content_filter_offsets": object{"check_offset": written, "start_offset": written, "end_offset": written},
		}},
	})
}
