package fakeazure

import (
	"fmt"
	"testing"
)

func TestAConversationTakesInItsResponses(t *testing.T) {
	s := start(t, standard())
	made := v1(t, s, "a", "POST", "conversations", `{"metadata":{"k":"v"},"items":[{"type":"message","role":"user","content":"before"}]}`)
	want(t, "object", field(t, made, "object"), "conversation")
	id := field(t, made, "id")
	for n, ref := range []string{`"` + id + `"`, `{"id":"` + id + `"}`} {
		r := respond(t, s, fmt.Sprintf(`{"model":"chat","input":"word","conversation":%s}`, ref))
		want(t, "conversation", field(t, r, "conversation.id"), id)
		want(t, "answer", field(t, r, "output.0.content.0.text"), []string{"You said: word", "You said: word (turn 2)"}[n])
	}
	items := v1(t, s, "a", "GET", "conversations/"+id+"/items?order=asc&limit=3", "")
	want(t, "third item", field(t, items, "data.2.content.0.text"), "You said: word")
	want(t, "more", items.JSON(t, "has_more"), true)
	refused(t, v1(t, s, "b", "POST", "responses", `{"model":"chat","input":"x","conversation":"`+id+`"}`), 404, nil, "Conversation with id '"+id+"' not found.")
	response := field(t, respond(t, s, `{"model":"chat","input":"x"}`), "id")
	refused(t, respond(t, s, `{"model":"chat","input":"x","conversation":"`+id+`","previous_response_id":"`+response+`"}`), 400, "mutually_exclusive_parameters", "only providing one of")
}

func TestAConversationIsChangedAndDeleted(t *testing.T) {
	s := start(t, standard())
	path := "conversations/" + field(t, v1(t, s, "a", "POST", "conversations", ""), "id")
	want(t, "metadata", field(t, v1(t, s, "a", "POST", path, `{"metadata":{"k":"v"}}`), "metadata.k"), "v")
	refused(t, v1(t, s, "a", "POST", path, `{}`), 400, "missing_required_parameter", "metadata")
	want(t, "retrieved", field(t, v1(t, s, "a", "GET", path, ""), "metadata.k"), "v")
	added := v1(t, s, "a", "POST", path+"/items", `{"items":[{"role":"user","content":"one"},{"role":"assistant","content":"two"}]}`)
	first, second := field(t, added, "data.0.id"), field(t, added, "data.1.id")
	want(t, "an item", field(t, v1(t, s, "a", "GET", path+"/items/"+second, ""), "content.0.type"), "output_text")
	want(t, "what is left", field(t, v1(t, s, "a", "DELETE", path+"/items/"+first, ""), "object"), "conversation")
	refused(t, v1(t, s, "a", "GET", path+"/items/"+first, ""), 404, nil, "Item with id '"+first+"' not found.")
	want(t, "items", field(t, v1(t, s, "a", "GET", path+"/items", ""), "last_id"), second)
	refused(t, v1(t, s, "a", "POST", path+"/items", `{}`), 400, "missing_required_parameter", "items")
	want(t, "deleted", field(t, v1(t, s, "a", "DELETE", path, ""), "object"), "conversation.deleted")
	for _, request := range [][2]string{{"GET", ""}, {"POST", ""}, {"DELETE", ""}, {"GET", "/items"}, {"POST", "/items"}, {"GET", "/items/" + second}, {"DELETE", "/items/" + second}} {
		refused(t, v1(t, s, "a", request[0], path+request[1], ""), 404, nil, "Conversation with id")
	}
	s.Check(t)
}

func TestForeignItemsDoNotComeIntoAConversation(t *testing.T) {
	s := start(t, standard())
	foreign := field(t, v1(t, s, "b", "POST", "responses", `{"model":"chat","input":"x"}`), "output.0.id")
	body := `{"items":[{"type":"item_reference","id":"` + foreign + `"}]}`
	refused(t, v1(t, s, "a", "POST", "conversations", body), 400, nil, "Item with id '"+foreign+"' not found.")
	path := "conversations/" + field(t, v1(t, s, "a", "POST", "conversations", ""), "id")
	refused(t, v1(t, s, "a", "POST", path+"/items", body), 400, nil, "Item with id '"+foreign+"' not found.")
}
