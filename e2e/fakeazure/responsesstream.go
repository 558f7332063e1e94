package fakeazure

import "maps"

// streamResponses writes the typed events of the Responses API, numbered in
// order. There is no [DONE].
func (c *call) streamResponses(q *responsesRequest, r *reply) {
	s := &responsesStream{answer: c.events(), call: c}
	s.event("response.created", object{"response": c.response(q, r, "in_progress")})
	s.event("response.in_progress", object{"response": c.response(q, r, "in_progress")})
	for i, item := range c.outputItems(r) {
		s.index = i
		switch item["type"] {
		case "message":
			s.message(item, r)
		case "function_call":
			s.functionCall(item, r)
		default:
			s.item("response.output_item.added", item)
			s.item("response.output_item.done", item)
		}
	}
	whole := c.response(q, r, "completed")
	s.event("response."+whole["status"].(string), object{"response": whole})
	s.end()
}

type responsesStream struct {
	*answer
	call     *call
	sequence int
	index    int // of the output item
}

func (s *responsesStream) event(name string, fields object) {
	fields["type"] = name
	fields["sequence_number"] = s.sequence
	s.sequence++
	s.data(name, fields)
}

func (s *responsesStream) item(name string, item object) {
	s.event(name, object{"output_index": s.index, "item": item})
}

// started is an item before it has content.
func started(item object, field string, empty any) object {
	first := maps.Clone(item)
	first["status"] = "in_progress"
	first[field] = empty
	return first
}

func (s *responsesStream) message(item object, r *reply) {
	at := func(fields object) object {
		fields["item_id"], fields["output_index"], fields["content_index"] = item["id"], s.index, 0
		return fields
	}
	s.item("response.output_item.added", started(item, "content", []any{}))
	s.event("response.content_part.added", at(object{"part": outputText("")}))
	for _, token := range r.tokens {
		s.event("response.output_text.delta", at(object{"delta": token, "logprobs": []any{}}))
	}
	s.event("response.output_text.done", at(object{"text": r.text, "logprobs": []any{}}))
	s.event("response.content_part.done", at(object{"part": outputText(r.text)}))
	s.item("response.output_item.done", item)
}

func (s *responsesStream) functionCall(item object, r *reply) {
	at := func(fields object) object {
		fields["item_id"], fields["output_index"] = item["id"], s.index
		return fields
	}
	s.item("response.output_item.added", started(item, "arguments", ""))
	for rest := r.arguments; rest != ""; {
		n := min(8, len(rest))
		s.event("response.function_call_arguments.delta", at(object{"delta": rest[:n]}))
		rest = rest[n:]
	}
	s.event("response.function_call_arguments.done", at(object{"arguments": r.arguments, "name": r.tool.Name}))
	s.item("response.output_item.done", item)
}
