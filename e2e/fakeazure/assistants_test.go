package fakeazure

import (
	"net/http"
	"strings"
	"testing"
)

// beta sends a request to a resource in the version of the Assistants API that
// most clients use.
func beta(t testing.TB, s *Server, resource, method, path, body string) result {
	t.Helper()
	mark := "?"
	if strings.Contains(path, "?") {
		mark = "&"
	}
	return send(t, method, s.URL(resource)+"/openai/"+path+mark+"api-version=2024-05-01-preview", body, "api-key", "key-"+resource, "OpenAI-Beta", "assistants=v2")
}

func TestAnAssistantIsKeptAsItWasMade(t *testing.T) {
	s := start(t, standard())
	made := beta(t, s, "a", "POST", "assistants", `{"model":"chat","name":"tutor","instructions":"be kind","metadata":{"k":"v"}}`)
	id := field(t, made, "id")
	want(t, "prefix", strings.HasPrefix(id, "asst_"), true)
	want(t, "model is the deployment", field(t, made, "model"), "chat")
	want(t, "retrieved", beta(t, s, "a", "GET", "assistants/"+id, "").Body, made.Body)
	changed := beta(t, s, "a", "POST", "assistants/"+id, `{"name":"teacher"}`)
	want(t, "changed name", field(t, changed, "name"), "teacher")
	want(t, "kept instructions", field(t, changed, "instructions"), "be kind")
	other := field(t, beta(t, s, "a", "POST", "assistants", `{"model":"chat"}`), "id")
	listed := beta(t, s, "a", "GET", "assistants?limit=1", "")
	want(t, "newest", field(t, listed, "data.0.id"), other)
	want(t, "next page", field(t, beta(t, s, "a", "GET", "assistants?after="+other, ""), "data.0.id"), id)
	want(t, "deleted", field(t, beta(t, s, "a", "DELETE", "assistants/"+id, ""), "object"), "assistant.deleted")
	for _, method := range []string{"GET", "POST", "DELETE"} {
		refused(t, beta(t, s, "a", method, "assistants/"+id, ""), 404, nil, "No assistant found with id '"+id+"'.")
		refused(t, beta(t, s, "b", method, "assistants/"+other, ""), 404, nil, "No assistant found with id '"+other+"'.")
	}
	s.Check(t)
}

func TestTheModelOfAnAssistantIsADeployment(t *testing.T) {
	s := start(t, standard())
	id := field(t, beta(t, s, "a", "POST", "assistants", `{"model":"chat"}`), "id")
	for name, path := range map[string]string{"new": "assistants", "changed": "assistants/" + id} {
		t.Run(name, func(t *testing.T) {
			refused(t, beta(t, s, "a", "POST", path, `{"model":"gpt-4o"}`), 404, "DeploymentNotFound", "The API deployment")
			refused(t, beta(t, s, "a", "POST", path, `{"model":"embed"}`), 400, "OperationNotSupported", "assistants")
		})
	}
	refused(t, beta(t, s, "a", "POST", "assistants", `{}`), 400, "missing_required_parameter", "model")
	thread := field(t, beta(t, s, "a", "POST", "threads", ""), "id")
	refused(t, beta(t, s, "a", "POST", "threads/"+thread+"/runs", `{"assistant_id":"`+id+`","model":"none"}`), 404, "DeploymentNotFound", "The API deployment")
	beta(t, s, "a", "POST", "threads/"+thread+"/runs", `{"assistant_id":"`+id+`"}`)
	last, _ := s.Last()
	want(t, "deployment in the record of a run", last.Deployment, "chat")
}

func TestTheAssistantsAPIIsOnlyInPreviewVersions(t *testing.T) {
	s := start(t, standard())
	for path, status := range map[string]int{
		"/openai/assistants?api-version=2024-02-15-preview": 404,
		"/openai/assistants?api-version=2024-05-01-preview": 200,
		"/openai/assistants?api-version=2024-10-21":         404,
		"/openai/assistants?api-version=2025-04-01-preview": 200,
		"/openai/v1/assistants":                             404,
	} {
		want(t, path, send(t, http.MethodGet, s.URL("a")+path, "", "api-key", "key-a").Status, status)
	}
}

func TestAThreadKeepsItsMessages(t *testing.T) {
	s := start(t, standard())
	made := beta(t, s, "a", "POST", "threads", `{"messages":[{"role":"user","content":"one"}],"metadata":{"k":"v"}}`)
	path := "threads/" + field(t, made, "id")
	want(t, "retrieved", beta(t, s, "a", "GET", path, "").Body, made.Body)
	want(t, "changed", field(t, beta(t, s, "a", "POST", path, `{"metadata":{"k":"w"}}`), "metadata.k"), "w")
	added := beta(t, s, "a", "POST", path+"/messages", `{"role":"user","content":[{"type":"text","text":"two"}]}`)
	message := path + "/messages/" + field(t, added, "id")
	want(t, "its text", field(t, added, "content.0.text.value"), "two")
	want(t, "retrieved message", beta(t, s, "a", "GET", message, "").Body, added.Body)
	want(t, "changed message", field(t, beta(t, s, "a", "POST", message, `{"metadata":{"k":"w"}}`), "metadata.k"), "w")
	want(t, "the oldest", field(t, beta(t, s, "a", "GET", path+"/messages?order=asc", ""), "data.0.content.0.text.value"), "one")
	refused(t, beta(t, s, "a", "POST", path+"/messages", `{"role":"nobody","content":"x"}`), 400, "invalid_value", "nobody")
	refused(t, beta(t, s, "a", "POST", path+"/messages", `{"role":"user"}`), 400, "missing_required_parameter", "content")
	want(t, "deleted message", field(t, beta(t, s, "a", "DELETE", message, ""), "object"), "thread.message.deleted")
	refused(t, beta(t, s, "a", "GET", message, ""), 404, nil, "No message found with id")
	refused(t, beta(t, s, "b", "GET", path, ""), 404, nil, "No thread found with id")
	want(t, "deleted", field(t, beta(t, s, "a", "DELETE", path, ""), "object"), "thread.deleted")
	for _, request := range [][2]string{{"GET", ""}, {"POST", ""}, {"DELETE", ""}, {"GET", "/messages"}, {"POST", "/messages"}, {"GET", "/messages/msg_1"}, {"POST", "/runs"}, {"GET", "/runs"}, {"GET", "/runs/run_1"}, {"GET", "/runs/run_1/steps"}} {
		refused(t, beta(t, s, "a", request[0], path+request[1], ""), 404, nil, "No thread found with id")
	}
}
