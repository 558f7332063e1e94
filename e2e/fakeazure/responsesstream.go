package fakeazure

import "maps"

// events are the typed events of a response, numbered in order. There is no
// [DONE].
func (t *turn) events() []event {
	s := &responsesStream{}
	if t.base["background"] == true {
		s.event("response.created", object{"response": t.in("queued", false)})
		s.event("response.queued", object{"response": t.in("queued", false)})
	} else {
		s.event("response.created", object{"response": t.in("in_progress", false)})
	}
	s.event("response.in_progress", object{"response": t.in("in_progress", false)})
	if t.status == "cancelled" {
		return s.events // it came no further
	}
	for i, item := range t.shown(t.encrypted) {
		s.index = i
		if t.reply.failed && item["type"] != "reasoning" {
			break // it came no further
		}
		switch item["type"] {
		case "reasoning":
			s.reasoning(item, t.reply)
		case "message":
			s.message(item, t.reply)
		case "function_call":
			s.functionCall(item, t.reply)
		default:
			s.item("response.output_item.added", item)
			s.item("response.output_item.done", item)
		}
	}
	whole := t.in("completed", t.encrypted)
	s.event("response."+whole["status"].(string), object{"response": whole})
	return s.events
}

// responsesStream collects the events of one response.
type responsesStream struct {
	events []event
	index  int // of the output item
}

func (s *responsesStream) event(name string, fields object) {
	fields["type"] = name
	fields["sequence_number"] = len(s.events)
	s.events = append(s.events, event{name, encode(fields)})
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

// reasoning has a part for the summary when there is one.
func (s *responsesStream) reasoning(item object, r *reply) {
	if r.summary == "" {
		s.item("response.output_item.added", item)
		s.item("response.output_item.done", item)
		return
	}
	at := func(fields object) object {
		fields["item_id"], fields["output_index"], fields["summary_index"] = item["id"], s.index, 0
		return fields
	}
	s.item("response.output_item.added", started(item, "summary", []any{}))
	s.event("response.reasoning_summary_part.added", at(object{"part": object{"type": "summary_text", "text": ""}}))
	for _, token := range tokenize(r.summary) {
		s.event("response.reasoning_summary_text.delta", at(object{"delta": token}))
	}
	s.event("response.reasoning_summary_text.done", at(object{"text": r.summary}))
	s.event("response.reasoning_summary_part.done", at(object{"part": object{"type": "summary_text", "text": r.summary}}))
	s.item("response.output_item.done", item)
}

func (s *responsesStream) message(item object, r *reply) {
	at := func(fields object) object {
		fields["item_id"], fields["output_index"], fields["content_index"] = item["id"], s.index, 0
		return fields
	}
	s.item("response.output_item.added", started(item, "content", []any{}))
	s.event("response.content_part.added", at(object{"part": r.part("")}))
	for _, token := range r.tokens {
		if r.refused {
			s.event("response.refusal.delta", at(object{"delta": token}))
		} else {
			s.event("response.output_text.delta", at(object{"delta": token, "logprobs": []any{}}))
		}
	}
	if r.refused {
		s.event("response.refusal.done", at(object{"refusal": r.text}))
	} else {
		s.event("response.output_text.done", at(object{"text": r.text, "logprobs": []any{}}))
	}
	s.event("response.content_part.done", at(object{"part": r.part(r.text)}))
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
