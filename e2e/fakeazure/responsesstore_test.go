package fakeazure

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// v1 sends a request to a resource on the v1 surface with its key.
func v1(t testing.TB, s *Server, resource, method, path, body string) result {
	t.Helper()
	return send(t, method, s.URL(resource)+"/openai/v1/"+path, body, "api-key", "key-"+resource)
}

// field reads a text out of an answer that has to be a success.
func field(t testing.TB, r result, path string) string {
	t.Helper()
	if r.Status != http.StatusOK {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	text, ok := r.JSON(t, path).(string)
	if !ok {
		t.Fatalf("no text at %s: %s", path, r.Body)
	}
	return text
}

func refused(t testing.TB, r result, status int, code any, message string) {
	t.Helper()
	want(t, "status", r.Status, status)
	want(t, "code", r.JSON(t, "error.code"), code)
	if text := fmt.Sprint(r.JSON(t, "error.message")); !strings.Contains(text, message) {
		t.Errorf("message %q does not say %q", text, message)
	}
}

func TestAChainOfResponsesKnowsItsTurns(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct{ name, url, key, model string }{
		{"classic", s.URL("a") + "/openai/responses?api-version=" + dated, "api-key", "chat"},
		{"of a deployment (Java)", s.classicURL("a", "chat", "responses"), "api-key", "chat"},
		{"v1", s.URL("a") + "/openai/v1/responses", "api-key", "chat"},
		{"OpenAI", s.URL("openai") + "/responses", "Authorization", "gpt-4o"},
	} {
		t.Run(row.name, func(t *testing.T) {
			key := map[string]string{"api-key": "key-a", "Authorization": "Bearer sk-open"}[row.key]
			id := "null"
			for n := 1; n <= 10; n++ {
				body := fmt.Sprintf(`{"model":%q,"input":"word %d","previous_response_id":%s}`, row.model, n, id)
				r := send(t, http.MethodPost, row.url, body, row.key, key)
				expected := "You said: word " + strconv.Itoa(n)
				if n > 1 {
					expected += fmt.Sprintf(" (turn %d)", n)
				}
				want(t, "answer", field(t, r, "output.0.content.0.text"), expected)
				id = strconv.Quote(field(t, r, "id"))
			}
		})
	}
	s.Check(t)
}

func TestAResponseOfAnotherResourceIsUnknown(t *testing.T) {
	s := start(t, standard())
	foreign := field(t, v1(t, s, "b", "POST", "responses", `{"model":"chat","input":"x"}`), "id")
	gone := field(t, v1(t, s, "a", "POST", "responses", `{"model":"chat","input":"x"}`), "id")
	v1(t, s, "a", "DELETE", "responses/"+gone, "")
	unstored := field(t, v1(t, s, "a", "POST", "responses", `{"model":"chat","input":"x","store":false}`), "id")
	for name, id := range map[string]string{"foreign": foreign, "deleted": gone, "not stored": unstored, "never made": "resp_1"} {
		t.Run(name, func(t *testing.T) {
			r := v1(t, s, "a", "POST", "responses", `{"model":"chat","input":"x","previous_response_id":"`+id+`"}`)
			refused(t, r, 400, "previous_response_not_found", "Previous response with id '"+id+"' not found.")
			want(t, "param", r.JSON(t, "error.param"), "previous_response_id")
			for _, request := range [][2]string{{"GET", ""}, {"DELETE", ""}, {"POST", "/cancel"}, {"GET", "/input_items"}, {"GET", "?stream=true"}} {
				refused(t, v1(t, s, "a", request[0], "responses/"+id+request[1], ""), 404, nil, "Response with id '"+id+"' not found.")
			}
		})
	}
}

func TestIDsHaveTheirPrefixAndAreNeverTheSame(t *testing.T) {
	s := start(t, standard())
	const body = `{"model":"reason","input":"x","include":["reasoning.encrypted_content"]}`
	first, second := respond(t, s, body), respond(t, s, body)
	for path, form := range map[string]string{
		"id": `^resp_[0-9a-f]{48}$`, "output.0.id": `^rs_[0-9a-f]{48}$`, "output.1.id": `^msg_[0-9a-f]{48}$`, "output.0.encrypted_content": `^gAAAAA.{200}`,
	} {
		want(t, path+" has its form", regexp.MustCompile(form).MatchString(field(t, first, path)), true)
		want(t, path+" is the same again", field(t, first, path) == field(t, second, path), false)
	}
}

func TestAStoredResponseIsWhatWasAnswered(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct{ name, fields string }{
		{"a text", ``}, {"a tool call", `,` + weatherTool}, {"a cut text", `,"max_output_tokens":40`},
	} {
		t.Run(row.name, func(t *testing.T) {
			made := respond(t, s, `{"model":"reason","input":"a b c d e f g h"`+row.fields+`}`)
			again := v1(t, s, "a", "GET", "responses/"+field(t, made, "id"), "")
			want(t, "retrieved", again.Body, made.Body)
		})
	}
}

func TestAStreamIsResumedBehindAnEvent(t *testing.T) {
	s := start(t, standard())
	for _, background := range []string{"false", "true"} {
		streamed := respond(t, s, `{"model":"chat","input":"a b c","stream":true,"background":`+background+`}`)
		var created any
		all := events(t, streamed.Body)
		_ = json.Unmarshal([]byte(all[0]), &created)
		path := "responses/" + walk(created, "response.id").(string) + "?stream=true"
		want(t, "the whole stream", v1(t, s, "a", "GET", path, "").Body, streamed.Body)
		for after := range all {
			rest := events(t, v1(t, s, "a", "GET", path+"&starting_after="+strconv.Itoa(after), "").Body)
			want(t, "events behind "+strconv.Itoa(after), strings.Join(rest, "\n"), strings.Join(all[after+1:], "\n"))
		}
		refused(t, v1(t, s, "a", "GET", path+"&starting_after=x", ""), 400, "invalid_type", "starting_after")
	}
}

func TestADeletedResponseIsGone(t *testing.T) {
	s := start(t, standard())
	id := field(t, respond(t, s, `{"model":"chat","input":"x"}`), "id")
	r := v1(t, s, "a", "DELETE", "responses/"+id, "")
	want(t, "answer", r.Body, `{"deleted":true,"id":"`+id+`","object":"response"}`)
	want(t, "second time", v1(t, s, "a", "DELETE", "responses/"+id, "").Status, 404)
}

func TestABackgroundResponseGoesOnByLooks(t *testing.T) {
	s := start(t, standard())
	made := respond(t, s, `{"model":"chat","input":"x","background":true}`)
	want(t, "status", field(t, made, "status"), "queued")
	path := "responses/" + field(t, made, "id")
	for _, status := range []string{"in_progress", "completed", "completed"} {
		r := v1(t, s, "a", "GET", path, "")
		want(t, "status", field(t, r, "status"), status)
		want(t, "has output", r.JSON(t, "output.0.content.0.text") != nil, status == "completed")
	}
	refused(t, v1(t, s, "a", "POST", path+"/cancel", ""), 400, nil, "Cannot cancel a completed response.")
	refused(t, respond(t, s, `{"model":"chat","input":"x","background":true,"store":false}`), 400, "invalid_value", "store")
}

func TestOnlyABackgroundResponseIsCancelled(t *testing.T) {
	s := start(t, standard())
	path := "responses/" + field(t, respond(t, s, `{"model":"chat","input":"x","background":true}`), "id")
	for range 2 {
		want(t, "status", field(t, v1(t, s, "a", "POST", path+"/cancel", ""), "status"), "cancelled")
	}
	want(t, "status later", field(t, v1(t, s, "a", "GET", path, ""), "status"), "cancelled")
	path = "responses/" + field(t, respond(t, s, `{"model":"chat","input":"x"}`), "id")
	refused(t, v1(t, s, "a", "POST", path+"/cancel", "{}"), 400, nil, "Cannot cancel a synchronous response.")
}

func TestInputItemsArePaged(t *testing.T) {
	s := start(t, standard())
	first := field(t, respond(t, s, `{"model":"chat","input":"one"}`), "id")
	path := "responses/" + field(t, respond(t, s, `{"model":"chat","previous_response_id":"`+first+`","input":[{"role":"user","content":"two"},{"role":"user","content":"three"}]}`), "id") + "/input_items"
	text := func(r result) string {
		var all []string
		for i := range len(r.JSON(t, "data").([]any)) {
			all = append(all, fmt.Sprint(r.JSON(t, fmt.Sprintf("data.%d.content.0.text", i))))
		}
		return strings.Join(all, ", ")
	}
	all := v1(t, s, "a", "GET", path+"?order=asc", "")
	want(t, "items", text(all), "one, You said: one, two, three")
	want(t, "more", all.JSON(t, "has_more"), false)
	want(t, "newest first", text(v1(t, s, "a", "GET", path, "")), "three, two, You said: one, one")
	second := field(t, all, "data.1.id")
	page := v1(t, s, "a", "GET", path+"?order=asc&limit=1&after="+second, "")
	want(t, "a page", text(page), "two")
	want(t, "first and last id", field(t, page, "first_id"), field(t, page, "last_id"))
	want(t, "more behind it", page.JSON(t, "has_more"), true)
	want(t, "before an item", text(v1(t, s, "a", "GET", path+"?order=asc&before="+second, "")), "one")
	for query, code := range map[string]string{"limit=0": "integer_below_min_value", "limit=101": "integer_above_max_value", "limit=x": "invalid_type", "order=up": "invalid_value", "after=msg_1": "invalid_value"} {
		refused(t, v1(t, s, "a", "GET", path+"?"+query, ""), 400, code, "Invalid")
	}
}

func TestWhatTheClassicSurfaceHasNot(t *testing.T) {
	s := start(t, standard())
	for _, path := range []string{"responses/compact", "responses/input_tokens", "conversations"} {
		r := send(t, http.MethodPost, s.URL("a")+"/openai/"+path+"?api-version="+dated, `{"model":"chat","input":"x"}`, "api-key", "key-a")
		refused(t, r, 404, "404", "Resource not found")
		want(t, "status on v1 of "+path, v1(t, s, "a", "POST", path, `{"model":"chat","input":"x"}`).Status, 200)
	}
	id := field(t, respond(t, s, `{"model":"chat","input":"x"}`), "id")
	r := send(t, http.MethodGet, s.URL("a")+"/openai/responses/"+id+"?api-version=2024-10-21", "", "api-key", "key-a")
	refused(t, r, 404, "404", "Resource not found")
}
