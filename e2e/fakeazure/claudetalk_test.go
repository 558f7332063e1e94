package fakeazure

import "testing"

func TestClaudeRefusesConversations(t *testing.T) {
	const (
		hi   = `{"role":"user","content":"x"},`
		use  = `{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}},{"type":"tool_use","id":"t2","name":"f","input":{}}]},`
		one  = `{"type":"tool_result","tool_use_id":"t1","content":"1"}`
		two  = `{"type":"tool_result","tool_use_id":"t2","content":"2"}`
		open = "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: "
		each = ". Each `tool_use` block must have a corresponding `tool_result` block in the next message."
	)
	user := func(blocks string) string { return `{"role":"user","content":[` + blocks + `]}` }
	refusesClaude(t, []claudeRefusal{
		{"no messages", claudeTalk("sonnet", ""), "messages: at least one message is required"},
		{"an assistant first", claudeTalk("sonnet", `{"role":"assistant","content":"x"}`), `messages: first message must use the "user" role`},
		{"a system message first", claudeTalk("four-eight", `{"role":"system","content":"x"}`), "messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \"system\" as an input message role."},
		{"a system message for an older model", claudeTalk("sonnet", hi+`{"role":"system","content":"x"}`), "messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \"system\" as an input message role."},
		{"a tool message", claudeTalk("sonnet", hi+`{"role":"tool","content":"x"}`), `messages: Unexpected role "tool". Allowed roles are "user" or "assistant"`},
		{"an empty content", claudeTalk("sonnet", `{"role":"user","content":[]}`), "messages.0: all messages must have non-empty content except for the optional final assistant message"},
		{"an empty text", claudeTalk("sonnet", `{"role":"user","content":""}`), "messages.0: all messages must have non-empty content except for the optional final assistant message"},
		{"an empty text block", claudeTalk("sonnet", user(`{"type":"text","text":""}`)), "messages: text content blocks must be non-empty"},
		{"a text block of spaces", claudeTalk("sonnet", user(`{"type":"text","text":" \n"}`)), "messages: text content blocks must contain non-whitespace text"},
		{"an empty text block with a cache mark", claudeTalk("sonnet", user(`{"type":"text","text":"","cache_control":{"type":"ephemeral"}}`)), "messages: cache_control cannot be set for empty text blocks"},
		{"an empty system prompt", claudeAsk("sonnet", "x", `"system":""`), "system: text content blocks must be non-empty"},
		{"an image of the assistant", claudeTalk("sonnet", hi+`{"role":"assistant","content":[{"type":"image","source":{"type":"url","url":"https://x"}}]}`), "messages.1.content.0: `image` blocks can only be in `user` messages"},
		{"a result of the assistant", claudeTalk("sonnet", hi+`{"role":"assistant","content":[`+one+`]}`), "messages.1.content.0: `tool_result` blocks can only be in `user` messages"},
		{"a tool use of the user", claudeTalk("sonnet", user(`{"type":"tool_use","id":"t","name":"f","input":{}}`)), "messages.0.content.0: `tool_use` blocks can only be in `assistant` messages"},
		{"tools that are not answered", claudeTalk("sonnet", hi+use+`{"role":"user","content":"and?"}`), open + "t1, t2" + each},
		{"one of two is answered", claudeTalk("sonnet", hi+use+user(one)), open + "t2" + each},
		{"tools at the end", claudeTalk("sonnet", hi+use[:len(use)-1]), open + "t1, t2" + each},
		{"a text before the results", claudeTalk("sonnet", hi+use+user(`{"type":"text","text":"so:"},`+one+`,`+two)), open + "t1, t2" + each},
		{"a result of nothing", claudeTalk("sonnet", user(one)), "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t1. Each `tool_result` block must have a corresponding `tool_use` block in the previous message."},
		{"a result twice", claudeTalk("sonnet", hi+use+user(one+","+one+","+two)), "messages.2.content.1: each tool_use must have a single result. Found multiple `tool_result` blocks with id: t1"},
		{"a result two turns later", claudeTalk("sonnet", hi+use+user(one+","+two)+`,{"role":"assistant","content":"ok"},`+user(one)), "messages.4.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t1. Each `tool_result` block must have a corresponding `tool_use` block in the previous message."},
		{"an id twice", claudeTalk("sonnet", hi+use+user(one+","+two)+","+use+user(one+","+two)), "messages: `tool_use` ids must be unique"},
		{"a prefill for a newer model", claudeTalk("four-six", hi+`{"role":"assistant","content":"I"}`), "This model does not support assistant message prefill. The conversation must end with a user message."},
		{"a prefill that ends with a space", claudeTalk("sonnet", hi+`{"role":"assistant","content":"I "}`), "messages: final assistant content cannot end with trailing whitespace"},
		{"a prefill of structured output", claudeTalk("sonnet", hi+`{"role":"assistant","content":"{"}`, `"output_config":{"format":{"type":"json_schema","schema":{"type":"object","additionalProperties":false}}}`), "output_config.format: prefilling assistant messages is not supported with output formats"},
		{"thinking that the model did not think", claudeTalk("sonnet", hi+`{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"sig"},{"type":"text","text":"x"}]},`+user(`{"type":"text","text":"y"}`)), "messages.1.content.0: Invalid `signature` in `thinking` block"},
		{"redacted thinking of another", claudeTalk("sonnet", hi+`{"role":"assistant","content":[{"type":"redacted_thinking","data":"x"}]},`+user(`{"type":"text","text":"y"}`)), "messages.1.content.0: Invalid `data` in `redacted_thinking` block"},
		{"tools used without the thinking before them", claudeTalk("sonnet", hi+use+user(one+","+two), `"thinking":{"type":"enabled","budget_tokens":1024}`), "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the lastmost set of `tool_use` and `tool_result` blocks)."},
	})
}

func TestClaudePutsMessagesOfOneRoleTogether(t *testing.T) {
	s := start(t, withClaude())
	r := messages(t, s, claudeTalk("sonnet", `{"role":"user","content":"a"},{"role":"user","content":"b"},
		{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{}}]},{"role":"assistant","content":[{"type":"tool_use","id":"t2","name":"f","input":{}}]},
		{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"1"}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t2","content":"2"}]}`))
	want(t, "answer", r.JSON(t, "content.0.text"), "The tool said: 1 2")
	r = messages(t, s, claudeTalk("sonnet", `{"role":"user","content":"a"},{"role":"user","content":"b"}`))
	want(t, "answer", r.JSON(t, "content.0.text"), "You said: a b")
}

func TestTheNewestVersionOfClaudeTakesLess(t *testing.T) {
	s := start(t, withClaude())
	const hi = `{"role":"user","content":"x"},`
	cited := `{"type":"text","text":"y","citations":[{"type":"char_location"}]}`
	document := hi + `{"role":"assistant","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"d"}},{"type":"text","text":"I"}]}`
	for _, row := range []claudeRefusal{
		{"temperature, even its default", claudeAsk("sonnet", "x", `"temperature":1`), "temperature: Extra inputs are not permitted"},
		{"top_p", claudeAsk("sonnet", "x", `"top_p":0.9`), "top_p: Extra inputs are not permitted"},
		{"top_k", claudeAsk("sonnet", "x", `"top_k":9`), "top_k: Extra inputs are not permitted"},
		{"a document of the assistant", claudeTalk("sonnet", document), "messages.1.content.0: `document` blocks can only be in `user` messages"},
		{"citations of the user", claudeTalk("sonnet", `{"role":"user","content":[`+cited+`]}`), "messages.0.content.0: `citations` cannot be set on `text` blocks in `user` messages"},
		{"citations in a search result", claudeTalk("sonnet", `{"role":"user","content":[{"type":"search_result","source":"s","title":"t","content":[`+cited+`]}]}`), "messages.0.content.0: `citations` cannot be set on `text` blocks in `user` messages"},
	} {
		t.Run(row.name, func(t *testing.T) {
			want(t, "message", messages(t, s, row.body, "anthropic-version", claudeNewest).JSON(t, "error.message"), row.message)
			want(t, "status of the version before", messages(t, s, row.body).Status, 200)
		})
	}
}
