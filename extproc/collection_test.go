package extproc

import (
	"testing"

	"google.golang.org/protobuf/proto"
)

func TestRequestsOfCollectionsGoToTheResourceWithoutTags(t *testing.T) {
	s, _ := newServer(t, nil)
	r := s.current.Load().table.Deployments[0].Resource
	file, response, thread := r.Tagged("file-1"), r.Tagged("resp_1"), r.Tagged("thread_1")
	for _, tt := range []struct {
		method, path, body string
		wantPath, wantBody string // "" is the client's own
	}{
		{"GET", "/v1/files/" + file, "", "/openai/files/file-1?api-version=2024-10-21", ""},
		{"DELETE", "/openai/files/" + file + "?api-version=2025-04-01-preview", "", "/openai/files/file-1?api-version=2024-10-21", ""},
		{"GET", "/v1/responses/" + response + "?stream=true&starting_after=2", "", "/openai/responses/resp_1?api-version=2025-03-01-preview&stream=true&starting_after=2", ""},
		{"POST", "/v1/responses/" + response + "/cancel", "{}", "/openai/responses/resp_1/cancel?api-version=2025-03-01-preview", ""},
		{"POST", "/v1/batches", `{"input_file_id":"` + file + `","endpoint":"/v1/chat/completions"}`, "/openai/batches?api-version=2024-10-21", `{"input_file_id":"file-1","endpoint":"/v1/chat/completions"}`},
		{"POST", "/v1/batches", `{"input_file_id":"` + file + `","model":"chat"}`, "/openai/batches?api-version=2024-10-21", `{"input_file_id":"file-1"}`},
		{"POST", "/v1/fine_tuning/jobs", `{"model":"gpt-4o-mini","training_file":"` + file + `"}`, "/openai/fine_tuning/jobs?api-version=2024-10-21", `{"model":"gpt-4o-mini","training_file":"file-1"}`},
		{"POST", "/openai/assistants?api-version=2024-05-01-preview", `{"model":"chat","name":"Math Tutor"}`, "/openai/assistants?api-version=2024-05-01-preview", `{"model":"gpt-4o-prod","name":"Math Tutor"}`},
		{"POST", "/azure/openai/assistants?api-version=2024-05-01-preview", `{"model":"chat","name":"Math Tutor"}`, "/openai/assistants?api-version=2024-05-01-preview", `{"model":"gpt-4o-prod","name":"Math Tutor"}`},
		{"POST", "/azure/openai/threads/" + thread + "/messages?api-version=2024-05-01-preview", `{"role":"user","content":"Solve"}`, "/openai/threads/thread_1/messages?api-version=2024-05-01-preview", ""},
		{"POST", "/azure/openai/deployments/chat/chat/completions?api-version=2024-02-01", `{"messages":[]}`, "/openai/deployments/gpt-4o-prod/chat/completions?api-version=2024-02-01", ""},
		{"PATCH", "/azure/anything/new?x=1", `not JSON`, "/anything/new?x=1", ""},
		{"POST", "/azure/openai/v1/responses", `{"model":"unknown","input":"hi"}`, "/openai/v1/responses", ""},
	} {
		pairs := []string{":method", tt.method, ":path", tt.path, "authorization", "Bearer sk-client"}
		messages := []proto.Message{headersRequest(tt.body == "", pairs...)}
		if tt.body != "" {
			messages = []proto.Message{headersRequest(false, append(pairs, "content-type", "application/json")...), bodyRequest([]byte(tt.body), true)}
		}
		answers, _ := play(t, s, messages...) // no answer comes: the script ends
		if len(answers) != len(messages) {
			t.Errorf("%s %s: %d answers: %v", tt.method, tt.path, len(answers), answers)
			continue
		}
		last := answers[len(answers)-1]
		common := last.GetRequestHeaders().GetResponse()
		if tt.body != "" {
			common = last.GetRequestBody().GetResponse()
		}
		if got := headersOf(common); got[":path"] != tt.wantPath || got["api-key"] != "azure-key" {
			t.Errorf("%s %s goes to %s with %s, want %s", tt.method, tt.path, got[":path"], got["api-key"], tt.wantPath)
		}
		if got := string(common.GetBodyMutation().GetBody()); got != tt.wantBody {
			t.Errorf("%s %s: body %s, want %s", tt.method, tt.path, got, tt.wantBody)
		}
	}
}

func TestAFileOfAnyTypePassesEnvoyAlone(t *testing.T) {
	s, _ := newServer(t, nil)
	answers, _ := play(t, s, headersRequest(false, ":method", "POST", ":path", "/v1/uploads/"+s.current.Load().table.Deployments[0].Resource.Tagged("upload_1")+"/parts",
		"content-type", "multipart/form-data; boundary=x", "authorization", "Bearer sk-client"))
	if len(answers) != 1 || answers[0].GetRequestHeaders() == nil || answers[0].GetModeOverride().GetRequestBodyMode() != 0 {
		t.Errorf("%v", answers)
	}
}

func TestIDsThatAreNotOursAre404InTheClientsShape(t *testing.T) {
	s, seen := newServer(t, nil)
	for _, path := range []string{"/v1/files/file-1~AAAAAAAAAAAA", "/azure/openai/threads/thread_1~AAAAAAAAAAAA", "/v1/responses/resp_1~AAAAAAAAAAAA/input_items"} {
		answers, err := play(t, s, headersRequest(true, ":method", "GET", ":path", path, "authorization", "Bearer sk-client"))
		if err != nil || len(answers) != 1 || answers[0].GetImmediateResponse().GetStatus().GetCode() != 404 {
			t.Errorf("%s: %v, %v", path, answers, err)
		}
	}
	if len(seen.refused) != 3 {
		t.Errorf("observed %v", seen.refused)
	}
	for _, e := range seen.refused {
		if e.Code != "not_found" {
			t.Errorf("%v", e)
		}
	}
	answers, _ := play(t, s, headersRequest(true, ":method", "GET", ":path", "/v1/files/file-1~AAAAAAAAAAAA"))
	if len(answers) != 1 || answers[0].GetImmediateResponse().GetStatus().GetCode() != 401 {
		t.Errorf("who may not call learns that there is no such id: %v", answers)
	}
}
