package fakeazure

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
)

// claudeRequest is a request to the Messages API. Unlike the other surfaces it
// is strict always, as Anthropic's API is.
type claudeRequest struct {
	fields   object
	row      claudeModel
	newest   bool         // the version is claudeNewest
	turns    []claudeTurn // of the conversation, consecutive roles put together
	max      int          // max_tokens
	stream   bool
	thinking string // the mode that holds, whether it was asked for or not
	budget   int    // thinking.budget_tokens
	effort   string
	format   object   // the schema of output_config.format
	tools    []object // that the client runs
}

// claudeTurn is one or more messages of the same role.
type claudeTurn struct {
	role   string
	blocks []claudeBlock
}

// claudeBlock is a content block and where it stands in the request.
type claudeBlock struct {
	object
	message, index int
}

func (b claudeBlock) kind() string { return b.text("type") }

// text is a field that is a text.
func (b claudeBlock) text(field string) string {
	text, _ := b.object[field].(string)
	return text
}

// claudeNewest is the version of Anthropic's API in which the sampling
// parameters are gone, and the SDKs of today send it.
// Source: platform.claude.com/docs/en/api/migration-2026-10-21.
const claudeNewest = "2026-10-21"

// claudeVersion checks the header that every request to Anthropic's API has.
func (c *call) claudeVersion() *failure {
	if c.surface != surfaceClaude {
		return nil
	}
	switch version := c.r.Header.Get("Anthropic-Version"); version {
	case claudeNewest, "2023-06-01", "2023-01-01":
		return nil
	case "":
		return claudeInvalid("anthropic-version: header is required")
	default:
		return claudeInvalid("anthropic-version: %q is not a valid version", version)
	}
}

func (c *call) claude() {
	q, wrong := c.readClaude(claudeAsked)
	if wrong != nil {
		c.fail(wrong)
		return
	}
	r := c.claudeReply(q)
	if q.stream {
		c.streamClaude(r)
		return
	}
	c.json(http.StatusOK, r.message())
}

func (c *call) claudeCount() {
	q, wrong := c.readClaude(claudeCounted)
	if wrong != nil {
		c.fail(wrong)
		return
	}
	c.json(http.StatusOK, object{"input_tokens": q.inputTokens()})
}

// readClaude reads a request that may have these fields and refuses what
// Anthropic refuses.
func (c *call) readClaude(known map[string]shape) (*claudeRequest, *failure) {
	q := &claudeRequest{row: claudeRules(c.deployed.Model), newest: c.r.Header.Get("Anthropic-Version") == claudeNewest}
	if q.newest {
		known = maps.Clone(known)
		for _, gone := range []string{"temperature", "top_p", "top_k"} {
			delete(known, gone)
		}
	}
	if json.Unmarshal(c.body, &q.fields) != nil {
		return nil, claudeInvalid("The request body is not valid JSON")
	}
	if where, why := fieldsOf(known)("", q.fields); why != "" {
		return nil, claudeInvalid("%s: %s", where, why)
	}
	q.read()
	_, counts := known["max_tokens!"]
	for _, check := range claudeChecks {
		if wrong := check(q); wrong != nil {
			return nil, wrong
		}
	}
	if counts {
		return q, c.refuseClaudeLimits(q)
	}
	return q, nil
}

// read takes out of the fields what the rules and the answer need. Their shape
// is right.
func (q *claudeRequest) read() {
	if n, ok := q.fields["max_tokens"].(float64); ok {
		q.max = int(n)
	}
	q.stream, _ = q.fields["stream"].(bool)
	config, _ := q.fields["output_config"].(object)
	q.effort, _ = config["effort"].(string)
	if format, ok := config["format"].(object); ok {
		q.format, _ = format["schema"].(object)
	}
	q.thinking = "disabled"
	if q.row.thinks {
		q.thinking = "adaptive"
	}
	if thinking, ok := q.fields["thinking"].(object); ok {
		q.thinking, _ = thinking["type"].(string)
		budget, _ := thinking["budget_tokens"].(float64)
		q.budget = int(budget)
	}
	tools, _ := q.fields["tools"].([]any)
	for _, tool := range tools {
		if tool := tool.(object); tool["type"] == nil || tool["type"] == "custom" {
			q.tools = append(q.tools, tool)
		}
	}
	messages, _ := q.fields["messages"].([]any)
	for i, message := range messages {
		m := message.(object)
		role, _ := m["role"].(string)
		if last := len(q.turns) - 1; last < 0 || q.turns[last].role != role {
			q.turns = append(q.turns, claudeTurn{role: role})
		}
		turn := &q.turns[len(q.turns)-1]
		for n, b := range blocksOf(m["content"]) {
			turn.blocks = append(turn.blocks, claudeBlock{b, i, n})
		}
	}
}

// blocksOf are the blocks of a content, which may be a text.
func blocksOf(content any) []object {
	switch content := content.(type) {
	case string:
		return []object{{"type": "text", "text": content}}
	case []any:
		blocks := make([]object, 0, len(content))
		for _, b := range content {
			if b, ok := b.(object); ok {
				blocks = append(blocks, b)
			}
		}
		return blocks
	}
	return nil
}

// thinks reports whether the answer begins with thinking.
func (q *claudeRequest) thinks() bool { return q.thinking == "enabled" || q.thinking == "adaptive" }

// choice is the type of tool_choice and the tool that it names.
func (q *claudeRequest) choice() (kind, name string) {
	choice, _ := q.fields["tool_choice"].(object)
	kind, _ = choice["type"].(string)
	name, _ = choice["name"].(string)
	return kind, name
}

// parallel reports whether several tools may be used at once.
func (q *claudeRequest) parallel() bool {
	choice, _ := q.fields["tool_choice"].(object)
	return choice["disable_parallel_tool_use"] != true
}

// said is what blocks say, in one text; what is not text stands in brackets.
func said(blocks []claudeBlock) string {
	var all []string
	for _, b := range blocks {
		switch b.kind() {
		case "text":
			all = append(all, b.text("text"))
		case "tool_result":
			var inner []claudeBlock
			for _, o := range blocksOf(b.object["content"]) {
				inner = append(inner, claudeBlock{object: o})
			}
			all = append(all, said(inner))
		case "thinking", "redacted_thinking", "tool_use":
		default:
			all = append(all, "["+b.kind()+"]")
		}
	}
	return strings.Join(all, " ")
}

// system is the system prompt as blocks.
func (q *claudeRequest) system() []claudeBlock {
	var blocks []claudeBlock
	for i, b := range blocksOf(q.fields["system"]) {
		blocks = append(blocks, claudeBlock{b, 0, i})
	}
	return blocks
}

// prompt is all text of the request.
func (q *claudeRequest) prompt() string {
	all := []string{said(q.system())}
	for _, t := range q.turns {
		all = append(all, said(t.blocks))
	}
	return strings.Join(all, "\n")
}
