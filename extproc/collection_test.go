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
		{"POST", "/v1/batches", `{"input_file_id":"` + file + `","custom_llm_provider":"azure"}`, "/openai/batches?api-version=2024-10-21", `{"input_file_id":"file-1"}`},
		{"POST", "/openai/deployments/chat/batches?api-version=2025-04-01-preview", `{"input_file_id":"` + file + `","model":"chat"}`, "/openai/batches?api-version=2024-10-21", `{"input_file_id":"file-1"}`},
		{"GET", "/openai/deployments/chat/batches/" + r.Tagged("batch_1") + "?api-version=2025-04-01-preview", "", "/openai/batches/batch_1?api-version=2024-10-21", ""},
		{"GET", "/openai/deployments/chat/responses/" + response + "?api-version=2025-04-01-preview", "", "/openai/responses/resp_1?api-version=2025-03-01-preview", ""},
		{"POST", "/v1/fine_tuning/jobs", `{"model":"chat","training_file":"` + file + `"}`, "/openai/fine_tuning/jobs?api-version=2024-10-21", `{"model":"chat","training_file":"file-1"}`},
		{"POST", "/azure/openai/fine_tuning/jobs?api-version=2024-10-21", `{"model":"chat","training_file":"` + file + `"}`, "/openai/fine_tuning/jobs?api-version=2024-10-21", `{"model":"chat","training_file":"file-1"}`},
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

// apartFile has the model chat on one resource alone.
const apartFile = testFile + `  - model_name: embed-b
    litellm_params: {model: azure/embed-b, api_base: "https://b.openai.azure.com", api_key: k}
`

func TestAModelThatIsNotWhereTheIDsBelongIsRefusedAndNeverRenamedToAnother(t *testing.T) {
	s, seen := serverOf(t, apartFile)
	deployments := s.current.Load().table.Deployments
	there := deployments[len(deployments)-1].Resource
	thread, file := there.Tagged("thread_1"), there.Tagged("file-1")
	for name, tt := range map[string]struct {
		path, body, header string
		want               string // the body upstream, "" for a refusal
	}{
		"a run":                  {"/openai/threads/" + thread + "/runs", `{"model":"chat","assistant_id":"` + there.Tagged("asst_1") + `"}`, "", ""},
		"a run, passed through":  {"/azure/openai/threads/" + thread + "/runs", `{"model":"chat"}`, "", ""},
		"a selector in a header": {"/v1/vector_stores", `{"file_ids":["` + file + `"]}`, "chat", `{"file_ids":["file-1"]}`},
		"a selector in the body": {"/v1/batches", `{"model":"chat","input_file_id":"` + file + `"}`, "", `{"input_file_id":"file-1"}`},
		"a base model":           {"/v1/fine_tuning/jobs", `{"model":"chat","training_file":"` + file + `"}`, "", `{"model":"chat","training_file":"file-1"}`},
		"without a content-type": {"/v1/batches", `{"input_file_id":"` + file + `"}`, "none", `{"input_file_id":"file-1"}`},
	} {
		pairs := []string{":method", "POST", ":path", tt.path, "authorization", "Bearer sk-client", "content-type", "application/json"}
		switch tt.header {
		case "":
		case "none":
			pairs = pairs[:len(pairs)-2]
		default:
			pairs = append(pairs, "x-litellm-model", tt.header)
		}
		refusedBefore := len(seen.refused)
		answers, _ := play(t, s, headersRequest(false, pairs...), bodyRequest([]byte(tt.body), true))
		last := answers[len(answers)-1]
		if tt.want == "" {
			if len(seen.refused) == refusedBefore || seen.refused[len(seen.refused)-1].Code != "resource_mismatch" {
				t.Errorf("%s: %v", name, last)
			}
			continue
		}
		if got := string(last.GetRequestBody().GetResponse().GetBodyMutation().GetBody()); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func TestAFileThatIsPassedThroughWithoutAModelPassesEnvoyAlone(t *testing.T) {
	s, _ := newServer(t, nil)
	for path, alone := range map[string]bool{"/azure/openai/files": true, "/azure/openai/v1/files": true, "/azure/openai/v1/images/edits": false, "/azure/what/is/new": false} {
		answers, _ := play(t, s, headersRequest(false, ":method", "POST", ":path", path, "content-type", "multipart/form-data; boundary=x", "authorization", "Bearer sk-client"))
		if got := len(answers) == 1 && answers[0].GetRequestHeaders() != nil; got != alone {
			t.Errorf("%s: %v", path, answers)
		}
	}
}
