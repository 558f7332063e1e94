package messages

import (
	"slices"
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
)

// effort is a value of reasoning_effort.
type effort struct {
	// level is that of output_config.effort.
	level string
	// budget is how many tokens the models before 4.6 may think: those of low,
	// medium and high are LiteLLM's, and 1024 is the least that there is.
	budget int64
}

var levels = map[string]effort{
	"minimal": {"low", 1024},
	"low":     {"low", 1024},
	"medium":  {"medium", 2048},
	"high":    {"high", 4096},
	"xhigh":   {"xhigh", 8192},
	"max":     {"max", 16384},
}

// readThinking makes reasoning_effort the model's thinking and effort. What the
// client says itself of thinking, in Anthropic's words, wins.
func (r *request) readThinking() *azure.Error {
	if t := r.given["thinking"]; t.Exists() {
		if !t.IsObject() {
			return invalid("invalid_value", "thinking", "thinking must be an object.")
		}
		r.thinking = []byte(t.Raw)
		kind := t.Get("type").Str
		r.thinks = kind == "enabled" || kind == "adaptive"
	}
	v := r.given["reasoning_effort"]
	if !v.Exists() {
		return nil
	}
	if v.Str == "none" {
		return r.noThinking()
	}
	e, ok := levels[v.Str]
	switch {
	case !ok:
		return invalid("invalid_value", "reasoning_effort", "reasoning_effort must be none, minimal, low, medium, high, xhigh or max.")
	case r.model.thinking == thinkUnknown:
		return r.unsupported("reasoning_effort", "Which Claude this is must be known to make it think: its deployment needs a base_model.")
	case r.model.thinking == thinkNever:
		return r.unsupported("reasoning_effort", "This model does not think.")
	}
	if len(r.model.efforts) > 0 {
		r.effort = r.model.level(e.level)
	}
	if r.thinking != nil || r.choice.forces() && r.effort != "" {
		// "Thinking may not be enabled when tool_choice forces tool use": the effort
		// alone then says how much the model should spend.
		return nil
	}
	if r.model.thinking == thinkBudget {
		return r.think(e.budget)
	}
	r.thinking, r.thinks = []byte(`{"type":"adaptive"}`), true
	if r.model.omits {
		r.thinking = []byte(`{"type":"adaptive","display":"summarized"}`)
	}
	return nil
}

// think gives the model a budget, with room for an answer behind it.
func (r *request) think(budget int64) *azure.Error {
	if r.choice.forces() {
		return r.unsupported("reasoning_effort", "This model cannot think when it is forced to use a tool.")
	}
	if r.maxTokens <= budget {
		r.maxTokens = min(r.maxTokens+budget, r.model.output)
	}
	r.thinking, r.thinks = strconv.AppendInt([]byte(`{"type":"enabled","budget_tokens":`), budget, 10), true
	r.thinking = append(r.thinking, '}')
	return nil
}

// noThinking is for reasoning_effort none: thinking off where there is a way, and as
// little as there is where there is none, as the migration guides advise.
func (r *request) noThinking() *azure.Error {
	if r.thinking != nil {
		return nil
	}
	switch r.model.thinking {
	case thinkDefault:
		r.thinking = []byte(`{"type":"disabled"}`)
	case thinkBetween:
		r.thinking = []byte(`{"type":"between_tools"}`)
	case thinkAlways:
		r.effort = "low"
	case thinkUnknown, thinkNever, thinkBudget, thinkAsked: // not unless asked
	}
	return nil
}

// level is the model's level of effort for the one asked for: the nearest that is
// not above.
func (m *model) level(asked string) string {
	all := efforts5
	for i := slices.Index(all, asked); i >= 0; i-- {
		if slices.Contains(m.efforts, all[i]) {
			return all[i]
		}
	}
	return m.efforts[0]
}

// thought appends what the model thought in an earlier answer, as LiteLLM's member
// thinking_blocks brings it back: only what Anthropic has signed. Plain
// reasoning_content is nothing that it would take.
func (t *turns) thought(blocks gjson.Result) {
	blocks.ForEach(func(_, b gjson.Result) bool {
		text, signature, data := b.Get("thinking"), b.Get("signature"), b.Get("data")
		switch kind := b.Get("type").Str; {
		case kind == "thinking" && text.Type == gjson.String && signature.Str != "":
			t.open("assistant")
			t.block()
			t.dst = append(t.dst, `{"type":"thinking","thinking":`...)
			t.dst = append(t.dst, text.Raw...)
			t.dst = append(t.dst, `,"signature":`...)
			t.dst = append(t.dst, signature.Raw...)
			t.dst = append(t.dst, '}')
		case kind == "redacted_thinking" && data.Str != "":
			t.open("assistant")
			t.block()
			t.dst = append(t.dst, `{"type":"redacted_thinking","data":`...)
			t.dst = append(t.dst, data.Raw...)
			t.dst = append(t.dst, '}')
		}
		return true
	})
}
