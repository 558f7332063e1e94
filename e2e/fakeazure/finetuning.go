package fakeazure

import (
	"fmt"
	"net/http"
	"strings"
)

var fineTuningOperations = []*operation{
	{path: "fine_tuning/jobs", method: http.MethodPost, since: "2023-09-15", serve: archived((*call).createJob)},
	{path: "fine_tuning/jobs", method: http.MethodGet, since: "2023-09-15", serve: archived((*call).listJobs)},
	{path: "fine_tuning/jobs/{id}", method: http.MethodGet, since: "2023-09-15", serve: archived((*call).retrieveJob)},
	{path: "fine_tuning/jobs/{id}", method: http.MethodDelete, since: "2023-09-15", serve: archived((*call).deleteJob)},
	{path: "fine_tuning/jobs/{id}/cancel", method: http.MethodPost, since: "2023-09-15", serve: archived((*call).cancelJob)},
	{path: "fine_tuning/jobs/{id}/pause", method: http.MethodPost, since: "2024-10-21", serve: archived((*call).pauseJob)},
	{path: "fine_tuning/jobs/{id}/resume", method: http.MethodPost, since: "2024-10-21", serve: archived((*call).resumeJob)},
	{path: "fine_tuning/jobs/{id}/events", method: http.MethodGet, since: "2024-05-01", serve: archived((*call).listJobEvents)},
	{path: "fine_tuning/jobs/{id}/checkpoints", method: http.MethodGet, since: "2024-05-01", serve: archived((*call).listCheckpoints)},
}

// job is one fine-tuning job: pending (queued at OpenAI), running, succeeded;
// or failed, cancelled, paused.
type job struct {
	id, status, model, suffix string
	training, validation      string // files
	tuned                     string // the model, once it is there
	result                    string // file
	created, finished         int64
	seed                      int64
	settings                  object // as they were sent
	azure                     bool
	events                    collection[object]
	checkpoints               collection[object]
	problem                   object
	spoiled                   *problem
}

type jobRequest struct {
	Model           string `json:"model"`
	TrainingFile    string `json:"training_file"`
	ValidationFile  string `json:"validation_file"`
	Suffix          string `json:"suffix"`
	Seed            *int64 `json:"seed"`
	Hyperparameters any    `json:"hyperparameters"`
	Method          any    `json:"method"`
	Metadata        object `json:"metadata"`
	Integrations    []any  `json:"integrations"`
}

func (c *call) createJob(a *archive) (object, *failure) {
	var q jobRequest
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	switch {
	case q.Model == "":
		return nil, missing("model")
	case q.TrainingFile == "":
		return nil, missing("training_file")
	case !c.resource.tunable(q.Model):
		return nil, c.payload("model", "The specified base model '%s' does not support fine-tuning.", q.Model)
	}
	for _, sent := range [][2]string{{"training_file", q.TrainingFile}, {"validation_file", q.ValidationFile}} {
		param, id := sent[0], sent[1]
		if id == "" {
			continue
		}
		f, wrong := a.file(c, id)
		switch {
		case wrong != nil:
			return nil, wrong
		case f.purpose != "fine-tune" || f.status != "processed":
			return nil, c.payload(param, "The file '%s' is %s and for '%s': it has to be processed and for 'fine-tune'.", id, f.status, f.purpose)
		}
	}
	j := &job{
		id: randomID("ftjob-", 32), status: "pending", model: q.Model, suffix: q.Suffix, azure: c.azure(),
		training: q.TrainingFile, validation: q.ValidationFile, created: c.created(), seed: 42,
		settings: object{"hyperparameters": q.Hyperparameters, "method": q.Method, "metadata": q.Metadata, "integrations": q.Integrations},
	}
	if !j.azure {
		j.status = "queued"
	}
	if q.Seed != nil {
		j.seed = *q.Seed
	}
	if q.Hyperparameters == nil {
		j.settings["hyperparameters"] = object{"batch_size": "auto", "learning_rate_multiplier": "auto", "n_epochs": "auto"}
	}
	j.tell(c.resource, "Job enqueued. Waiting for jobs ahead to complete.")
	a.jobs.add(j.id, j)
	return j.object(), nil
}

// tunable reports whether a name can be that of a base model. On Azure the
// name of a deployment is none.
func (r *resource) tunable(model string) bool {
	d := r.deployments[model]
	return d == nil || r.Provider == ProviderOpenAI || d.Model == model || d.replyModel() == model
}

func (c *call) listJobs(a *archive) (object, *failure) {
	return pageOf(c, &a.jobs, ordinary, nil, (*job).object)
}

func (c *call) retrieveJob(a *archive) (object, *failure) {
	j, wrong := own(c, &a.jobs, "fine-tuning job")
	if wrong != nil {
		return nil, wrong
	}
	c.work(j)
	return j.object(), nil
}

// deleteJob answers without a body, as Azure documents it.
func (c *call) deleteJob(a *archive) (object, *failure) {
	j, wrong := own(c, &a.jobs, "fine-tuning job")
	if wrong == nil && !j.ended() {
		wrong = c.conflict("A job that is %s cannot be deleted.", j.status)
	}
	if wrong != nil {
		return nil, wrong
	}
	a.jobs.remove(j.id)
	return nil, nil
}

func (c *call) cancelJob(a *archive) (object, *failure) {
	return c.turnJob(a, "cancelled", "pending", "queued", "running", "paused")
}

func (c *call) pauseJob(a *archive) (object, *failure) { return c.turnJob(a, "paused", "running") }

func (c *call) resumeJob(a *archive) (object, *failure) { return c.turnJob(a, "queued", "paused") }

// turnJob gives a job another status, which it must be able to have now.
func (c *call) turnJob(a *archive, to string, from ...string) (object, *failure) {
	j, wrong := own(c, &a.jobs, "fine-tuning job")
	if wrong != nil {
		return nil, wrong
	}
	for _, status := range from {
		if j.status == status {
			j.become(c.resource, to)
			return j.object(), nil
		}
	}
	return nil, c.conflict("A job that is %s cannot be %s.", j.status, to)
}

func (c *call) listJobEvents(a *archive) (object, *failure) {
	j, wrong := own(c, &a.jobs, "fine-tuning job")
	if wrong != nil {
		return nil, wrong
	}
	return pageOf(c, &j.events, ordinary, nil, asIs)
}

func (c *call) listCheckpoints(a *archive) (object, *failure) {
	j, wrong := own(c, &a.jobs, "fine-tuning job")
	if wrong != nil {
		return nil, wrong
	}
	return pageOf(c, &j.checkpoints, listing{usual: 10, most: 100}, nil, asIs)
}

func asIs(o object) object { return o }

func (j *job) object() object {
	o := object{
		"id": j.id, "object": "fine_tuning.job", "created_at": j.created, "finished_at": stamp(j.finished), "model": j.model,
		"fine_tuned_model": textOr(j.tuned), "organization_id": "org-fake", "status": j.status, "seed": j.seed, "suffix": textOr(j.suffix),
		"training_file": j.training, "validation_file": textOr(j.validation), "result_files": []string{}, "trained_tokens": nil,
		"error": j.problem, "estimated_finish": nil,
	}
	for name, value := range j.settings {
		o[name] = value
	}
	if j.result != "" {
		o["result_files"], o["trained_tokens"] = []string{j.result}, 3000
	}
	return o
}

func (j *job) state() string { return j.status }

func (j *job) ended() bool {
	return j.status == "succeeded" || j.status == "failed" || j.status == "cancelled"
}

func (j *job) spoil(code, message string) { j.spoiled = &problem{code: code, message: message} }

func (j *job) step(r *resource) {
	switch {
	case j.ended() || j.status == "paused":
	case j.spoiled != nil:
		j.problem = object{"code": j.spoiled.code, "message": j.spoiled.message, "param": nil}
		j.become(r, "failed")
	case j.status == "running":
		j.succeed(r)
	default:
		j.become(r, "running")
	}
}

func (j *job) become(r *resource, status string) {
	j.status = status
	if j.ended() {
		j.finished = r.server.config.Now().Unix()
	}
	j.tell(r, "Job "+status+".")
}

// succeed makes the model, its checkpoints and the file of results.
func (j *job) succeed(r *resource) {
	digits := strings.TrimPrefix(j.id, "ftjob-")
	if j.azure {
		j.tuned = j.model + ".ft-" + digits
		if j.suffix != "" {
			j.tuned += "-" + j.suffix
		}
	} else {
		j.tuned = "ft:" + j.model + ":org-fake:" + j.suffix + ":" + digits[:8]
	}
	var results strings.Builder
	results.WriteString("step,train_loss,train_accuracy\n")
	now := r.server.config.Now().Unix()
	for n := 1; n <= 3; n++ {
		loss := 1 / float64(n)
		fmt.Fprintf(&results, "%d,%.3f,%.3f\n", n*10, loss, 1-loss/2)
		id := randomID("ftchkpt-", 32)
		j.checkpoints.add(id, object{
			"id": id, "object": "fine_tuning.job.checkpoint", "created_at": now, "fine_tuning_job_id": j.id, "step_number": n * 10,
			"fine_tuned_model_checkpoint": fmt.Sprintf("%s:ckpt-step-%d", j.tuned, n*10), "metrics": object{"step": n * 10, "train_loss": loss},
		})
	}
	j.result = r.archive.addFile(r, "results.csv", "fine-tune-results", 0, blobOf([]byte(results.String()))).id
	j.become(r, "succeeded")
}

func (j *job) tell(r *resource, message string) {
	id := randomID("ftevent-", 32)
	j.events.add(id, object{
		"id": id, "object": "fine_tuning.job.event", "created_at": r.server.config.Now().Unix(),
		"level": "info", "message": message, "type": "message", "data": nil,
	})
}

// tunedModels are the resource's own models: they are listed beside the base
// models.
func (a *archive) tunedModels() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []string
	a.jobs.each(func(j *job) {
		if j.tuned != "" {
			found = append(found, j.tuned)
		}
	})
	return found
}
