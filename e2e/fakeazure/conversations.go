package fakeazure

import (
	"encoding/json"
	"net/http"
	"slices"
)

// conversationOperations are the operations on conversations, which came with the v1
// surface.
var conversationOperations = []*operation{
	{path: "conversations", method: http.MethodPost, only: surfaceV1, serve: (*call).createConversation},
	{path: "conversations/{id}", method: http.MethodGet, only: surfaceV1, serve: (*call).retrieveConversation},
	{path: "conversations/{id}", method: http.MethodPost, only: surfaceV1, serve: (*call).updateConversation},
	{path: "conversations/{id}", method: http.MethodDelete, only: surfaceV1, serve: (*call).deleteConversation},
	{path: "conversations/{id}/items", method: http.MethodPost, only: surfaceV1, serve: (*call).addItems},
	{path: "conversations/{id}/items", method: http.MethodGet, only: surfaceV1, serve: (*call).listItems},
	{path: "conversations/{id}/items/{item}", method: http.MethodGet, only: surfaceV1, serve: (*call).retrieveItem},
	{path: "conversations/{id}/items/{item}", method: http.MethodDelete, only: surfaceV1, serve: (*call).deleteItem},
}

// conversation is a list of items that responses go on from and add to.
type conversation struct {
	id       string
	created  int64
	metadata object
	items    []object // the oldest first
	turns    int      // responses made in it
	tokens   int      // of the last one
}

func (talk *conversation) object() object {
	return object{"id": talk.id, "object": "conversation", "created_at": talk.created, "metadata": talk.metadata}
}

// conversationRef is an id, or an object that has it.
type conversationRef struct{ id string }

func (ref *conversationRef) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var named struct{ ID string }
		err := json.Unmarshal(data, &named)
		ref.id = named.ID
		return err
	}
	return json.Unmarshal(data, &ref.id)
}

func noConversation(id string) *failure {
	return modelError(http.StatusNotFound, "invalid_request_error", "", "", "Conversation with id '"+id+"' not found.")
}

// conversationRequest creates or changes a conversation, or adds items to it.
type conversationRequest struct {
	Metadata object   `json:"metadata"`
	Items    []object `json:"items"`
}

// mostItems is how many items one request may bring.
const mostItems = 20

// talk runs f with the conversation of the path and what the body asks for.
func (c *call) talk(f func(*memory, *conversation, *conversationRequest) (any, *failure)) {
	var q conversationRequest
	if wrong := c.decodeAny(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	c.keep(func(m *memory) (any, *failure) {
		talk, ok := m.conversations.get(c.ids[0])
		if !ok {
			return nil, noConversation(c.ids[0])
		}
		return f(m, talk, &q)
	})
}

func (m *memory) addTo(talk *conversation, q *conversationRequest) ([]object, *failure) {
	if len(q.Items) > mostItems {
		return nil, invalid("items", "array_above_max_length", "Invalid 'items': array too long. Expected an array with maximum length %d, but got an array with length %d instead.", mostItems, len(q.Items))
	}
	added, wrong := m.admit(q.Items, true)
	if wrong != nil {
		return nil, wrong
	}
	talk.items = append(talk.items, added...)
	for _, item := range added {
		m.keepItem(item, true)
	}
	return added, nil
}

func (c *call) createConversation() {
	var q conversationRequest
	if wrong := c.decodeAny(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	c.keep(func(m *memory) (any, *failure) {
		talk := &conversation{id: newID("conv_"), created: c.created(), metadata: orEmpty(q.Metadata)}
		if _, wrong := m.addTo(talk, &q); wrong != nil {
			return nil, wrong
		}
		m.conversations.put(talk.id, talk)
		return talk.object(), nil
	})
}

func (c *call) retrieveConversation() {
	c.talk(func(_ *memory, talk *conversation, _ *conversationRequest) (any, *failure) { return talk.object(), nil })
}

func (c *call) updateConversation() {
	c.talk(func(_ *memory, talk *conversation, q *conversationRequest) (any, *failure) {
		if q.Metadata == nil {
			return nil, missing("metadata")
		}
		talk.metadata = q.Metadata
		return talk.object(), nil
	})
}

func (c *call) deleteConversation() {
	c.talk(func(m *memory, talk *conversation, _ *conversationRequest) (any, *failure) {
		m.conversations.drop(talk.id)
		return deleted(talk.id, "conversation.deleted"), nil
	})
}

func (c *call) addItems() {
	c.talk(func(m *memory, talk *conversation, q *conversationRequest) (any, *failure) {
		if len(q.Items) == 0 {
			return nil, missing("items")
		}
		added, wrong := m.addTo(talk, q)
		return list(added, false), wrong
	})
}

func (c *call) listItems() {
	c.talk(func(_ *memory, talk *conversation, _ *conversationRequest) (any, *failure) {
		var items []object
		for _, item := range talk.items {
			items = append(items, plain(item))
		}
		return c.page(items)
	})
}

// itemAt finds the item of the path.
func (c *call) itemAt(talk *conversation) (int, *failure) {
	at := slices.IndexFunc(talk.items, func(item object) bool { return item["id"] == c.ids[1] })
	if at < 0 {
		return at, modelError(http.StatusNotFound, "invalid_request_error", "", "", "Item with id '"+c.ids[1]+"' not found.")
	}
	return at, nil
}

func (c *call) retrieveItem() {
	c.talk(func(_ *memory, talk *conversation, _ *conversationRequest) (any, *failure) {
		at, wrong := c.itemAt(talk)
		if wrong != nil {
			return nil, wrong
		}
		return plain(talk.items[at]), nil
	})
}

// deleteItem answers with the conversation that is left.
func (c *call) deleteItem() {
	c.talk(func(_ *memory, talk *conversation, _ *conversationRequest) (any, *failure) {
		at, wrong := c.itemAt(talk)
		if wrong != nil {
			return nil, wrong
		}
		talk.items = slices.Delete(slices.Clone(talk.items), at, at+1)
		return talk.object(), nil
	})
}

// orEmpty is the object itself, or one without fields: the API has no null
// metadata.
func orEmpty(o object) object {
	if o == nil {
		return object{}
	}
	return o
}
