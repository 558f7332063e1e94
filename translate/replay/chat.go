package replay

import (
	"errors"
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/chat"
)

var (
	errNoJSON       = errors.New("replay: the answer is not a JSON object")
	errNoCompletion = errors.New("replay: the answer has no choices")
)

// everyChunk are the members of a completion that each of its chunks has too, with
// the value for one that is not there; "" is none (OpenAI API reference, "The chat
// completion chunk object").
var everyChunk = [...]struct{ name, without string }{
	{"id", `""`},
	{"object", `"chat.completion.chunk"`},
	{"created", "0"},
	{"model", `""`},
	{"service_tier", ""},
	{"system_fingerprint", ""},
}

// thoughts are members of a message that hold what the model thought before it
// spoke, under the names that the makers of models have given them. They come
// before the text.
var thoughts = []string{"reasoning_content", "reasoning", "reasoning_details", "thinking_blocks"}

// Chat appends the stream of a whole chat completion: for each choice a chunk with
// the role, one for each thing that the message has, and one that says why it
// ended, which has the choice's other members (content_filter_results). Members of
// the completion that chunks do not have, such as prompt_filter_results, come first
// in a chunk without choices, as at Azure; here it has an id. usage is whether the
// client has asked for the usage: a last chunk then has it, and all others null.
// Values are copied as they stand.
//
// The error says that it is no completion.
func Chat(dst, completion []byte, usage bool) ([]byte, error) {
	if !gjson.ValidBytes(completion) {
		return dst, errNoJSON
	}
	whole := gjson.ParseBytes(translate.OneLine(completion))
	list := whole.Get("choices")
	if !whole.IsObject() || !list.IsArray() {
		return dst, errNoCompletion
	}
	s := chunks{usage: usage}
	var used gjson.Result
	var first []byte // members for the chunk without choices
	var shared [len(everyChunk)]string
	members(whole, func(key, value gjson.Result) {
		switch name := key.Str; {
		case name == "usage":
			used = value
		case name == "object", name == "choices", value.Type == gjson.Null:
		default:
			for i, m := range everyChunk {
				if m.name == name {
					shared[i] = value.Raw
					return
				}
			}
			first = member(first, key, value)
		}
	})
	s.start(&shared)
	if first != nil {
		dst = append(append(dst, s.head...), first...)
		dst = s.end(append(dst, `,"choices":[]`...))
	}
	for at, c := range inOrder(list) {
		dst = s.choice(dst, at, c)
	}
	if usage && used.IsObject() {
		dst = append(append(dst, s.head...), `,"choices":[],"usage":`...)
		dst = append(dst, used.Raw...)
		dst = append(dst, "}\n\n"...)
	}
	return chat.Done(dst), nil
}

// inOrder are the choices in the order of their indexes: with n above 1 they come
// in any.
func inOrder(list gjson.Result) []gjson.Result {
	choices := slices.DeleteFunc(list.Array(), func(c gjson.Result) bool { return !c.IsObject() })
	slices.SortStableFunc(choices, func(a, b gjson.Result) int {
		return int(a.Get("index").Int() - b.Get("index").Int())
	})
	return choices
}

// chunks writes the chunks of one stream.
type chunks struct {
	head  []byte // of each chunk, up to the first member that differs
	usage bool
}

// start makes the head of the chunks from the values that they share.
func (s *chunks) start(shared *[len(everyChunk)]string) {
	s.head = append(s.head, "data: "...)
	between := byte('{')
	for i, m := range everyChunk {
		value := shared[i]
		if value == "" {
			value = m.without
		}
		if value == "" {
			continue
		}
		s.head = append(s.head, between, '"')
		s.head = append(s.head, m.name...)
		s.head = append(s.head, `":`...)
		s.head = append(s.head, value...)
		between = ','
	}
}

// end ends a chunk behind its choices.
func (s *chunks) end(dst []byte) []byte {
	if s.usage {
		dst = append(dst, `,"usage":null`...)
	}
	return append(dst, "}\n\n"...)
}

// begin appends a chunk up to the inside of its delta.
func (s *chunks) begin(dst []byte, index string) []byte {
	dst = append(dst, s.head...)
	dst = append(dst, `,"choices":[{"index":`...)
	dst = append(dst, index...)
	return append(dst, `,"delta":{`...)
}

// delta appends a chunk whose delta has one member. The token probabilities, JSON,
// come with the words that they belong to.
func (s *chunks) delta(dst []byte, index, name, value, logprobs string) []byte {
	dst = append(s.begin(dst, index), '"')
	dst = append(dst, name...)
	dst = append(dst, `":`...)
	dst = append(dst, value...)
	dst = append(dst, `},"logprobs":`...)
	dst = append(dst, logprobs...)
	return s.end(append(dst, `,"finish_reason":null}]`...))
}

// choice appends the chunks of one choice; at is its place, for one that has no
// index.
func (s *chunks) choice(dst []byte, at int, c gjson.Result) []byte {
	index, reason, logprobs := strconv.Itoa(at), `"stop"`, "null"
	var message gjson.Result
	var last []byte // members for the chunk that ends it
	members(c, func(key, value gjson.Result) {
		switch key.Str {
		case "index":
			index = value.Raw
		case "message":
			message = value
		case "logprobs":
			logprobs = value.Raw
		case "finish_reason":
			if value.Type != gjson.Null {
				reason = value.Raw
			}
		default:
			last = member(last, key, value)
		}
	})
	dst, logprobs = s.message(dst, index, message, logprobs)
	dst = append(s.begin(dst, index), `},"logprobs":`...)
	dst = append(dst, logprobs...)
	dst = append(dst, `,"finish_reason":`...)
	dst = append(dst, reason...)
	dst = append(dst, last...)
	return s.end(append(dst, `}]`...))
}

// message appends the chunks of a message. It gives the token probabilities back
// that no chunk had.
func (s *chunks) message(dst []byte, index string, message gjson.Result, logprobs string) ([]byte, string) {
	role, before, content, refusal := `"assistant"`, "null", gjson.Result{}, gjson.Result{}
	var calls gjson.Result
	var early, late [][2]string
	members(message, func(key, value gjson.Result) {
		switch name := key.Str; {
		case name == "role" && value.Type == gjson.String:
			role = value.Raw
		case name == "content":
			if content = value; value.Type == gjson.String {
				before = `""`
			}
		case name == "refusal":
			refusal = value
		case name == "tool_calls":
			calls = value
		case name == "role", value.Type == gjson.Null, value.Raw == "[]": // nothing to be said
		case slices.Contains(thoughts, name):
			early = append(early, [2]string{inner(key.Raw), value.Raw})
		default:
			late = append(late, [2]string{inner(key.Raw), value.Raw})
		}
	})
	dst = append(s.begin(dst, index), `"role":`...)
	dst = append(dst, role...)
	dst = append(dst, `,"content":`...)
	dst = append(dst, before...)
	dst = append(dst, `,"refusal":null},"logprobs":null,"finish_reason":null}]`...)
	dst = s.end(dst)
	for _, m := range early {
		dst = s.delta(dst, index, m[0], m[1], "null")
	}
	if said(content) {
		dst = s.delta(dst, index, "content", content.Raw, logprobs)
		logprobs = "null"
	}
	if said(refusal) {
		dst = s.delta(dst, index, "refusal", refusal.Raw, logprobs)
		logprobs = "null"
	}
	for _, m := range late {
		dst = s.delta(dst, index, m[0], m[1], "null")
	}
	objects(calls, func(at int, call gjson.Result) {
		dst = s.delta(dst, index, "tool_calls", toolCall(at, call), "null")
	})
	return dst, logprobs
}

// toolCall is the list of one call, whole: with its place among the calls, and
// whatever else it has, so that those of every type come through.
func toolCall(at int, call gjson.Result) string {
	b := append(make([]byte, 0, len(call.Raw)+24), `[{"index":`...)
	b = strconv.AppendInt(b, int64(at), 10)
	members(call, func(key, value gjson.Result) {
		if key.Str != "index" {
			b = member(b, key, value)
		}
	})
	return string(append(b, "}]"...))
}
