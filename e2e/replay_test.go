package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// events takes a stream apart: the data of its events, without "[DONE]", which must
// be there for a chat.
func events(t *testing.T, got answer) []map[string]any {
	t.Helper()
	if !strings.HasPrefix(got.header.Get("content-type"), "text/event-stream") || got.header.Get("content-length") != "" {
		t.Fatalf("no stream: %v %s", got.header, got.body)
	}
	var list []map[string]any
	for event := range strings.SplitSeq(strings.TrimSuffix(got.body, "\n\n"), "\n\n") {
		_, data, ok := strings.Cut("\n"+event, "\ndata: ")
		if !ok {
			t.Fatalf("an event without data: %q", event)
		}
		if data == "[DONE]" {
			continue
		}
		var one map[string]any
		if err := json.Unmarshal([]byte(data), &one); err != nil {
			t.Fatalf("%v: %s", err, data)
		}
		list = append(list, one)
	}
	return list
}

func TestAModelThatCannotStreamAnswersAStream(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "o1", resource: "a", kind: "o1"}, member{group: "o3-pro", resource: "a", kind: "o3-pro"},
		member{group: "faked", resource: "b", more: ", fake_stream: true"}))
	const chat = `,"stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"one two three"}]}`
	for model, path := range map[string]string{"o1": "/v1/chat/completions", "faked": "/openai/deployments/faked/chat/completions?api-version=2024-10-21"} {
		azure.Reset()
		whole := do(t, "POST", g.url+path, `{"model":"`+model+`","messages":[{"role":"user","content":"one two three"}]}`)
		got := do(t, "POST", g.url+path, `{"model":"`+model+`"`+chat)
		if got.status != 200 || !strings.HasSuffix(got.body, "data: [DONE]\n\n") {
			t.Fatalf("%s: %d %s", model, got.status, got.body)
		}
		if sent := string(azure.Requests()[1].Body); strings.Contains(sent, "stream") {
			t.Errorf("%s: sent %s", model, sent)
		}
		var text string
		list := events(t, got)
		for _, chunk := range list {
			for _, choice := range chunk["choices"].([]any) {
				delta, _ := choice.(map[string]any)["delta"].(map[string]any)
				piece, _ := delta["content"].(string)
				text += piece
			}
		}
		var want struct {
			Choices []struct{ Message struct{ Content string } }
			Usage   json.RawMessage
		}
		if err := json.Unmarshal([]byte(whole.body), &want); err != nil || text != want.Choices[0].Message.Content || text == "" {
			t.Errorf("%s: %q, want %q: %v", model, text, want.Choices[0].Message.Content, err)
		}
		if usage, _ := json.Marshal(list[len(list)-1]["usage"]); !strings.Contains(string(usage), "reasoning_tokens") {
			t.Errorf("%s: usage %s", model, usage)
		}
	}

	got := do(t, "POST", g.url+"/v1/responses", `{"model":"o3-pro","stream":true,"input":"one two three"}`)
	list := events(t, got)
	first, last := list[0], list[len(list)-1]
	if got.status != 200 || first["type"] != "response.created" || last["type"] != "response.completed" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	id, _ := last["response"].(map[string]any)["id"].(string)
	if !strings.Contains(id, "~") {
		t.Errorf("the id %q has no tag", id)
	}
	if again := do(t, "GET", g.url+"/v1/responses/"+id, ""); again.status != 200 {
		t.Errorf("%d %s", again.status, again.body)
	}
}

func TestWhatAModelThatCannotStreamFailsWithIsAnErrorNotAStream(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "o1", resource: "a", kind: "o1"}))
	azure.Script("a", "o1-a", fakeazure.ContentFilter())
	got := do(t, "POST", g.url+"/v1/chat/completions", `{"model":"o1","stream":true,"messages":[{"role":"user","content":"hi"}]}`)
	if _, code, _ := openAIError(t, got); got.status != 400 || code != "content_filter" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestAStreamThatIsMadeFallsBackAsOthersDo(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a", kind: "o1"}, member{group: "m", resource: "b"}, member{group: "m", resource: "c", kind: "o1"}))
	body := `{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}`
	for first, want := range map[string]string{"a": "m-b", "a b": "m-c"} {
		azure.Reset()
		for r := range strings.FieldsSeq(first) {
			azure.Script(r, map[string]string{"a": "o1-a", "b": "chat-b"}[r], fakeazure.Status(500))
		}
		got := do(t, "POST", g.url+"/v1/chat/completions", body)
		if list := events(t, got); got.status != 200 || got.header.Get("x-azproc-deployment") != want || len(list) < 2 || !strings.HasSuffix(got.body, "data: [DONE]\n\n") {
			t.Errorf("%s failed: %d by %s: %s", first, got.status, got.header.Get("x-azproc-deployment"), got.body)
		}
		requests := azure.Requests()
		last := requests[len(requests)-1]
		if streams := strings.Contains(string(last.Body), `"stream":true`); streams != (want == "m-b") {
			t.Errorf("%s failed: sent %s", first, last.Body)
		}
	}
}
