package fakeazure

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// responsesInput is a text or a list of items.
type responsesInput struct{ items []object }

func (in *responsesInput) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		var text string
		err := json.Unmarshal(data, &text)
		in.items = []object{{"type": "message", "role": "user", "content": []any{object{"type": "input_text", "text": text}}}}
		return err
	}
	return json.Unmarshal(data, &in.items)
}

// messages is what the items say, in the form of a chat.
func (in *responsesInput) messages() []chatMessage {
	var all []chatMessage
	for _, item := range in.items {
		switch kindOfItem(item) {
		case "message":
			role, _ := item["role"].(string)
			all = append(all, chatMessage{Role: role, Content: contentOf(item["content"])})
		case "function_call_output":
			all = append(all, chatMessage{Role: "tool", Content: contentOf(item["output"])})
		}
	}
	return all
}

func contentOf(v any) chatContent {
	var content chatContent
	_ = json.Unmarshal(encode(v), &content) // what is not understood says nothing
	return content
}

// kindOfItem is its type; an item that names none is a message, or only a
// reference when there is nothing but an id.
func kindOfItem(item object) string {
	if kind, ok := item["type"].(string); ok {
		return kind
	}
	if _, ok := item["role"]; !ok && item["id"] != nil {
		return "item_reference"
	}
	return "message"
}

// itemPrefixes are how the ids of the items begin.
var itemPrefixes = map[string]string{
	"message": "msg", "reasoning": "rs", "function_call": "fc", "function_call_output": "fco", "compaction": "cmp",
}

// keptItem is an item that this resource has made.
type keptItem struct {
	item   object
	stored bool // with its content; otherwise it is known that it was made, no more
}

// keepItem keeps an item by its id.
func (m *memory) keepItem(item object, stored bool) {
	if id, ok := item["id"].(string); ok {
		m.items.put(id, &keptItem{item, stored})
	}
}

// admit checks the items of a request and gives them with an id each and with
// the references resolved. An id or an encrypted content of another resource is
// refused, in Azure's words.
func (m *memory) admit(items []object, store bool) ([]object, *failure) {
	admitted := make([]object, 0, len(items))
	for i, sent := range items {
		item := object{}
		for name, value := range sent {
			item[name] = value
		}
		kind := kindOfItem(item)
		item["type"] = kind
		id, hasID := item["id"].(string)
		prefix := itemPrefixes[kind]
		if hasID && prefix != "" && !strings.HasPrefix(id, prefix+"_") {
			return nil, invalid(fmt.Sprintf("input[%d].id", i), "invalid_value", "Invalid 'input[%d].id': '%s'. Expected an ID that begins with '%s'.", i, id, prefix)
		}
		made, known := m.items.get(id)
		sealed, hasSeal := item["encrypted_content"].(string)
		if hasSeal {
			if _, ok := m.open(sealed); !ok {
				return nil, modelError(400, "invalid_request_error", "", "invalid_encrypted_content",
					"The encrypted content "+abbreviated(sealed)+" could not be verified.")
			}
		}
		switch {
		case kind == "item_reference", kind == "reasoning" && !hasSeal:
			if !known || !made.stored {
				return nil, itemNotFound(id, store && !known)
			}
			item = made.item
		case kind == "compaction" && !hasSeal:
			return nil, missing(fmt.Sprintf("input[%d].encrypted_content", i))
		case hasID && !known && !hasSeal:
			return nil, itemNotFound(id, store)
		}
		if item["id"] == nil {
			if prefix == "" {
				prefix = "item"
			}
			item["id"] = newID(prefix + "_")
		}
		if kind == "message" && item["status"] == nil {
			item["status"] = "completed"
		}
		if text, ok := item["content"].(string); ok && kind == "message" {
			part := "input_text"
			if item["role"] == "assistant" {
				part = "output_text"
			}
			item["content"] = []any{object{"type": part, "text": text}}
		}
		admitted = append(admitted, item)
	}
	return admitted, nil
}

// itemNotFound is what Azure says of an id that another resource has made, and
// of one whose item was not stored.
func itemNotFound(id string, store bool) *failure {
	message := "Item with id '" + id + "' not found."
	if !store {
		message += " Items are not persisted when `store` is set to false. Try again with `store` set to true, or remove this item from your input."
	}
	return modelError(400, "invalid_request_error", "input", "", message)
}

// abbreviated is a long secret as an error shows it.
func abbreviated(text string) string {
	if len(text) < 12 {
		return text
	}
	return text[:4] + "..." + text[len(text)-4:]
}

// unanswered refuses an output without its call and a call without its output.
func unanswered(past, input []object) *failure {
	var open []string
	for _, item := range slices.Concat(past, input) {
		id, _ := item["call_id"].(string)
		switch item["type"] {
		case "function_call":
			open = append(open, id)
		case "function_call_output":
			if !slices.Contains(open, id) {
				return invalid("input", "", "No tool call found for function call output with call_id %s.", id)
			}
			open = slices.DeleteFunc(open, func(other string) bool { return other == id })
		}
	}
	if len(open) > 0 {
		return invalid("input", "", "No tool output found for function call %s.", open[0])
	}
	return nil
}

// turnsOf is how many turns a compaction stands for.
func (m *memory) turnsOf(compaction object) int {
	sealed, _ := compaction["encrypted_content"].(string)
	content, _ := m.open(sealed)
	n, _ := strconv.Atoi(strings.TrimPrefix(content, compacted))
	return n
}

// compacted stands in the encrypted content of a compaction before the number
// of turns.
const compacted = "turns:"
