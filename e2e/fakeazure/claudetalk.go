package fakeazure

import (
	"slices"
	"strconv"
	"strings"
)

// numbered is the path of an entry of a list.
func numbered(list string, i int) string { return list + "." + strconv.Itoa(i) }

// at is the path of a block of a message.
func (b claudeBlock) at() string {
	return numbered("messages", b.message) + "." + numbered("content", b.index)
}

// refuseClaudeOrder checks who speaks when. Consecutive messages of one role are
// one turn.
func refuseClaudeOrder(q *claudeRequest) *failure {
	messages := q.fields["messages"].([]any)
	if len(messages) == 0 {
		return claudeInvalid("messages: at least one message is required")
	}
	for i, message := range messages {
		m := message.(object)
		role, _ := m["role"].(string)
		switch {
		case role == "system" && (!q.row.midSystem || i == 0):
			return claudeInvalid(`messages: Unexpected role "system". The Messages API accepts a top-level ` + "`system`" + ` parameter, not "system" as an input message role.`)
		case !slices.Contains([]string{"user", "assistant", "system"}, role):
			return claudeInvalid(`messages: Unexpected role "%v". Allowed roles are "user" or "assistant"`, m["role"])
		case i == 0 && role != "user":
			return claudeInvalid(`messages: first message must use the "user" role`)
		case m["content"] == "" || len(blocksOf(m["content"])) == 0:
			if role != "assistant" || i < len(messages)-1 {
				return claudeInvalid("%s: all messages must have non-empty content except for the optional final assistant message", numbered("messages", i))
			}
		}
	}
	return nil
}

// claudePlaces are the blocks that only one role may have.
var claudePlaces = map[string]string{
	"tool_use": "assistant", "thinking": "assistant", "redacted_thinking": "assistant", "server_tool_use": "assistant",
	"tool_result": "user", "image": "user", "search_result": "user", "container_upload": "user",
}

func refuseClaudeBlocks(q *claudeRequest) *failure {
	for _, b := range q.system() {
		if wrong := refuseEmptyText("system", b); wrong != nil {
			return wrong
		}
	}
	for i, t := range q.turns {
		for _, b := range t.blocks {
			kind := b.kind()
			prefill := i == len(q.turns)-1 && t.role == "assistant"
			if wrong := q.refuseNewest(t.role, b); wrong != nil {
				return wrong
			}
			if place := claudePlaces[kind]; place != "" && place != t.role {
				return claudeInvalid("%s: `%s` blocks can only be in `%s` messages", b.at(), kind, place)
			}
			if kind == "text" && (!prefill || b.object["cache_control"] != nil) {
				if wrong := refuseEmptyText("messages", b); wrong != nil {
					return wrong
				}
			}
			if kind == "thinking" && b.text("signature") != claudeSignature(b.text("thinking")) {
				return claudeInvalid("%s: Invalid `signature` in `thinking` block", b.at())
			}
			if kind == "redacted_thinking" && b.text("data") != claudeRedacted {
				return claudeInvalid("%s: Invalid `data` in `redacted_thinking` block", b.at())
			}
		}
	}
	return nil
}

// refuseNewest is what the newest version of the API does not take any more.
func (q *claudeRequest) refuseNewest(role string, b claudeBlock) *failure {
	if !q.newest {
		return nil
	}
	texts := []object{b.object}
	if b.kind() == "search_result" {
		texts = blocksOf(b.object["content"])
	}
	for _, text := range texts {
		cited, _ := text["citations"].([]any)
		if role == "user" && text["type"] == "text" && len(cited) > 0 {
			return claudeInvalid("%s: `citations` cannot be set on `text` blocks in `user` messages", b.at())
		}
	}
	if role == "assistant" && b.kind() == "document" {
		return claudeInvalid("%s: `document` blocks can only be in `user` messages", b.at())
	}
	return nil
}

func refuseEmptyText(where string, b claudeBlock) *failure {
	switch text := b.text("text"); {
	case text == "" && b.object["cache_control"] != nil:
		return claudeInvalid("%s: cache_control cannot be set for empty text blocks", where)
	case text == "":
		return claudeInvalid("%s: text content blocks must be non-empty", where)
	case strings.TrimSpace(text) == "":
		return claudeInvalid("%s: text content blocks must contain non-whitespace text", where)
	}
	return nil
}

// refuseClaudePairs: the results of all tools that a turn uses are the first
// blocks of the next one, and there are no others.
func refuseClaudePairs(q *claudeRequest) *failure {
	var ids, open []string // of tools used at all, and in the turn before
	for i, t := range q.turns {
		if t.role == "system" {
			continue
		}
		answered, leading := map[string]bool{}, true
		var next []string
		for _, b := range t.blocks {
			id := b.text("tool_use_id")
			switch b.kind() {
			case "tool_use":
				if slices.Contains(ids, b.text("id")) {
					return claudeInvalid("messages: `tool_use` ids must be unique")
				}
				ids, next = append(ids, b.text("id")), append(next, b.text("id"))
				leading = false
			case "tool_result":
				switch {
				case !slices.Contains(open, id):
					return claudeInvalid("%s: unexpected `tool_use_id` found in `tool_result` blocks: %s. Each `tool_result` block must have a corresponding `tool_use` block in the previous message.", b.at(), id)
				case answered[id]:
					return claudeInvalid("%s: each tool_use must have a single result. Found multiple `tool_result` blocks with id: %s", b.at(), id)
				}
				answered[id] = leading
			default:
				leading = false
			}
		}
		if missing := slices.DeleteFunc(open, func(id string) bool { return answered[id] }); len(missing) > 0 {
			return unansweredClaude(q.turns[i-1], missing)
		}
		open = next
	}
	if len(open) > 0 {
		return unansweredClaude(q.turns[len(q.turns)-1], open)
	}
	return nil
}

func unansweredClaude(t claudeTurn, ids []string) *failure {
	return claudeInvalid("%s: `tool_use` ids were found without `tool_result` blocks immediately after: %s. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
		numbered("messages", t.blocks[0].message), strings.Join(ids, ", "))
}

// refuseClaudeEnd checks the last assistant turn: a prefill, or, in manual
// thinking, the turn whose tools are answered.
func refuseClaudeEnd(q *claudeRequest) *failure {
	last := q.turns[len(q.turns)-1]
	if last.role == "assistant" {
		text := ""
		if n := len(last.blocks); n > 0 {
			text = last.blocks[n-1].text("text")
		}
		switch {
		case !q.row.prefills || (q.thinks() && q.thinking != "enabled"):
			return claudeInvalid("This model does not support assistant message prefill. The conversation must end with a user message.")
		case strings.TrimRight(text, " \t\r\n") != text:
			return claudeInvalid("messages: final assistant content cannot end with trailing whitespace")
		case q.format != nil:
			return claudeInvalid("output_config.format: prefilling assistant messages is not supported with output formats")
		}
	}
	if q.thinking != "enabled" {
		return nil
	}
	for i := len(q.turns) - 1; i >= 0 && i >= len(q.turns)-2; i-- {
		t := q.turns[i]
		if t.role != "assistant" || len(t.blocks) == 0 {
			continue
		}
		uses := slices.ContainsFunc(t.blocks, func(b claudeBlock) bool { return b.kind() == "tool_use" })
		first := t.blocks[0].kind()
		if (uses || i == len(q.turns)-1) && first != "thinking" && first != "redacted_thinking" {
			return claudeInvalid("%s.type: Expected `thinking` or `redacted_thinking`, but found `%s`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks).", t.blocks[0].at(), first)
		}
		return nil
	}
	return nil
}
