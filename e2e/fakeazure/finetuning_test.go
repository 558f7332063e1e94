package fakeazure

import (
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
)

func TestAFineTuningJobEndsInAModel(t *testing.T) {
	eachSide(t, keeper(), func(t *testing.T, is side) {
		ctx, jobs := deadline(t), is.client.FineTuning.Jobs
		file := must[*openai.FileObject](t)(is.client.Files.New(ctx, openai.FileNewParams{File: openai.File(strings.NewReader("{}\n"), "t.jsonl", "text/jsonl"), Purpose: openai.FilePurposeFineTune}))
		made := must[*openai.FineTuningJob](t)(jobs.New(ctx, openai.FineTuningJobNewParams{Model: "gpt-4o-mini-2024-07-18", TrainingFile: file.ID, Suffix: openai.String("mine"), Seed: openai.Int(7)}))
		want(t, "running already", made.Status == "pending" || made.Status == "queued", true)
		want(t, "seed", made.Seed, int64(7))
		want(t, "model before", made.FineTunedModel, "")
		got := must[*openai.FineTuningJob](t)(jobs.Get(ctx, made.ID))
		want(t, "status", string(got.Status), "running")
		got = must[*openai.FineTuningJob](t)(jobs.Get(ctx, made.ID))
		want(t, "status then", string(got.Status), "succeeded")
		want(t, "training file", got.TrainingFile, file.ID)
		want(t, "model", strings.Contains(got.FineTunedModel, "gpt-4o-mini-2024-07-18") && strings.Contains(got.FineTunedModel, "mine"), true)
		stored, ok := is.File(is.resource, got.ResultFiles[0])
		want(t, "result file", ok, true)
		want(t, "its purpose", stored.Purpose, "fine-tune-results")
		tuned := must[*openai.Model](t)(is.client.Models.Get(ctx, got.FineTunedModel))
		want(t, "listed model", tuned.ID, got.FineTunedModel)

		events := jobs.ListEventsAutoPaging(ctx, made.ID, openai.FineTuningJobListEventsParams{Limit: openai.Int(1)})
		var said []string
		for events.Next() {
			said = append(said, events.Current().Message)
		}
		want(t, "error of the events", events.Err(), nil)
		want(t, "events", strings.Join(said, " "), "Job succeeded. Job running. Job enqueued. Waiting for jobs ahead to complete.")
		checkpoints := jobs.Checkpoints.ListAutoPaging(ctx, made.ID, openai.FineTuningJobCheckpointListParams{Limit: openai.Int(2)})
		steps := 0
		for checkpoints.Next() {
			steps++
			want(t, "job of the checkpoint", checkpoints.Current().FineTuningJobID, made.ID)
		}
		want(t, "checkpoints", steps, 3)
		_, err := jobs.Cancel(ctx, made.ID)
		refuses(t, "cancelled then", err, http.StatusConflict)
	})
}

func TestAFineTuningJobCanWaitAndEnd(t *testing.T) {
	s := start(t, keeper())
	file := put(t, s, "a", "fine-tune", "t.jsonl", "{}\n")
	begin := func() string {
		return idOf(t, at(t, s, "a", "POST", "fine_tuning/jobs", `{"model":"gpt-4o","training_file":"`+file+`"}`))
	}
	turn := func(id, what string) result { return at(t, s, "a", "POST", "fine_tuning/jobs/"+id+"/"+what, "") }
	id := begin()
	want(t, "paused before it runs", turn(id, "pause").Status, http.StatusConflict)
	want(t, "running", s.Step("a", id), "running")
	want(t, "paused", turn(id, "pause").JSON(t, "status"), "paused")
	want(t, "retrieved", at(t, s, "a", "GET", "fine_tuning/jobs/"+id, "").JSON(t, "status"), "paused")
	want(t, "resumed", turn(id, "resume").JSON(t, "status"), "queued")
	want(t, "deleted while it runs", at(t, s, "a", "DELETE", "fine_tuning/jobs/"+id, "").Status, http.StatusConflict)
	want(t, "cancelled", turn(id, "cancel").JSON(t, "status"), "cancelled")
	want(t, "resumed then", turn(id, "resume").Status, http.StatusConflict)
	want(t, "deleted", at(t, s, "a", "DELETE", "fine_tuning/jobs/"+id, "").Status, http.StatusNoContent)
	want(t, "gone", at(t, s, "a", "GET", "fine_tuning/jobs/"+id, "").Status, http.StatusNotFound)

	bad, other := begin(), begin()
	s.Spoil("a", bad, "invalid_training_file", "ten examples are needed")
	r := at(t, s, "a", "GET", "fine_tuning/jobs/"+bad, "")
	want(t, "spoiled", r.JSON(t, "status"), "failed")
	want(t, "error", r.JSON(t, "error.code"), "invalid_training_file")
	list := at(t, s, "a", "GET", "fine_tuning/jobs?limit=1", "")
	want(t, "newest", list.JSON(t, "data.0.id"), other)
	want(t, "has_more", list.JSON(t, "has_more"), true)
}

func TestAFineTuningJobIsNotCreated(t *testing.T) {
	s := start(t, keeper())
	file, other := put(t, s, "a", "fine-tune", "t.jsonl", "{}\n"), put(t, s, "a", "assistants", "t.txt", "x")
	for body, status := range map[string]int{
		`{"training_file":"` + file + `"}`:                                                   http.StatusBadRequest,
		`{"model":"gpt-4o"}`:                                                                 http.StatusBadRequest,
		`{"model":"chat","training_file":"` + file + `"}`:                                    http.StatusBadRequest, // a deployment is no base model
		`{"model":"gpt-4o","training_file":"` + other + `"}`:                                 http.StatusBadRequest,
		`{"model":"gpt-4o","training_file":"file-none"}`:                                     http.StatusNotFound,
		`{"model":"gpt-4o","training_file":"` + file + `","validation_file":"file-none"}`:    http.StatusNotFound,
		`{"model":"gpt-4o","training_file":"` + file + `","validation_file":"` + file + `"}`: http.StatusOK,
	} {
		want(t, body, at(t, s, "a", "POST", "fine_tuning/jobs", body).Status, status)
	}
}
