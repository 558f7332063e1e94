package fakeazure

import (
	"net/http"
	"testing"
)

func TestAnEvalAndItsRuns(t *testing.T) {
	s := start(t, keeper())
	file := put(t, s, "a", "evals", "e.jsonl", "{}\n")
	made := at(t, s, "a", "POST", "evals", `{"name":"e","data_source_config":{"type":"custom"},"testing_criteria":[{"type":"string_check"}],"metadata":{"k":"v"}}`)
	id := idOf(t, made)
	want(t, "criteria", made.JSON(t, "testing_criteria.0.type"), "string_check")
	want(t, "renamed", at(t, s, "a", "POST", "evals/"+id, `{"name":"f"}`).JSON(t, "name"), "f")
	runs := "evals/" + id + "/runs"
	for body, status := range map[string]int{
		`{}`:                                 http.StatusBadRequest,
		`{"data_source":{"model":"gpt-4o"}}`: http.StatusNotFound, // no deployment of that name
		`{"data_source":{"source":{"type":"file_id","id":"file-none"}}}`: http.StatusNotFound,
	} {
		want(t, body, at(t, s, "a", "POST", runs, body).Status, status)
	}
	begin := func() string {
		return idOf(t, at(t, s, "a", "POST", runs, `{"data_source":{"type":"completions","model":"chat","source":{"type":"file_id","id":"`+file+`"}}}`))
	}
	run, other := begin(), begin()
	want(t, "status", at(t, s, "a", "GET", runs+"/"+run, "").JSON(t, "status"), "in_progress")
	r := at(t, s, "a", "GET", runs+"/"+run, "")
	want(t, "status then", r.JSON(t, "status"), "completed")
	want(t, "passed", r.JSON(t, "result_counts.passed"), 1.0)
	want(t, "output", at(t, s, "a", "GET", runs+"/"+run+"/output_items", "").JSON(t, "data.0.run_id"), run)
	want(t, "canceled when it is completed", at(t, s, "a", "POST", runs+"/"+run, "").Status, http.StatusConflict)
	want(t, "canceled", at(t, s, "a", "POST", runs+"/"+other, "").JSON(t, "status"), "canceled")
	want(t, "oldest", at(t, s, "a", "GET", runs, "").JSON(t, "first_id"), run)
	want(t, "deleted run", at(t, s, "a", "DELETE", runs+"/"+run, "").JSON(t, "run_id"), run)
	want(t, "run then", at(t, s, "a", "GET", runs+"/"+run, "").Status, http.StatusNotFound)
	want(t, "deleted", at(t, s, "a", "DELETE", "evals/"+id, "").JSON(t, "eval_id"), id)
	want(t, "eval then", at(t, s, "a", "GET", "evals/"+id, "").Status, http.StatusNotFound)
	want(t, "run of an eval that is gone", at(t, s, "a", "GET", runs+"/"+other, "").Status, http.StatusNotFound)
	want(t, "listed", at(t, s, "a", "GET", "evals", "").JSON(t, "first_id"), nil)
}

func TestAnEvalNeedsItsParts(t *testing.T) {
	s := start(t, keeper())
	want(t, "no source", at(t, s, "a", "POST", "evals", `{"testing_criteria":[]}`).JSON(t, "error.param"), "data_source_config")
	want(t, "no criteria", at(t, s, "a", "POST", "evals", `{"data_source_config":{}}`).JSON(t, "error.param"), "testing_criteria")
	id := idOf(t, at(t, s, "a", "POST", "evals", `{"data_source_config":{},"testing_criteria":[]}`))
	run := idOf(t, at(t, s, "a", "POST", "evals/"+id+"/runs", `{"data_source":{}}`))
	s.Spoil("a", run, "server_error", "it broke")
	r := at(t, s, "a", "GET", "evals/"+id+"/runs/"+run, "")
	want(t, "status of a spoiled run", r.JSON(t, "status"), "failed")
	want(t, "its error", r.JSON(t, "error.message"), "it broke")
}
