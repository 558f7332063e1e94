package fakeazure

import (
	"encoding/json"
	"testing"
)

// output makes a response on a resource and gives its output items as JSON.
func output(t *testing.T, s *Server, resource, fields string) []string {
	t.Helper()
	r := v1(t, s, resource, "POST", "responses", `{"model":"chat","input":"x"`+fields+`}`)
	if r.Status != 200 {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	var whole struct{ Output []json.RawMessage }
	_ = json.Unmarshal([]byte(r.Body), &whole)
	var items []string
	for _, item := range whole.Output {
		items = append(items, string(item))
	}
	return items
}

// reasoning has a model that thinks on both resources.
func reasoning(t *testing.T) *Server {
	c := standard()
	for i := range c.Resources[:2] {
		for j := range c.Resources[i].Deployments {
			if d := &c.Resources[i].Deployments[j]; d.Name == "chat" {
				d.Model = "o3-mini"
			}
		}
	}
	return start(t, c)
}

func TestItemsOfTheResourceAreTaken(t *testing.T) {
	s := reasoning(t)
	const sealed = `,"store":false,"include":["reasoning.encrypted_content"]`
	for name, items := range map[string][]string{
		"stored":              output(t, s, "a", ""),
		"stored, with a tool": append(output(t, s, "a", ","+weatherTool)[:1], output(t, s, "a", "")[1]),
		"not stored":          output(t, s, "a", sealed),
	} {
		t.Run(name, func(t *testing.T) {
			input := items[0] + "," + items[1] + `,{"role":"user","content":"again"}`
			r := respond(t, s, `{"model":"chat","input":[`+input+`],"store":false}`)
			want(t, "answer", field(t, r, "output.1.content.0.text"), "You said: again")
		})
	}
	message := field(t, respond(t, s, `{"model":"chat","input":"x"}`), "output.1.id")
	r := respond(t, s, `{"model":"chat","input":[{"type":"item_reference","id":"`+message+`"},{"id":"`+message+`"},{"role":"user","content":"y"}]}`)
	want(t, "answer to references", field(t, r, "output.1.content.0.text"), "You said: y")
}

func TestItemsOfAnotherResourceAreRefused(t *testing.T) {
	s := reasoning(t)
	const sealed = `,"store":false,"include":["reasoning.encrypted_content"]`
	foreign, closed, unstored := output(t, s, "b", ""), output(t, s, "b", sealed), output(t, s, "a", `,"store":false`)
	for _, row := range []struct {
		name, item, fields string
		code               any
		message            string
	}{
		{"reasoning", foreign[0], ``, nil, "Item with id 'rs_"},
		{"reasoning, nothing stored", foreign[0], `,"store":false`, nil, "Items are not persisted when `store` is set to false."},
		{"a message", foreign[1], ``, nil, "Item with id 'msg_"},
		{"encrypted content", closed[0], ``, "invalid_encrypted_content", "could not be verified."},
		{"reasoning that was not stored", unstored[0], ``, nil, "Items are not persisted when `store` is set to false."},
		{"a reference to nothing", `{"type":"item_reference","id":"msg_1"}`, ``, nil, "Item with id 'msg_1' not found."},
		{"an id of another kind", `{"type":"function_call","id":"__fake_id__","call_id":"c","name":"f","arguments":"{}"}`, ``, "invalid_value", "Expected an ID that begins with 'fc'."},
		{"a compaction without content", `{"type":"compaction"}`, ``, "missing_required_parameter", "encrypted_content"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := respond(t, s, `{"model":"chat","input":[`+row.item+`,{"role":"user","content":"y"}]`+row.fields+`}`)
			refused(t, r, 400, row.code, row.message)
		})
	}
}

func TestAToolCallHasToBeAnsweredInItsChain(t *testing.T) {
	s := start(t, standard())
	called := respond(t, s, `{"model":"chat","input":"the weather?",`+weatherTool+`}`)
	id, callID := field(t, called, "id"), field(t, called, "output.0.call_id")
	reply := func(input string) result {
		return respond(t, s, `{"model":"chat","previous_response_id":"`+id+`","input":`+input+`,`+weatherTool+`}`)
	}
	refused(t, reply(`"never mind"`), 400, nil, "No tool output found for function call "+callID+".")
	refused(t, reply(`[{"type":"function_call_output","call_id":"call_1","output":"12 C"}]`), 400, nil, "No tool call found for function call output with call_id call_1.")
	r := reply(`[{"type":"function_call_output","call_id":"` + callID + `","output":"12 C"}]`)
	want(t, "answer", field(t, r, "output.0.content.0.text"), "The tool said: 12 C (turn 2)")
}

func TestACompactionStandsForItsTurns(t *testing.T) {
	s := start(t, standard())
	first := field(t, respond(t, s, `{"model":"chat","input":"one"}`), "id")
	second := field(t, respond(t, s, `{"model":"chat","input":"two","previous_response_id":"`+first+`"}`), "id")
	r := v1(t, s, "a", "POST", "responses/compact", `{"model":"chat","previous_response_id":"`+second+`"}`)
	want(t, "object", field(t, r, "object"), "response.compaction")
	want(t, "first item", field(t, r, "output.0.content.0.text"), "one")
	want(t, "last item", field(t, r, "output.2.type"), "compaction")
	items, _ := json.Marshal(append(r.JSON(t, "output").([]any), object{"role": "user", "content": "three"}))
	next := `{"model":"chat","input":` + string(items) + `}`
	want(t, "answer", field(t, respond(t, s, next), "output.0.content.0.text"), "You said: three (turn 3)")
	refused(t, v1(t, s, "b", "POST", "responses", next), 400, nil, "Item with id 'msg_")
	items, _ = json.Marshal(r.JSON(t, "output").([]any)[2:])
	refused(t, v1(t, s, "b", "POST", "responses", `{"model":"chat","input":`+string(items)+`}`), 400, "invalid_encrypted_content", "could not be verified")
}

func TestInputTokensAreCountedWithThePast(t *testing.T) {
	s := start(t, standard())
	id := field(t, respond(t, s, `{"model":"chat","input":"one two three"}`), "id")
	alone := v1(t, s, "a", "POST", "responses/input_tokens", `{"model":"chat","input":"hi"}`)
	want(t, "object", field(t, alone, "object"), "response.input_tokens")
	want(t, "tokens", alone.JSON(t, "input_tokens"), 7.0)
	after := v1(t, s, "a", "POST", "responses/input_tokens", `{"model":"chat","input":"hi","previous_response_id":"`+id+`"}`)
	want(t, "tokens with the past", after.JSON(t, "input_tokens"), 7.0+9+5)
}
