package fakeazure

import (
	"slices"
	"strconv"
)

// gather reads a request that makes no response: what it goes on from and what
// it adds.
func (c *call) gather(m *memory, q *responsesRequest) (past, []object, *failure) {
	before, wrong := c.pastOf(m, q)
	if wrong != nil {
		return past{}, nil, wrong
	}
	input, wrong := m.admit(q.Input.items, q.stored())
	return before, input, wrong
}

// compact gives the messages of the user and one item that stands for all the
// rest. Only this resource can read it.
func (c *call) compact() {
	var q responsesRequest
	if wrong := c.decode(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	c.keep(func(m *memory) (any, *failure) {
		before, input, wrong := c.gather(m, &q)
		if wrong != nil {
			return nil, wrong
		}
		if len(before.items)+len(input) == 0 {
			return nil, missing("input")
		}
		turns := before.turns
		output := []object{}
		for _, item := range slices.Concat(before.items, input) {
			switch {
			case item["type"] == "compaction":
				turns += m.turnsOf(item)
			case item["role"] == "user":
				output = append(output, item)
			}
		}
		for _, item := range input {
			if item["role"] == "user" {
				turns++
			}
		}
		output = append(output, object{"id": newID("cmp_"), "type": "compaction", "encrypted_content": m.seal(compacted + strconv.Itoa(turns))})
		for _, item := range output {
			m.keepItem(item, true)
		}
		r := c.responsesReply(&responsesRequest{Input: q.Input}, 1, before.tokens)
		return object{
			"id": newID("resp_"), "object": "response.compaction", "created_at": c.created(),
			"output": output, "usage": r.responsesUsage(),
		}, nil
	})
}

func (c *call) inputTokens() {
	var q responsesRequest
	if wrong := c.decode(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	c.keep(func(m *memory) (any, *failure) {
		before, _, wrong := c.gather(m, &q)
		if wrong != nil {
			return nil, wrong
		}
		r := c.responsesReply(&q, 1, before.tokens)
		return object{"object": "response.input_tokens", "input_tokens": r.input}, nil
	})
}
