package responses

import "github.com/tidwall/gjson"

// onItemAdded begins the call of a tool. Of any other item there is nothing to say
// yet.
func (a *answer) onItemAdded(dst []byte, e gjson.Result) ([]byte, error) {
	return a.beginCall(dst, a.item(e.Get("output_index").Int()), e.Get("item")), nil
}

// beginCall begins the call that an item is, unless it is none or has begun.
func (a *answer) beginCall(dst []byte, it *item, v gjson.Result) []byte {
	kind, name := v.Get("type").Str, v.Get("name")
	if kind != "function_call" && kind != "custom_tool_call" || it.call >= 0 || name.Type != gjson.String {
		return dst
	}
	it.call, it.custom = a.stream.calls, kind == "custom_tool_call"
	a.stream.calls++
	switch {
	case a.functions && it.call == 0:
		return a.chunks.Member(dst, "function_call", appendFunctionCall(nil, []byte(name.Raw), []byte(`""`)))
	case a.functions:
		return dst // such a client knows one call
	case it.custom:
		return a.chunks.CustomToolCall(dst, it.call, callID(v), []byte(name.Raw))
	}
	return a.chunks.ToolCall(dst, it.call, callID(v), []byte(name.Raw))
}

// onArguments sends a piece of what a call is made with, or all of it where no piece
// came before: member is the one that has it.
func onArguments(member string) handler {
	return func(a *answer, dst []byte, e gjson.Result) ([]byte, error) {
		return a.arguments(dst, a.item(e.Get("output_index").Int()), e.Get(member), member != "delta"), nil
	}
}

// arguments sends what a call is made with. What is all of it is sent only if
// nothing has been.
func (a *answer) arguments(dst []byte, it *item, text gjson.Result, all bool) []byte {
	if it.call < 0 || text.Type != gjson.String || all && (it.said || text.Raw == `""`) {
		return dst
	}
	it.said = true
	switch {
	case a.functions && it.call == 0:
		return a.chunks.Member(dst, "function_call", append(append([]byte(`{"arguments":`), text.Raw...), '}'))
	case a.functions:
		return dst
	case it.custom:
		return a.chunks.Input(dst, it.call, []byte(text.Raw))
	}
	return a.chunks.Arguments(dst, it.call, []byte(text.Raw))
}

// onItemDone sends what of an item has not come piece by piece.
func (a *answer) onItemDone(dst []byte, e gjson.Result) ([]byte, error) {
	return a.done(dst, e.Get("output_index").Int(), e.Get("item")), nil
}

func (a *answer) done(dst []byte, index int64, v gjson.Result) []byte {
	it := a.item(index)
	switch v.Get("type").Str {
	case "function_call":
		dst = a.beginCall(dst, it, v)
		return a.arguments(dst, it, v.Get("arguments"), true)
	case "custom_tool_call":
		dst = a.beginCall(dst, it, v)
		return a.arguments(dst, it, v.Get("input"), true)
	case "message":
		if !it.said {
			dst = a.message(dst, index, v)
		}
	case "reasoning":
		if !it.said {
			at := part{kind: "done", item: index}
			forThoughts(v, func(text gjson.Result) {
				dst = a.think(dst, at, text)
				at.at++
			})
		}
		if a.encrypted && v.Get("encrypted_content").Type == gjson.String {
			it.said = true
			dst = a.listed(dst, reasoningItems, &a.stream.reasoning, appendLine(nil, v.Raw))
		}
	}
	return dst
}

// message sends a message that has come in one piece, as if it had come in several.
func (a *answer) message(dst []byte, index int64, v gjson.Result) []byte {
	a.item(index).said = true
	start := a.stream.length
	if a.stream.text.kind != "" {
		start += 2 // begin's blank line
	}
	c := collected{a: a, length: start}
	c.message(v)
	if text := joined(c.texts); text != nil {
		dst = a.begin(dst, part{kind: "text", item: index})
		a.stream.length = c.length
		dst = a.chunks.TextLogprobs(dst, text, bracketed(c.logprobs))
	}
	if refusal := joined(c.refusals); refusal != nil {
		dst = a.chunks.Refusal(dst, refusal)
	}
	for _, citation := range c.citations {
		dst = a.listed(dst, "annotations", &a.stream.citations, citation)
	}
	return dst
}
