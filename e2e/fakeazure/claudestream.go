package fakeazure

import "maps"

// streamClaude writes the answer as the Messages API streams it.
// Source: platform.claude.com/docs/en/build-with-claude/streaming.
func (c *call) streamClaude(r *claudeAnswer) {
	s := &claudeStream{answer: c.events(), r: r}
	first := r.message()
	first["content"], first["stop_reason"], first["stop_sequence"], first["stop_details"] = []object{}, nil, nil, nil
	usage := maps.Clone(first["usage"].(object))
	usage["output_tokens"] = min(1, r.output())
	delete(usage, "output_tokens_details")
	first["usage"] = usage
	s.send("message_start", object{"message": first})
	for _, block := range r.content() {
		switch block["type"] {
		case "thinking":
			s.thinking(block)
		case "text":
			s.text()
		case "tool_use":
			s.toolUse(block)
		default:
			s.start(block)
			s.stop()
		}
	}
	last := r.usage(r.output())
	last["output_tokens_details"] = object{"thinking_tokens": r.reasoning}
	s.send("message_delta", object{
		"delta": object{"stop_reason": r.reason, "stop_sequence": r.stop, "stop_details": r.details}, "usage": last,
	})
	s.send("message_stop", object{})
	s.end()
}

type claudeStream struct {
	*answer
	r     *claudeAnswer
	index int // of the content block
	used  int // tool_use blocks so far
}

func (s *claudeStream) send(name string, fields object) {
	fields["type"] = name
	s.data(name, fields)
}

// start opens a block; behind the first one there is a ping.
func (s *claudeStream) start(block object) {
	s.send("content_block_start", object{"index": s.index, "content_block": block})
	if s.index == 0 {
		s.send("ping", object{})
	}
}

func (s *claudeStream) delta(kind, field, piece string) {
	s.send("content_block_delta", object{"index": s.index, "delta": object{"type": kind, field: piece}})
}

func (s *claudeStream) stop() {
	s.send("content_block_stop", object{"index": s.index})
	s.index++
}

// thinking has no text when it is not shown, but always its signature.
func (s *claudeStream) thinking(block object) {
	s.start(object{"type": "thinking", "thinking": "", "signature": ""})
	if s.r.shown {
		for _, token := range s.r.thinking {
			s.delta("thinking_delta", "thinking", token)
		}
	}
	s.delta("signature_delta", "signature", block["signature"].(string))
	s.stop()
}

func (s *claudeStream) text() {
	s.start(object{"type": "text", "text": ""})
	for _, token := range s.r.tokens {
		s.delta("text_delta", "text", token)
	}
	s.stop()
}

func (s *claudeStream) toolUse(block object) {
	opened := maps.Clone(block)
	opened["input"] = object{}
	s.start(opened)
	s.delta("input_json_delta", "partial_json", "")
	for rest := s.r.arguments[s.used]; rest != ""; {
		n := min(8, len(rest))
		s.delta("input_json_delta", "partial_json", rest[:n])
		rest = rest[n:]
	}
	s.used++
	s.stop()
}
