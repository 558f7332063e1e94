package fakeazure

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
)

// batchOf is the input of a batch: a chat request for each body.
func batchOf(bodies ...string) string {
	var lines strings.Builder
	for i, body := range bodies {
		fmt.Fprintf(&lines, `{"custom_id":"task-%d","method":"POST","url":"/chat/completions","body":%s}`+"\n", i, body)
	}
	return lines.String()
}

func chatBody(model, text string) string { return ask(text, `"model":"`+model+`"`) }

// outputLine is one line of a batch's output.
type outputLine struct {
	CustomID string `json:"custom_id"`
	Response struct {
		RequestID  string         `json:"request_id"`
		StatusCode int            `json:"status_code"`
		Body       map[string]any `json:"body"`
	} `json:"response"`
	Error any `json:"error"`
}

// outputOf reads a file of a batch by custom_id.
func outputOf(t *testing.T, s *Server, resource, id string) map[string]outputLine {
	t.Helper()
	stored, ok := s.File(resource, id)
	if !ok {
		t.Fatalf("no file %q", id)
	}
	text, err := io.ReadAll(stored.Content)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]outputLine{}
	for line := range strings.Lines(string(text)) {
		var one outputLine
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		found[one.CustomID] = one
	}
	return found
}

func newBatch(t *testing.T, s *Server, resource, endpoint, input string) string {
	t.Helper()
	id := put(t, s, resource, "batch", "in.jsonl", input)
	return idOf(t, at(t, s, resource, "POST", "batches", `{"input_file_id":"`+id+`","endpoint":"`+endpoint+`","completion_window":"24h"}`))
}

func TestABatchRunsItsLines(t *testing.T) {
	eachSide(t, keeper(), func(t *testing.T, is side) {
		ctx := deadline(t)
		input := batchOf(chatBody(is.model, "one"), `{"model":"`+is.model+`","messages":[]}`, chatBody(is.model, "three"))
		file := must[*openai.FileObject](t)(is.client.Files.New(ctx, openai.FileNewParams{File: openai.File(strings.NewReader(input), "in.jsonl", "text/jsonl"), Purpose: openai.FilePurposeBatch}))
		made := must[*openai.Batch](t)(is.client.Batches.New(ctx, openai.BatchNewParams{
			InputFileID: file.ID, Endpoint: "/v1/chat/completions", CompletionWindow: openai.BatchNewParamsCompletionWindow24h,
			Metadata: map[string]string{"description": "My batch job"},
		}))
		want(t, "status", string(made.Status), "validating")
		want(t, "metadata", made.Metadata["description"], "My batch job")
		var got *openai.Batch
		for _, status := range []string{"in_progress", "finalizing", "completed", "completed"} {
			got = must[*openai.Batch](t)(is.client.Batches.Get(ctx, made.ID))
			want(t, "status", string(got.Status), status)
			want(t, "total", got.RequestCounts.Total, int64(3))
		}
		want(t, "completed", got.RequestCounts.Completed, int64(2))
		want(t, "failed", got.RequestCounts.Failed, int64(1))
		lines := outputOf(t, is.Server, is.resource, got.OutputFileID)
		want(t, "lines", len(lines), 2)
		tokens := 0.0
		for id, text := range map[string]string{"task-0": "You said: one", "task-2": "You said: three"} {
			want(t, "status of "+id, lines[id].Response.StatusCode, 200)
			want(t, "text of "+id, walk(lines[id].Response.Body, "choices.0.message.content"), text)
			used, _ := walk(lines[id].Response.Body, "usage.total_tokens").(float64)
			tokens += used
		}
		want(t, "usage", float64(got.Usage.TotalTokens), tokens)
		wrong := outputOf(t, is.Server, is.resource, got.ErrorFileID)["task-1"]
		want(t, "status of the bad line", wrong.Response.StatusCode, 400)
		want(t, "error of the bad line", walk(wrong.Response.Body, "error.param"), "messages")
		answer := must[*http.Response](t)(is.client.Files.Content(ctx, got.OutputFileID))
		_ = answer.Body.Close()
		purpose := must[*openai.FileObject](t)(is.client.Files.Get(ctx, got.OutputFileID)).Purpose
		want(t, "purpose", string(purpose), "batch_output")
		_, err := is.client.Batches.Cancel(ctx, made.ID)
		refuses(t, "cancelled when it is completed", err, http.StatusConflict)
	})
}

func TestABatchRunsOtherEndpoints(t *testing.T) {
	s := start(t, keeper())
	for endpoint, body := range map[string]string{
		"/v1/responses":  `{"model":"chat","input":"hi"}`,
		"/v1/embeddings": `{"model":"embed","input":"hi"}`,
	} {
		id := newBatch(t, s, "a", endpoint, `{"custom_id":"x","method":"POST","url":"`+endpoint+`","body":`+body+`}`)
		want(t, "status of "+endpoint, s.Settle("a", id), "completed")
		r := at(t, s, "a", "GET", "batches/"+id, "")
		file, _ := r.JSON(t, "output_file_id").(string)
		want(t, "lines of "+endpoint, len(outputOf(t, s, "a", file)), 1)
		used, _ := r.JSON(t, "usage.input_tokens").(float64)
		want(t, "usage of "+endpoint, used > 0, true)
	}
}

func TestABatchThatNeverFailsHasAnEmptyErrorFile(t *testing.T) {
	s := start(t, keeper())
	id := newBatch(t, s, "a", "/chat/completions", batchOf(chatBody("chat", "x")))
	s.Settle("a", id)
	file, _ := at(t, s, "a", "GET", "batches/"+id, "").JSON(t, "error_file_id").(string)
	stored, ok := s.File("a", file)
	want(t, "there", ok, true)
	want(t, "size", stored.Size, int64(0))
}

func TestACancelledBatchHasWhatWasDone(t *testing.T) {
	s := start(t, keeper())
	var bodies []string
	for i := range 10 {
		bodies = append(bodies, chatBody("chat", fmt.Sprint(i)))
	}
	id := newBatch(t, s, "a", "/chat/completions", batchOf(bodies...))
	want(t, "at work", at(t, s, "a", "GET", "batches/"+id, "").JSON(t, "status"), "in_progress")
	want(t, "cancelling", at(t, s, "a", "POST", "batches/"+id+"/cancel", "").JSON(t, "status"), "cancelling")
	r := at(t, s, "a", "GET", "batches/"+id, "")
	want(t, "then", r.JSON(t, "status"), "cancelled")
	want(t, "completed", r.JSON(t, "request_counts.completed"), 5.0)
	file, _ := r.JSON(t, "output_file_id").(string)
	want(t, "lines", len(outputOf(t, s, "a", file)), 5)

	early := newBatch(t, s, "a", "/chat/completions", batchOf(bodies...))
	at(t, s, "a", "POST", "batches/"+early+"/cancel", "")
	r = at(t, s, "a", "GET", "batches/"+early, "")
	want(t, "cancelled before it ran", r.JSON(t, "status"), "cancelled")
	want(t, "its output", r.JSON(t, "output_file_id"), nil)
}

func TestABatchFailsForTheLineThatIsWrong(t *testing.T) {
	c := keeper()
	c.Quotas.BatchLines = 3
	c.Resources[0].Deployments = append(c.Resources[0].Deployments, Deployment{Name: "online", Model: "gpt-4o", SKU: SKUStandard})
	s := start(t, c)
	good := batchOf(chatBody("chat", "x"))
	for _, row := range []struct {
		name, input, code string
		line              any
	}{
		{"nothing", "\n \r\n", "empty_file", nil},
		{"a line that is not JSON", good + "{", "invalid_json_line", 2.0},
		{"a list", `[]`, "invalid_json_line", 1.0},
		{"the same custom_id", good + good, "duplicate_custom_id", 2.0},
		{"no custom_id", `{"method":"POST","url":"/chat/completions","body":{"model":"chat"}}`, "invalid_request", 1.0},
		{"another method", strings.Replace(good, "POST", "GET", 1), "invalid_request", 1.0},
		{"another url", strings.Replace(good, "/chat/completions", "/responses", 1), "url_mismatch", 1.0},
		{"two spellings of the url", good + strings.NewReplacer("task-0", "b", "/chat", "/v1/chat").Replace(good), "url_mismatch", 2.0},
		{"a model that is no deployment", batchOf(chatBody("gpt-4o", "x")), "model_not_found", 1.0},
		{"no model", batchOf(ask("x")), "invalid_request", 1.0},
		{"two models", batchOf(chatBody("chat", "x"), chatBody("reason", "x")), "model_mismatch", 2.0},
		{"a model of another kind", batchOf(chatBody("embed", "x")), "invalid_request", 1.0},
		{"a model that is not for batches", batchOf(chatBody("online", "x")), "invalid_request", 1.0},
		{"a byte order mark", "\ufeff" + good, "invalid_request", 1.0},
		{"too many lines", batchOf(chatBody("chat", "a"), chatBody("chat", "b"), chatBody("chat", "c"), chatBody("chat", "d")), "too_many_tasks", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			id := newBatch(t, s, "a", "/chat/completions", row.input)
			r := at(t, s, "a", "GET", "batches/"+id, "")
			want(t, "status", r.JSON(t, "status"), "failed")
			want(t, "errors", r.JSON(t, "errors.object"), "list")
			want(t, "code", r.JSON(t, "errors.data.0.code"), row.code)
			want(t, "line", r.JSON(t, "errors.data.0.line"), row.line)
			want(t, "output", r.JSON(t, "output_file_id"), nil)
		})
	}
	for _, input := range []string{strings.ReplaceAll(good, "\n", "\r\n"), strings.TrimSpace(good), "\n" + good + "\n\n"} {
		want(t, fmt.Sprintf("status of %q", input), s.Settle("a", newBatch(t, s, "a", "/chat/completions", input)), "completed")
	}
}

func TestABatchIsNotCreated(t *testing.T) {
	s := start(t, keeper())
	batchFile, other := put(t, s, "a", "batch", "a.jsonl", "x"), put(t, s, "a", "assistants", "a.jsonl", "x")
	for body, status := range map[string]int{
		`{"endpoint":"/chat/completions","completion_window":"24h"}`:                                                                                                400,
		`{"input_file_id":"` + batchFile + `","completion_window":"24h"}`:                                                                                           400,
		`{"input_file_id":"` + batchFile + `","endpoint":"/chat/completions"}`:                                                                                      400,
		`{"input_file_id":"` + batchFile + `","endpoint":"/images/generations","completion_window":"24h"}`:                                                          400,
		`{"input_file_id":"` + other + `","endpoint":"/chat/completions","completion_window":"24h"}`:                                                                400,
		`{"input_file_id":"file-none","endpoint":"/chat/completions","completion_window":"24h"}`:                                                                    404,
		`{"input_file_id":"` + batchFile + `~x","endpoint":"/chat/completions","completion_window":"24h"}`:                                                          404,
		`{"input_file_id":"` + batchFile + `","endpoint":"/chat/completions","completion_window":"24h","output_expires_after":{"anchor":"created_at","seconds":5}}`: 400,
	} {
		want(t, body, at(t, s, "a", "POST", "batches", body).Status, status)
	}
}

func TestBatchesAreListedNewestFirst(t *testing.T) {
	s := start(t, keeper())
	var ids []string
	for range 3 {
		ids = append(ids, newBatch(t, s, "a", "/chat/completions", batchOf(chatBody("chat", "x"))))
	}
	r := at(t, s, "a", "GET", "batches?limit=2", "")
	want(t, "first", r.JSON(t, "data.0.id"), ids[2])
	want(t, "second", r.JSON(t, "data.1.id"), ids[1])
	want(t, "status", r.JSON(t, "data.0.status"), "validating") // a list is not a retrieval
	want(t, "has_more", r.JSON(t, "has_more"), true)
	r = at(t, s, "a", "GET", "batches?limit=2&after="+ids[1], "")
	want(t, "last", r.JSON(t, "data.0.id"), ids[0])
	want(t, "has_more then", r.JSON(t, "has_more"), false)
}

func TestABatchMovesOnlyByStepsWhereTheTestWantsThat(t *testing.T) {
	c := keeper()
	c.ManualSteps = true
	s := start(t, c)
	id := newBatch(t, s, "a", "/chat/completions", batchOf(chatBody("chat", "x")))
	for range 3 {
		want(t, "status", at(t, s, "a", "GET", "batches/"+id, "").JSON(t, "status"), "validating")
	}
	want(t, "a step", s.Step("a", id), "in_progress")
	want(t, "status then", at(t, s, "a", "GET", "batches/"+id, "").JSON(t, "status"), "in_progress")
	want(t, "spoiled", s.Spoil("a", id, "token_limit_exceeded", "too much"), true)
	want(t, "the next step", s.Step("a", id), "failed")
	r := at(t, s, "a", "GET", "batches/"+id, "")
	want(t, "code", r.JSON(t, "errors.data.0.code"), "token_limit_exceeded")
}

func TestNothingOfTheWireActsOnTheLinesOfABatch(t *testing.T) {
	c := keeper()
	c.Resources[0].Deployments = append(c.Resources[0].Deployments, Deployment{Name: "night", Model: "gpt-4o", SKU: SKUBatch, RPM: 1})
	s := start(t, c)
	s.Script("a", "night", Status(500).Times(2)...)
	gate := s.Gate("a", "night")
	defer gate.Open()
	id := newBatch(t, s, "a", "/chat/completions", batchOf(chatBody("night", "a"), chatBody("night", "b"), ask("c", `"stream":true,"model":"night"`)))
	before := len(s.Requests())
	want(t, "status", s.Settle("a", id), "completed")
	want(t, "requests", len(s.Requests()), before)
	r := at(t, s, "a", "GET", "batches/"+id, "")
	want(t, "completed", r.JSON(t, "request_counts.completed"), 2.0)
	want(t, "streams", r.JSON(t, "request_counts.failed"), 1.0)
	want(t, "script", s.Unscript("a", "night"), 2)
	gate.Open()
	online := classic(t, s, "night", "chat/completions", ask("x"))
	want(t, "code of a request to it", online.JSON(t, "error.code"), "OperationNotSupported")
}

func TestABatchOfManyLinesLosesNone(t *testing.T) {
	s := start(t, keeper())
	var bodies []string
	for i := range 2001 {
		bodies = append(bodies, chatBody("chat", fmt.Sprint(i)))
	}
	id := newBatch(t, s, "a", "/chat/completions", batchOf(bodies...))
	want(t, "status", s.Settle("a", id), "completed")
	file, _ := at(t, s, "a", "GET", "batches/"+id, "").JSON(t, "output_file_id").(string)
	lines := outputOf(t, s, "a", file)
	want(t, "lines", len(lines), len(bodies))
	for i := range bodies {
		one := lines[fmt.Sprintf("task-%d", i)]
		if text := walk(one.Response.Body, "choices.0.message.content"); text != fmt.Sprintf("You said: %d", i) {
			t.Fatalf("line %d: %v", i, text)
		}
	}
}
