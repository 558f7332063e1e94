package responses

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate/chat"
)

var (
	errNotJSON  = errors.New("responses: the answer is not JSON")
	errNoOutput = errors.New("responses: the answer has no output")
)

// Whole makes a chat completion of a response.
func (a *answer) Whole(body []byte) ([]byte, error) {
	if !gjson.ValidBytes(body) {
		return nil, errNotJSON
	}
	resp := gjson.ParseBytes(body)
	if err := unanswered(resp); err != nil {
		return nil, err
	}
	output := resp.Get("output")
	if !output.IsArray() {
		return nil, errNoOutput
	}
	a.meta(resp)
	c := collected{a: a}
	output.ForEach(func(_, item gjson.Result) bool {
		if collect, ok := collectors[item.Get("type").Str]; ok {
			collect(&c, item)
		}
		return true
	})
	return c.completion(resp).Append(make([]byte, 0, 2*len(body))), nil
}

// collected is what the items of a response say, as chat has it.
type collected struct {
	a         *answer
	texts     [][]byte // JSON strings
	refusals  [][]byte
	reasoning [][]byte
	length    int // of the texts, in characters
	citations [][]byte
	items     [][]byte
	logprobs  []byte // without brackets
	calls     []chat.ToolCall
}

// collectors are the items of which something is in a chat completion. Others tell
// how the model came to its answer.
var collectors = map[string]func(c *collected, item gjson.Result){
	"message":          (*collected).message,
	"reasoning":        (*collected).thought,
	"function_call":    func(c *collected, item gjson.Result) { c.call(item, "arguments", false) },
	"custom_tool_call": func(c *collected, item gjson.Result) { c.call(item, "input", true) },
}

func (c *collected) message(item gjson.Result) {
	begun := false
	item.Get("content").ForEach(func(_, part gjson.Result) bool {
		if refusal := part.Get("refusal"); refusal.Type == gjson.String {
			c.refusals = append(c.refusals, []byte(refusal.Raw))
		}
		text := part.Get("text")
		if part.Get("type").Str != "output_text" || text.Type != gjson.String {
			return true
		}
		if !begun && c.texts != nil {
			c.texts = append(c.texts, blankLine)
			c.length += 2
		}
		begun = true
		part.Get("annotations").ForEach(func(_, annotation gjson.Result) bool {
			if citation, ok := appendCitation(nil, annotation, c.length); ok {
				c.citations = append(c.citations, citation)
			}
			return true
		})
		c.texts = append(c.texts, []byte(text.Raw))
		c.length += utf8.RuneCountInString(text.Str)
		if tokens := part.Get("logprobs"); c.a.logprobs && tokens.IsArray() {
			c.logprobs = appendElements(c.logprobs, appendLogprobs(nil, tokens))
		}
		return true
	})
}

// thought takes the summaries of an item of reasoning and, of models that show it,
// the reasoning.
func (c *collected) thought(item gjson.Result) {
	forThoughts(item, func(text gjson.Result) {
		if c.reasoning != nil {
			c.reasoning = append(c.reasoning, blankLine)
		}
		c.reasoning = append(c.reasoning, []byte(text.Raw))
	})
	if c.a.encrypted && item.Get("encrypted_content").Type == gjson.String {
		c.items = append(c.items, []byte(item.Raw))
	}
}

// forThoughts calls f with the texts of an item of reasoning.
func forThoughts(item gjson.Result, f func(text gjson.Result)) {
	for _, name := range []string{"summary", "content"} {
		item.Get(name).ForEach(func(_, part gjson.Result) bool {
			if text := part.Get("text"); text.Type == gjson.String {
				f(text)
			}
			return true
		})
	}
}

func (c *collected) call(item gjson.Result, argument string, custom bool) {
	id, name, text := callID(item), item.Get("name"), item.Get(argument)
	if name.Type != gjson.String || text.Type != gjson.String {
		return
	}
	c.calls = append(c.calls, chat.ToolCall{ID: id, Name: []byte(name.Raw), Arguments: []byte(text.Raw), Custom: custom})
}

// callID is the id by which a call is answered, as a JSON string.
func callID(item gjson.Result) []byte {
	for _, name := range []string{"call_id", "id"} {
		if id := item.Get(name); id.Type == gjson.String {
			return []byte(id.Raw)
		}
	}
	return []byte(`""`)
}

// completion makes the completion of what was collected.
func (c *collected) completion(resp gjson.Result) *chat.Completion {
	a := c.a
	out := &chat.Completion{
		ID: a.chunks.ID, Model: a.chunks.Model, Created: a.chunks.Created, ServiceTier: tierOf(resp),
		Text: joined(c.texts), Refusal: joined(c.refusals),
		Logprobs: bracketed(c.logprobs),
		Finish:   a.finish(resp, len(c.calls) > 0),
		Usage:    usageOf(resp),
	}
	if out.Text == nil && out.Refusal == nil && c.calls == nil {
		out.Text = []byte(`""`) // cut short while it thought: a text, as chat has it
	}
	for _, m := range []chat.Member{
		{Name: "reasoning_content", Value: joined(c.reasoning)},
		{Name: reasoningItems, Value: listed(c.items)},
		{Name: "annotations", Value: listed(c.citations)},
	} {
		if m.Value != nil {
			out.Members = append(out.Members, m)
		}
	}
	if !a.functions {
		out.ToolCalls = c.calls
	} else if len(c.calls) > 0 {
		out.Members = append(out.Members, chat.Member{Name: "function_call", Value: appendFunctionCall(nil, c.calls[0].Name, c.calls[0].Arguments)})
	}
	return out
}

// appendFunctionCall appends a call as chat had it before it had tools.
func appendFunctionCall(dst, name, arguments []byte) []byte {
	dst = append(dst, `{"name":`...)
	dst = append(dst, name...)
	dst = append(dst, `,"arguments":`...)
	dst = append(dst, arguments...)
	return append(dst, '}')
}

// joined is texts as one, nil for none.
func joined(texts [][]byte) []byte {
	if texts == nil {
		return nil
	}
	return chat.Join(nil, texts...)
}

// listed makes an array of values, nil of none.
func listed(values [][]byte) []byte {
	if values == nil {
		return nil
	}
	return bracketed(bytes.Join(values, []byte{','}))
}

// bracketed makes elements an array, nil for none.
func bracketed(elements []byte) []byte {
	if elements == nil {
		return nil
	}
	return append(append([]byte{'['}, elements...), ']')
}

// appendElements appends the elements of an array to elements.
func appendElements(dst, array []byte) []byte {
	elements := array[1 : len(array)-1]
	if len(elements) > 0 && len(dst) > 0 {
		dst = append(dst, ',')
	}
	if dst == nil {
		dst = []byte{}
	}
	return append(dst, elements...)
}

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }
