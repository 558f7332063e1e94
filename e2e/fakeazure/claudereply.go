package fakeazure

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
)

// Words in a prompt that Claude acts on, beside [FilterPrompt], [RefuseAnswer]
// and [FilterAnswer], which it refuses with stop_reason refusal: the first two
// before the answer, the last in the midst of it.
const (
	SayFirst  = "[[say-first]]" // a text before the use of tools
	RedactAll = "[[redact]]"    // the thinking is redacted
)

// claudeRedacted is the data of redacted thinking.
const claudeRedacted = "EmwKAhgBEgyredactedByTheFake=="

// claudeAnswer is what Claude answers, before it is sent whole or in a stream.
type claudeAnswer struct {
	id, model string
	thinking  []string // tokens of a thinking block; nil is none
	shown     bool     // its text is sent, not only its signature
	redacted  bool
	tokens    []string // of a text block; nil is none
	uses      []object // tool_use blocks
	arguments []string // of the uses, JSON
	reason    string   // stop_reason
	stop      any      // the stop sequence
	details   any      // of a refusal
	use       claudeUse
	reasoning int // tokens
}

// claudeSignature proves that the fake has thought a text.
func claudeSignature(thinking string) string {
	sum := sha256.Sum256([]byte("thinking\x00" + thinking))
	return "EqoB" + base64.StdEncoding.EncodeToString(sum[:])
}

// claudeReply makes the answer from the request alone: the same as a chat model
// gives, except that it uses two tools at once where it may.
func (c *call) claudeReply(q *claudeRequest) *claudeAnswer {
	a := &claudeAnswer{id: c.id("msg_01"), model: c.deployed.replyModel(), reason: "end_turn", use: c.claudeInput(q)}
	prompt, last := q.prompt(), q.lastUser()
	a.think(q, last)
	if strings.Contains(prompt, FilterPrompt) || strings.Contains(prompt, RefuseAnswer) {
		a.thinking, a.reasoning = nil, 0
		a.refuse()
		return a
	}
	for i, tool := range q.pick(last) {
		name, _ := tool["name"].(string)
		input := instance(encode(tool["input_schema"]))
		a.arguments = append(a.arguments, input)
		a.uses = append(a.uses, object{
			"type": "tool_use", "id": c.id("toolu_01") + strconv.Itoa(i), "name": name, "input": json.RawMessage(input), "caller": object{"type": "direct"},
		})
	}
	text := echoClaude(last)
	switch {
	case len(a.uses) > 0 && !strings.Contains(prompt, SayFirst):
		a.reason = "tool_use"
		return a
	case len(a.uses) > 0:
		a.reason, a.tokens = "tool_use", tokenize(text)
		return a
	case q.format != nil:
		text = instance(encode(q.format))
	}
	a.say(q, text, c.options.Chunks)
	if strings.Contains(prompt, FilterAnswer) {
		a.tokens = a.tokens[:len(a.tokens)/2]
		a.refuse()
	}
	return a
}

// lastUser are the blocks of the turn that is answered.
func (q *claudeRequest) lastUser() []claudeBlock {
	for i := len(q.turns) - 1; i >= 0; i-- {
		if q.turns[i].role == "user" {
			return q.turns[i].blocks
		}
	}
	return nil
}

// results are the tool results that a turn ends with; nil when it goes on with
// something else.
func results(blocks []claudeBlock) []claudeBlock {
	if n := len(blocks); n > 0 && blocks[n-1].kind() == "tool_result" {
		return blocks
	}
	return nil
}

// echoClaude says what the model was told last.
func echoClaude(blocks []claudeBlock) string {
	if found := results(blocks); found != nil {
		return "The tool said: " + said(found)
	}
	for len(blocks) > 0 && blocks[0].kind() == "tool_result" {
		blocks = blocks[1:]
	}
	return "You said: " + said(blocks)
}

// pick takes the tools to use: the named one, else the first, or the first two
// where they may be used at once. None behind a result.
func (q *claudeRequest) pick(last []claudeBlock) []object {
	kind, name := q.choice()
	if kind == "none" || len(q.tools) == 0 || results(last) != nil {
		return nil
	}
	if kind == "tool" {
		for _, tool := range q.tools {
			if tool["name"] == name {
				return []object{tool}
			}
		}
		return nil
	}
	if !q.parallel() {
		return q.tools[:1]
	}
	return q.tools[:min(2, len(q.tools))]
}

// think fills in the thinking. It never takes more than half of the tokens that
// the answer may have, or a quarter of its budget.
func (a *claudeAnswer) think(q *claudeRequest, last []claudeBlock) {
	if !q.thinks() || q.max == 0 {
		return
	}
	effort := q.effort
	if effort == "" {
		effort = q.row.effort
	}
	a.reasoning = map[string]int{"low": 32, "medium": 64, "high": 128, "xhigh": 256, "max": 512, "": 64}[effort]
	a.reasoning = max(1, min(a.reasoning, q.max/2))
	if q.budget > 0 {
		a.reasoning = min(a.reasoning, q.budget/4)
	}
	a.thinking = tokenize("Thinking about: " + said(last))
	thinking, _ := q.fields["thinking"].(object)
	a.shown = !q.row.omits
	if display, ok := thinking["display"].(string); ok {
		a.shown = display == "summarized"
	}
	a.redacted = strings.Contains(q.prompt(), RedactAll)
}

// say applies stop sequences, the token limit and the wanted count of deltas.
func (a *claudeAnswer) say(q *claudeRequest, text string, chunks int) {
	stops, _ := q.fields["stop_sequences"].([]any)
	for _, stop := range stops {
		if before, _, found := strings.Cut(text, stop.(string)); found {
			text, a.stop, a.reason = before, stop, "stop_sequence"
		}
	}
	a.tokens = tokenize(text)
	if chunks > 0 {
		a.tokens = repeat(a.tokens, chunks)
	}
	if left := max(0, q.max-a.reasoning); len(a.tokens) > left {
		a.tokens, a.stop, a.reason = a.tokens[:left], nil, "max_tokens"
	}
}

// refuse ends the answer as the classifiers of the newest models do.
func (a *claudeAnswer) refuse() {
	a.reason, a.stop = "refusal", nil
	a.details = object{"type": "refusal", "category": "cyber", "explanation": "This request was declined by the fake."}
}

// output is the number of tokens that the answer cost.
func (a *claudeAnswer) output() int {
	n := a.reasoning + len(a.tokens)
	for _, arguments := range a.arguments {
		n += len(tokenize(arguments)) + 5
	}
	return n
}

// thought is the block of the thinking as far as it is shown.
func (a *claudeAnswer) thought() object {
	if a.redacted {
		return object{"type": "redacted_thinking", "data": claudeRedacted}
	}
	text := ""
	if a.shown {
		text = strings.Join(a.thinking, "")
	}
	return object{"type": "thinking", "thinking": text, "signature": claudeSignature(text)}
}

// content are the blocks of the answer.
func (a *claudeAnswer) content() []object {
	blocks := []object{}
	if a.thinking != nil {
		blocks = append(blocks, a.thought())
	}
	if len(a.tokens) > 0 {
		blocks = append(blocks, object{"type": "text", "text": strings.Join(a.tokens, "")})
	}
	return append(blocks, a.uses...)
}

// usage has as many output tokens as are told.
func (a *claudeAnswer) usage(output int) object {
	return object{
		"input_tokens": a.use.plain, "output_tokens": output,
		"cache_creation_input_tokens": a.use.written, "cache_read_input_tokens": a.use.read,
	}
}

// message is the answer, with a usage that has all details.
func (a *claudeAnswer) message() object {
	usage := a.usage(a.output())
	usage["cache_creation"] = object{"ephemeral_5m_input_tokens": a.use.short, "ephemeral_1h_input_tokens": a.use.written - a.use.short}
	usage["service_tier"] = "standard"
	usage["output_tokens_details"] = object{"thinking_tokens": a.reasoning}
	return object{
		"id": a.id, "type": "message", "role": "assistant", "model": a.model, "content": a.content(),
		"stop_reason": a.reason, "stop_sequence": a.stop, "stop_details": a.details, "usage": usage,
	}
}
