package messages

import (
	"fmt"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/chat"
)

// kind is what a block of the answer is.
type kind uint8

const (
	kindOther kind = iota // nothing that the client gets
	kindText
	kindThinking
	kindRedacted
	kindCall
	kindAnswer // answerTool's call
)

// block is the block that is under way: they come one after the other.
type block struct {
	kind kind
	call int // its index among the calls
	// some says that a piece of a call's input has come; input is what the block began
	// with, for a call of which none comes.
	some  bool
	input string
	// thinking and signature are the pieces of two JSON strings, without quotes; the
	// block has them as a whole at its end.
	thinking, signature []byte
	redacted            []byte
}

// thoughtBlock appends a chunk with a block of what was thought. It has an index,
// which Anthropic's have not: OpenAI's SDKs put the elements of a list together by it
// and fail without.
func (a *answer) thoughtBlock(dst, block []byte) []byte {
	value := strconv.AppendInt([]byte(`[{"index":`), int64(a.thoughts), 10)
	a.thoughts++
	value = append(append(value, ','), block[1:]...)
	return a.chunks.Member(dst, "thinking_blocks", append(value, ']'))
}

// event is one of Anthropic's, taken apart.
type event struct {
	kind, message, block, delta, usage, err gjson.Result
}

func readEvent(data []byte) (e event, err error) {
	if !gjson.ValidBytes(data) {
		return e, fmt.Errorf("%w: an event is no JSON", errAnswer)
	}
	gjson.ParseBytes(data).ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "type":
			e.kind = v
		case "message":
			e.message = v
		case "content_block":
			e.block = v
		case "delta":
			e.delta = v
		case "usage":
			e.usage = v
		case "error":
			e.err = v
		}
		return true
	})
	return e, nil
}

// Event translates one event of a stream (platform.claude.com, "Streaming
// messages"). Those that are not known are left out, as that page asks for.
func (a *answer) Event(dst []byte, e translate.Event) ([]byte, error) {
	if a.ended {
		return dst, nil
	}
	v, err := readEvent(e.Data)
	if err != nil {
		return dst, err
	}
	kind := v.kind.Str
	if kind == "" && v.err.IsObject() { // of what stands before the model
		kind = "error"
	}
	switch kind {
	case "message_start":
		return a.start(dst, v.message), nil
	case "content_block_start":
		return a.startBlock(dst, v.block), nil
	case "content_block_delta":
		return a.delta(dst, v.delta), nil
	case "content_block_stop":
		return a.stopBlock(dst), nil
	case "message_delta":
		a.usage.update(v.usage)
		return a.finish(dst, v.delta), nil
	case "message_stop":
		return a.stop(dst), nil
	case "error":
		a.ended = true
		return translate.Failure(dst, inStream(v.err)), nil
	}
	return dst, nil
}

func (a *answer) start(dst []byte, m gjson.Result) []byte {
	a.chunks.ID, a.chunks.Created = completionID(m.Get("id").Str), a.now().Unix()
	if name := m.Get("model").Str; name != "" {
		a.chunks.Model = name
	}
	a.usage.update(m.Get("usage"))
	return a.chunks.Begin(dst)
}

func (a *answer) startBlock(dst []byte, v gjson.Result) []byte {
	a.block = block{thinking: a.block.thinking[:0], signature: a.block.signature[:0]}
	switch v.Get("type").Str {
	case "text":
		a.block.kind = kindText
		if t := v.Get("text"); t.Str != "" {
			return a.chunks.Text(dst, []byte(t.Raw))
		}
	case "thinking":
		a.block.kind = kindThinking
		if t := v.Get("thinking"); t.Str != "" {
			return a.think(dst, t)
		}
	case "redacted_thinking":
		a.block.kind, a.block.redacted = kindRedacted, stringOf(v.Get("data"))
	case "tool_use":
		name := v.Get("name")
		a.block.input = inputOf(v)
		if a.byTool && name.Str == answerTool {
			a.block.kind = kindAnswer
			return dst
		}
		a.block.kind, a.block.call = kindCall, a.calls
		a.calls++
		return a.chunks.ToolCall(dst, a.block.call, stringOf(v.Get("id")), stringOf(name))
	}
	return dst
}

func (a *answer) delta(dst []byte, v gjson.Result) []byte {
	var kind, value gjson.Result
	v.ForEach(func(k, m gjson.Result) bool {
		switch k.Str {
		case "type":
			kind = m
		case "text", "thinking", "signature", "partial_json":
			value = m
		}
		return true
	})
	if value.Type != gjson.String || value.Raw == `""` {
		return dst
	}
	switch kind.Str {
	case "text_delta":
		return a.chunks.Text(dst, []byte(value.Raw))
	case "thinking_delta":
		return a.think(dst, value)
	case "signature_delta":
		a.block.signature = append(a.block.signature, value.Raw[1:len(value.Raw)-1]...)
	case "input_json_delta":
		return a.input(dst, []byte(value.Raw))
	}
	return dst
}

// think appends a piece of what the model thought, and keeps it for the block's end.
func (a *answer) think(dst []byte, v gjson.Result) []byte {
	a.block.thinking = append(a.block.thinking, v.Raw[1:len(v.Raw)-1]...)
	return a.chunks.Reasoning(dst, []byte(v.Raw))
}

// input appends a piece of a call's arguments, or of the answer that comes by a call.
func (a *answer) input(dst, raw []byte) []byte {
	switch a.block.kind {
	case kindCall:
		a.block.some = true
		return a.chunks.Arguments(dst, a.block.call, raw)
	case kindAnswer:
		a.block.some = true
		return a.chunks.Text(dst, raw)
	case kindOther, kindText, kindThinking, kindRedacted:
	}
	return dst
}

func (a *answer) stopBlock(dst []byte) []byte {
	b := &a.block
	switch b.kind {
	case kindCall, kindAnswer:
		if !b.some {
			dst = a.input(dst, chat.Quote(nil, b.input))
		}
	case kindThinking:
		if len(b.thinking)+len(b.signature) > 0 {
			dst = a.thoughtBlock(dst, thinkingBlock(nil, quoted(b.thinking), quoted(b.signature)))
		}
	case kindRedacted:
		dst = a.thoughtBlock(dst, redactedBlock(nil, b.redacted))
	case kindOther, kindText:
	}
	return dst
}

// quoted makes the inside of a JSON string one.
func quoted(inside []byte) []byte {
	return append(append([]byte{'"'}, inside...), '"')
}

// finish appends why the answer ended, and before it what the model says of a
// refusal.
func (a *answer) finish(dst []byte, delta gjson.Result) []byte {
	reason := delta.Get("stop_reason").Str
	if reason == "" || a.finished {
		return dst
	}
	a.finished = true
	why := finish(reason, a.calls)
	if text := delta.Get("stop_details.explanation"); why == chat.FinishContentFilter && text.Str != "" {
		dst = a.chunks.Refusal(dst, []byte(text.Raw))
	}
	return a.chunks.Finish(dst, why)
}

func (a *answer) stop(dst []byte) []byte {
	a.ended = true
	if !a.finished {
		dst = a.chunks.Finish(dst, finish("", a.calls))
	}
	if a.wantUsage {
		dst = a.chunks.Usage(dst, a.usage.chat())
	}
	return chat.Done(dst)
}

// End ends the client's stream: it has its end already, or it broke off.
func (a *answer) End(dst []byte, _ bool) []byte {
	if a.ended {
		return dst
	}
	a.ended = true
	return translate.Failure(dst, translate.BrokenOff())
}
