package responses

import (
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/chat"
)

// stream is how far a stream has come.
type stream struct {
	items  []item
	calls  int  // calls that have begun
	length int  // of the text, in characters
	text   part // whose text came last
	start  int  // where it begins in the text, in characters
	mind   part // whose reasoning came last
	// How many of these have been sent.
	citations, reasoning int

	failed *azure.Error // a response has failed and has not said why
	ended  bool
}

// item is an item of the output that has said something.
type item struct {
	index int64 // output_index
	call  int   // number of the call that it is, -1 of what is none
	said  bool  // something of it has been sent

	custom bool // the call is of a custom tool
}

// part is one text of an item. The zero part is none.
type part struct {
	kind     string
	item, at int64
}

var errEvent = errors.New("responses: an event is not JSON")

// handler appends what a client gets for an event.
type handler func(a *answer, dst []byte, e gjson.Result) ([]byte, error)

// events are the events of which a client of chat gets something (openai-python:
// ResponseStreamEvent). Others tell how the model comes to its answer, or again what
// came piece by piece.
var events = map[string]handler{
	"response.created":                       (*answer).onCreated,
	"response.output_item.added":             (*answer).onItemAdded,
	"response.output_text.delta":             (*answer).onText,
	"response.output_text.annotation.added":  (*answer).onAnnotation,
	"response.refusal.delta":                 (*answer).onRefusal,
	"response.reasoning_summary_text.delta":  onThought("summary_index"),
	"response.reasoning_text.delta":          onThought("content_index"),
	"response.function_call_arguments.delta": onArguments("delta"),
	"response.function_call_arguments.done":  onArguments("arguments"),
	"response.custom_tool_call_input.delta":  onArguments("delta"),
	"response.custom_tool_call_input.done":   onArguments("input"),
	"response.output_item.done":              (*answer).onItemDone,
	"response.completed":                     (*answer).onEnd,
	"response.incomplete":                    (*answer).onEnd,
	"response.failed":                        (*answer).onFailed,
	"error":                                  (*answer).onError,
}

// Event appends the chunks of one event.
func (a *answer) Event(dst []byte, e translate.Event) ([]byte, error) {
	if a.stream.ended || string(e.Data) == "[DONE]" {
		return dst, nil
	}
	if !gjson.ValidBytes(e.Data) {
		return dst, errEvent
	}
	event := gjson.ParseBytes(e.Data)
	kind := event.Get("type").Str
	if kind == "" {
		kind = e.Name
	}
	if kind == "" && event.Get("error").IsObject() { // of what stands before the model
		kind = "error"
	}
	if on, ok := events[kind]; ok {
		return on(a, dst, event)
	}
	return dst, nil
}

// End appends nothing to a stream that has its end; any other has broken off,
// however the connection ended.
func (a *answer) End(dst []byte, _ bool) []byte {
	switch {
	case a.stream.ended:
		return dst
	case a.stream.failed != nil:
		return translate.Failure(dst, a.stream.failed)
	}
	return translate.Failure(dst, translate.BrokenOff())
}

// onCreated sends the first chunk, which has the role, before the model has thought.
func (a *answer) onCreated(dst []byte, e gjson.Result) ([]byte, error) {
	a.meta(e.Get("response"))
	return a.chunks.Begin(dst), nil
}

// onText sends a piece of the text. Another message begins on a line of its own.
func (a *answer) onText(dst []byte, e gjson.Result) ([]byte, error) {
	delta := e.Get("delta")
	if delta.Type != gjson.String {
		return dst, nil
	}
	at := part{"text", e.Get("output_index").Int(), e.Get("content_index").Int()}
	a.item(at.item).said = true
	dst = a.begin(dst, at)
	a.stream.length += utf8.RuneCountInString(delta.Str)
	if a.logprobs {
		if tokens := e.Get("logprobs"); tokens.IsArray() {
			return a.chunks.TextLogprobs(dst, []byte(delta.Raw), appendLogprobs(nil, tokens)), nil
		}
	}
	return a.chunks.Text(dst, []byte(delta.Raw)), nil
}

// begin begins a part of the text, if it is another than that which came last.
func (a *answer) begin(dst []byte, at part) []byte {
	s := &a.stream
	if s.text == at {
		return dst
	}
	if s.text.kind != "" && s.text.item != at.item {
		dst = a.chunks.Text(dst, blankLine)
		s.length += 2
	}
	s.text, s.start = at, s.length
	return dst
}

func (a *answer) onAnnotation(dst []byte, e gjson.Result) ([]byte, error) {
	if citation, ok := appendCitation(nil, e.Get("annotation"), a.stream.start); ok {
		return a.listed(dst, "annotations", &a.stream.citations, citation), nil
	}
	return dst, nil
}

// listed sends an element of a list that comes element by element. Each has its
// index, as tool_calls have: the SDK puts no list together without.
func (a *answer) listed(dst []byte, name string, index *int, element []byte) []byte {
	list := appendInt([]byte(`[{"index":`), int64(*index))
	*index++
	list = append(append(list, ','), element[1:]...) // an element is an object that has members
	return a.chunks.Member(dst, name, append(list, ']'))
}

func (a *answer) onRefusal(dst []byte, e gjson.Result) ([]byte, error) {
	delta := e.Get("delta")
	if delta.Type != gjson.String {
		return dst, nil
	}
	a.item(e.Get("output_index").Int()).said = true
	return a.chunks.Refusal(dst, []byte(delta.Raw)), nil
}

// onThought sends a piece of reasoning or of its summary, whose parts are told apart
// by the member of the given name.
func onThought(index string) handler {
	return func(a *answer, dst []byte, e gjson.Result) ([]byte, error) {
		delta := e.Get("delta")
		if delta.Type != gjson.String {
			return dst, nil
		}
		at := part{index, e.Get("output_index").Int(), e.Get(index).Int()}
		a.item(at.item).said = true
		return a.think(dst, at, delta), nil
	}
}

func (a *answer) think(dst []byte, at part, text gjson.Result) []byte {
	if a.stream.mind.kind != "" && a.stream.mind != at {
		dst = a.chunks.Reasoning(dst, blankLine)
	}
	a.stream.mind = at
	return a.chunks.Reasoning(dst, []byte(text.Raw))
}

// onFailed sends the model's error. Azure may say what it is only in an event that
// follows, so that one without a reason waits for it.
func (a *answer) onFailed(dst []byte, e gjson.Result) ([]byte, error) {
	reason := e.Get("response.error")
	err := failure(reason)
	if !reason.IsObject() {
		a.stream.failed = err
		return dst, nil
	}
	a.stream.ended = true
	return dst, err
}

// onError sends the error of an event: its members are the event's own, as OpenAI
// documents it, or of an object, as Azure and OpenAI send it.
func (a *answer) onError(dst []byte, e gjson.Result) ([]byte, error) {
	a.stream.ended = true
	if inner := e.Get("error"); inner.IsObject() {
		return dst, failure(inner)
	}
	return dst, failure(e)
}

// onEnd sends why the answer ended and what it cost. A stream that has told nothing
// of the output before has all of it here.
func (a *answer) onEnd(dst []byte, e gjson.Result) ([]byte, error) {
	resp := e.Get("response")
	a.meta(resp)
	a.chunks.ServiceTier = tierOf(resp)
	if !slices.ContainsFunc(a.stream.items, func(it item) bool { return it.said || it.call >= 0 }) {
		index := int64(0)
		resp.Get("output").ForEach(func(_, it gjson.Result) bool {
			dst = a.done(dst, index, it)
			index++
			return true
		})
	}
	a.stream.ended = true
	dst = a.chunks.Finish(dst, a.finish(resp, a.stream.calls > 0))
	if a.usage {
		dst = a.chunks.Usage(dst, usageOf(resp))
	}
	return chat.Done(dst), nil
}

// item is the item of an index, which is begun if it is new. It is valid until the
// next call.
func (a *answer) item(index int64) *item {
	items := a.stream.items
	for i := len(items) - 1; i >= 0; i-- { // the last is the likely one
		if items[i].index == index {
			return &items[i]
		}
	}
	a.stream.items = append(items, item{index: index, call: -1})
	return &a.stream.items[len(a.stream.items)-1]
}
