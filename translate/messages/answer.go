package messages

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate/chat"
)

// answer translates the answer to one request.
type answer struct {
	now       func() time.Time
	byTool    bool // the input of answerTool is the answer's text
	wantUsage bool

	chunks chat.Chunks
	usage  usage
	block  block
	// calls and thoughts count the tool calls and the blocks of thinking so far.
	calls, thoughts int
	// finished says that the reason was written; ended, that the stream was.
	finished, ended bool
}

// finishReasons are OpenAI's for Anthropic's (platform.claude.com, "Handling stop
// reasons").
var finishReasons = map[string]chat.FinishReason{
	"end_turn":                      chat.FinishStop,
	"stop_sequence":                 chat.FinishStop,
	"pause_turn":                    chat.FinishStop,
	"max_tokens":                    chat.FinishLength,
	"model_context_window_exceeded": chat.FinishLength,
	"tool_use":                      chat.FinishToolCalls,
	"refusal":                       chat.FinishContentFilter,
}

// finish is the reason for which the answer ended; calls are those that the client
// sees.
func finish(reason string, calls int) chat.FinishReason {
	r, ok := finishReasons[reason]
	if !ok || r == chat.FinishToolCalls && calls == 0 {
		return chat.FinishStop
	}
	return r
}

// errAnswer is of an answer that is none of Anthropic's.
var errAnswer = errors.New("messages: the answer is no message of Anthropic's")

// completionID is the id that the client sees.
func completionID(id string) string { return "chatcmpl-" + strings.TrimPrefix(id, "msg_") }

// Whole translates an answer that is no stream.
func (a *answer) Whole(body []byte) ([]byte, error) {
	if !gjson.ValidBytes(body) {
		return nil, fmt.Errorf("%w: no JSON", errAnswer)
	}
	v := gjson.ParseBytes(body)
	content := v.Get("content")
	if v.Get("type").Str != "message" || !content.IsArray() {
		return nil, errAnswer
	}
	c := chat.Completion{ID: completionID(v.Get("id").Str), Model: a.chunks.Model, Created: a.now().Unix()}
	if m := v.Get("model").Str; m != "" {
		c.Model = m
	}
	w := whole{byTool: a.byTool}
	content.ForEach(func(_, b gjson.Result) bool { w.take(b); return true })
	w.fill(&c)
	c.Finish = finish(v.Get("stop_reason").Str, len(c.ToolCalls))
	if why := v.Get("stop_details.explanation"); c.Finish == chat.FinishContentFilter && why.Str != "" {
		c.Refusal = []byte(why.Raw)
	}
	a.usage.update(v.Get("usage"))
	c.Usage = a.usage.chat()
	return c.Append(make([]byte, 0, len(body)+512)), nil
}

// whole gathers the blocks of a whole answer. Those of Anthropic's own tools are
// left out: chat completions have no place for them.
type whole struct {
	byTool         bool
	texts, thought [][]byte // JSON strings
	blocks         [][]byte // of thinking, as they came
	answer         []byte   // by answerTool
	calls          []chat.ToolCall
}

func (w *whole) take(b gjson.Result) {
	switch b.Get("type").Str {
	case "text":
		if t := b.Get("text"); t.Type == gjson.String {
			w.texts = append(w.texts, []byte(t.Raw))
		}
	case "thinking":
		if t := b.Get("thinking"); t.Type == gjson.String {
			w.thought = append(w.thought, []byte(t.Raw))
			w.blocks = append(w.blocks, thinkingBlock(nil, []byte(t.Raw), stringOf(b.Get("signature"))))
		}
	case "redacted_thinking":
		w.blocks = append(w.blocks, redactedBlock(nil, stringOf(b.Get("data"))))
	case "tool_use":
		input := chat.Quote(nil, inputOf(b))
		if w.byTool && b.Get("name").Str == answerTool {
			w.answer = input
			return
		}
		w.calls = append(w.calls, chat.ToolCall{ID: stringOf(b.Get("id")), Name: stringOf(b.Get("name")), Arguments: input})
	}
}

// fill puts what was gathered into the completion.
func (w *whole) fill(c *chat.Completion) {
	switch {
	case w.answer != nil:
		c.Text = w.answer
	case len(w.texts) > 0:
		c.Text = chat.Join(nil, w.texts...)
	}
	if text := chat.Join(nil, w.thought...); len(text) > len(`""`) {
		c.Members = append(c.Members, chat.Member{Name: "reasoning_content", Value: text})
	}
	if len(w.blocks) > 0 {
		value := []byte{'['}
		for i, b := range w.blocks {
			if i > 0 {
				value = append(value, ',')
			}
			value = append(value, b...)
		}
		c.Members = append(c.Members, chat.Member{Name: "thinking_blocks", Value: append(value, ']')})
	}
	c.ToolCalls = w.calls
}

// stringOf is a JSON string, the empty one where there is none.
func stringOf(v gjson.Result) []byte {
	if v.Type != gjson.String {
		return []byte(`""`)
	}
	return []byte(v.Raw)
}

// inputOf is the input of a call, without the blanks in it.
func inputOf(call gjson.Result) string {
	if input := call.Get("input"); input.IsObject() {
		return input.Get("@ugly").Raw
	}
	return "{}"
}

// thinkingBlock appends a block of LiteLLM's thinking_blocks; text and signature
// are JSON strings.
func thinkingBlock(dst, text, signature []byte) []byte {
	dst = append(append(dst, `{"type":"thinking","thinking":`...), text...)
	dst = append(append(dst, `,"signature":`...), signature...)
	return append(dst, '}')
}

// redactedBlock appends one of what only Anthropic can read.
func redactedBlock(dst, data []byte) []byte {
	return append(append(append(dst, `{"type":"redacted_thinking","data":`...), data...), '}')
}
