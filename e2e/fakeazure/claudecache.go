package fakeazure

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
)

// claudePart is a piece of the prompt in the order in which it is cached: the
// tools, the system prompt, the messages.
type claudePart struct {
	text   string
	tokens int
	ttl    string // of the cache mark at its end; "" is no mark
}

// claudeMaxMarks is how many cache marks a request may have.
const claudeMaxMarks = 4

func (q *claudeRequest) parts() []claudePart {
	var parts []claudePart
	add := func(role string, o object, tokens int) {
		p := claudePart{tokens: tokens}
		if mark, ok := o["cache_control"].(object); ok {
			p.ttl, _ = mark["ttl"].(string)
			if p.ttl == "" {
				p.ttl = "5m"
			}
		}
		plain := maps.Clone(o)
		delete(plain, "cache_control")
		p.text = role + string(encode(plain))
		parts = append(parts, p)
	}
	tools, _ := q.fields["tools"].([]any)
	for _, tool := range tools {
		add("tool", tool.(object), len(tokenize(string(encode(tool)))))
	}
	for _, b := range q.system() {
		add("system", b.object, len(tokenize(said([]claudeBlock{b}))))
	}
	for _, t := range q.turns {
		for i, b := range t.blocks {
			tokens := len(tokenize(said([]claudeBlock{b})))
			if i == 0 {
				tokens += 3
			}
			add(t.role, b.object, tokens)
		}
	}
	if mark, ok := q.fields["cache_control"].(object); ok && len(parts) > 0 {
		last := &parts[len(parts)-1]
		if last.ttl, _ = mark["ttl"].(string); last.ttl == "" {
			last.ttl = "5m"
		}
	}
	return parts
}

func refuseClaudeCache(q *claudeRequest) *failure {
	marks, short := 0, false
	for _, p := range q.parts() {
		switch {
		case p.ttl == "":
			continue
		case p.ttl == "1h" && short:
			return claudeInvalid("a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.")
		}
		short = short || p.ttl == "5m"
		marks++
	}
	if marks > claudeMaxMarks {
		return claudeInvalid("A maximum of %d blocks with cache_control may be provided. Found %d.", claudeMaxMarks, marks)
	}
	return nil
}

// inputTokens are those of the whole prompt, cached or not.
func (q *claudeRequest) inputTokens() int {
	n := 3
	for _, p := range q.parts() {
		n += p.tokens
	}
	return n
}

// claudeUse is the input of a request by what it costs.
type claudeUse struct {
	plain, read    int
	short, written int // written to the cache for five minutes, and at all
}

// claudeInput looks up what of the prompt is in the cache of the deployment and
// puts the rest up to the last mark there. Unlike the real one it caches the
// shortest prompt and never forgets.
func (c *call) claudeInput(q *claudeRequest) claudeUse {
	m := c.resource.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	hash, upTo, use := sha256.New(), 0, claudeUse{}
	hash.Write([]byte(c.name + "\x00"))
	for _, p := range q.parts() {
		hash.Write([]byte(p.text + "\x00"))
		upTo += p.tokens
		if p.ttl == "" {
			continue
		}
		key := hex.EncodeToString(hash.Sum(nil))
		more := upTo - use.read - use.written
		if use.written == 0 && m.prompts[key] {
			use.read += more
			continue
		}
		m.prompts[key] = true
		use.written += more
		if p.ttl == "5m" {
			use.short += more
		}
	}
	use.plain = q.inputTokens() - use.read - use.written
	return use
}
