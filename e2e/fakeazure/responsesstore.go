package fakeazure

import (
	"net/http"
	"slices"
	"strconv"
)

// responseOperations are the operations on responses that were made before, and
// those beside them. Compacting and counting came with the v1 surface.
var responseOperations = []*operation{
	{path: "responses/compact", method: http.MethodPost, kind: KindResponses, only: surfaceV1, id: "Responses_Compact", verb: "responses", serve: (*call).compact},
	{path: "responses/input_tokens", method: http.MethodPost, kind: KindResponses, only: surfaceV1, id: "Responses_InputTokens", verb: "responses", serve: (*call).inputTokens},
	{path: "responses/{id}", method: http.MethodGet, since: "2025-03-01", serve: (*call).retrieveResponse},
	{path: "responses/{id}", method: http.MethodDelete, since: "2025-03-01", serve: (*call).deleteResponse},
	{path: "responses/{id}/cancel", method: http.MethodPost, since: "2025-03-01", serve: (*call).cancelResponse},
	{path: "responses/{id}/input_items", method: http.MethodGet, since: "2025-03-01", serve: (*call).listInputItems},
}

// past is what a request goes on from.
type past struct {
	items        []object
	turns        int
	tokens       int
	conversation *conversation
}

// pastOf finds what a request goes on from, by the response before or by the
// conversation.
func (c *call) pastOf(m *memory, q *responsesRequest) (past, *failure) {
	id := ""
	if q.PreviousID != nil {
		id = *q.PreviousID
	}
	switch {
	case id != "" && q.Conversation.id != "":
		return past{}, invalid("", "mutually_exclusive_parameters", "Mutually exclusive parameters: Ensure you are only providing one of: 'previous_response_id' or 'conversation'.")
	case q.Conversation.id != "":
		talk, ok := m.conversations.get(q.Conversation.id)
		if !ok {
			return past{}, noConversation(q.Conversation.id)
		}
		return past{items: slices.Clone(talk.items), turns: talk.turns, tokens: talk.tokens, conversation: talk}, nil
	case id == "":
		return past{}, nil
	}
	before, ok := m.turns.get(id)
	if !ok && c.near != nil && c.near.id == id {
		before, ok = c.near, true
	}
	if !ok {
		return past{}, invalid("previous_response_id", "previous_response_not_found", "Previous response with id '%s' not found.", id)
	}
	return past{items: before.all(), turns: before.n, tokens: before.reply.input + before.reply.output()}, nil
}

// all is everything that has been said up to the end of the turn.
func (t *turn) all() []object { return slices.Concat(t.past, t.input, t.output) }

// keepTurn keeps a response and its items. Of one that is not to be stored only
// the ids of the items are kept.
func (m *memory) keepTurn(t *turn, stored bool, talk *conversation) {
	if stored {
		m.turns.put(t.id, t)
	}
	if talk != nil {
		stored = true
		talk.items = slices.Concat(talk.items, t.input, t.output)
		talk.turns, talk.tokens = t.n, t.reply.input+t.reply.output()
	}
	for _, item := range slices.Concat(t.input, t.output) {
		id, _ := item["id"].(string)
		if kept, known := m.items.get(id); !known || !kept.stored {
			m.keepItem(item, stored)
		}
	}
}

func noResponse(id string) *failure {
	return modelError(http.StatusNotFound, "invalid_request_error", "", "", "Response with id '"+id+"' not found.")
}

// retrieveResponse is a look at a response: in the background it goes on by
// one step. With stream=true its events come, those behind starting_after.
func (c *call) retrieveResponse() {
	query := c.r.URL.Query()
	encrypted := slices.Contains(slices.Concat(query["include[]"], query["include"]), "reasoning.encrypted_content")
	behind := 0
	if text := query.Get("starting_after"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			c.fail(invalid("starting_after", "invalid_type", "Invalid type for 'starting_after': expected an integer."))
			return
		}
		behind = n + 1
	}
	c.keep(func(m *memory) (any, *failure) {
		t, ok := m.turns.get(c.ids[0])
		if !ok {
			return nil, noResponse(c.ids[0])
		}
		t.advance()
		if query.Get("stream") != "true" {
			return t.object(encrypted), nil
		}
		t.advance() // to its end
		events := t.events()
		return events[min(behind, len(events)):], nil
	})
}

func (c *call) deleteResponse() {
	c.keep(func(m *memory) (any, *failure) {
		t, ok := m.turns.get(c.ids[0])
		if !ok {
			return nil, noResponse(c.ids[0])
		}
		m.turns.drop(t.id)
		return deleted(t.id, "response"), nil
	})
}

// cancelResponse ends a response in the background. To cancel again is no
// mistake, to cancel a finished one is.
func (c *call) cancelResponse() {
	c.keep(func(m *memory) (any, *failure) {
		t, ok := m.turns.get(c.ids[0])
		switch {
		case !ok:
			return nil, noResponse(c.ids[0])
		case t.base["background"] != true:
			return nil, invalid("", "", "Cannot cancel a synchronous response.")
		case t.status == "completed":
			return nil, invalid("", "", "Cannot cancel a completed response.")
		}
		t.status = "cancelled"
		return t.object(false), nil
	})
}

// listInputItems lists all that the response was made from, the turns before
// included.
func (c *call) listInputItems() {
	c.keep(func(m *memory) (any, *failure) {
		t, ok := m.turns.get(c.ids[0])
		if !ok {
			return nil, noResponse(c.ids[0])
		}
		var items []object
		for _, item := range slices.Concat(t.past, t.input) {
			items = append(items, plain(item))
		}
		return c.page(items)
	})
}
