package fakeazure

import (
	"encoding/json"
	"net/http"
)

var evalOperations = []*operation{
	{path: "evals", method: http.MethodPost, since: "2025-04-01", serve: archived((*call).createEval)},
	{path: "evals", method: http.MethodGet, since: "2025-04-01", serve: archived((*call).listEvals)},
	{path: "evals/{id}", method: http.MethodGet, since: "2025-04-01", serve: archived((*call).retrieveEval)},
	{path: "evals/{id}", method: http.MethodPost, since: "2025-04-01", serve: archived((*call).updateEval)},
	{path: "evals/{id}", method: http.MethodDelete, since: "2025-04-01", serve: archived((*call).deleteEval)},
	{path: "evals/{id}/runs", method: http.MethodPost, since: "2025-04-01", serve: archived((*call).createEvalRun)},
	{path: "evals/{id}/runs", method: http.MethodGet, since: "2025-04-01", serve: archived((*call).listEvalRuns)},
	{path: "evals/{id}/runs/{id}", method: http.MethodGet, since: "2025-04-01", serve: archived((*call).retrieveEvalRun)},
	{path: "evals/{id}/runs/{id}", method: http.MethodPost, since: "2025-04-01", serve: archived((*call).cancelEvalRun)},
	{path: "evals/{id}/runs/{id}", method: http.MethodDelete, since: "2025-04-01", serve: archived((*call).deleteEvalRun)},
	{path: "evals/{id}/runs/{id}/output_items", method: http.MethodGet, since: "2025-04-01", serve: archived((*call).listEvalOutputs)},
}

// eval is an evaluation; its runs are what has ids beside it.
type eval struct {
	id, name         string
	created          int64
	metadata         object
	source, criteria json.RawMessage
	runs             collection[*evalRun]
}

// evalRun is queued, in_progress, completed; or failed, or canceled (which this
// API spells so).
type evalRun struct {
	id, eval, name, status, model string
	created                       int64
	metadata                      object
	source                        json.RawMessage
	problem                       object
	spoiled                       *problem
	outputs                       collection[object]
}

func (c *call) createEval(a *archive) (object, *failure) {
	var q struct {
		Name     string          `json:"name"`
		Metadata object          `json:"metadata"`
		Source   json.RawMessage `json:"data_source_config"`
		Criteria json.RawMessage `json:"testing_criteria"`
	}
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	switch {
	case len(q.Source) == 0:
		return nil, missing("data_source_config")
	case len(q.Criteria) == 0:
		return nil, missing("testing_criteria")
	}
	e := &eval{id: randomID("eval_", 32), name: q.Name, created: c.created(), metadata: merged(q.Metadata, nil), source: q.Source, criteria: q.Criteria}
	a.evals.add(e.id, e)
	return e.object(), nil
}

func (e *eval) object() object {
	return object{
		"id": e.id, "object": "eval", "created_at": e.created, "name": e.name, "metadata": e.metadata,
		"data_source_config": e.source, "testing_criteria": e.criteria,
	}
}

func (c *call) listEvals(a *archive) (object, *failure) {
	return pageOf(c, &a.evals, listing{usual: 20, most: 100, ascending: true}, nil, (*eval).object)
}

func (c *call) retrieveEval(a *archive) (object, *failure) {
	e, wrong := own(c, &a.evals, "eval")
	if wrong != nil {
		return nil, wrong
	}
	return e.object(), nil
}

func (c *call) updateEval(a *archive) (object, *failure) {
	e, wrong := own(c, &a.evals, "eval")
	if wrong != nil {
		return nil, wrong
	}
	var q struct {
		Name     *string `json:"name"`
		Metadata object  `json:"metadata"`
	}
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	if q.Name != nil {
		e.name = *q.Name
	}
	e.metadata = merged(e.metadata, q.Metadata)
	return e.object(), nil
}

func (c *call) deleteEval(a *archive) (object, *failure) {
	e, wrong := own(c, &a.evals, "eval")
	if wrong != nil {
		return nil, wrong
	}
	a.evals.remove(e.id)
	return object{"object": "eval.deleted", "deleted": true, "eval_id": e.id}, nil
}

// createEvalRun takes the model of its data source, which on Azure is a
// deployment, and the file that its source may be.
func (c *call) createEvalRun(a *archive) (object, *failure) {
	e, wrong := own(c, &a.evals, "eval")
	if wrong != nil {
		return nil, wrong
	}
	var q struct {
		Name     string          `json:"name"`
		Metadata object          `json:"metadata"`
		Source   json.RawMessage `json:"data_source"`
	}
	var source struct {
		Model  string `json:"model"`
		Source struct {
			Type string `json:"type"`
			ID   string `json:"id"`
		} `json:"source"`
	}
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	if len(q.Source) == 0 {
		return nil, missing("data_source")
	}
	if json.Unmarshal(q.Source, &source) != nil {
		return nil, invalid("data_source", "invalid_type", "Invalid type for 'data_source': expected an object.")
	}
	if source.Model != "" && c.resource.deployments[source.Model] == nil {
		return nil, deploymentNotFound()
	}
	if source.Source.Type == "file_id" {
		if _, wrong := a.file(c, source.Source.ID); wrong != nil {
			return nil, wrong
		}
	}
	run := &evalRun{
		id: randomID("evalrun_", 32), eval: e.id, name: q.Name, status: "queued", model: source.Model,
		created: c.created(), metadata: merged(q.Metadata, nil), source: q.Source,
	}
	e.runs.add(run.id, run)
	return run.object(), nil
}

func (r *evalRun) object() object {
	passed := len(r.outputs.byID)
	return object{
		"id": r.id, "object": "eval.run", "eval_id": r.eval, "name": r.name, "status": r.status, "model": r.model, "created_at": r.created,
		"data_source": r.source, "metadata": r.metadata, "error": r.problem, "report_url": "", "per_model_usage": []object{},
		"per_testing_criteria_results": []object{},
		"result_counts":                object{"total": passed, "passed": passed, "failed": 0, "errored": 0},
	}
}

func (r *evalRun) state() string { return r.status }

func (r *evalRun) step(*resource) {
	switch {
	case r.status != "queued" && r.status != "in_progress":
	case r.spoiled != nil:
		r.status, r.problem = "failed", object{"code": r.spoiled.code, "message": r.spoiled.message}
	case r.status == "queued":
		r.status = "in_progress"
	default:
		r.status = "completed"
		id := randomID("evalitem_", 32)
		r.outputs.add(id, object{
			"id": id, "object": "eval.run.output_item", "created_at": r.created, "eval_id": r.eval, "run_id": r.id,
			"datasource_item_id": 0, "datasource_item": object{}, "results": []object{}, "sample": object{}, "status": "pass",
		})
	}
}

func (r *evalRun) spoil(code, message string) { r.spoiled = &problem{code: code, message: message} }

// evalRun finds the eval and the run that the path names.
func (c *call) evalRun(a *archive) (*eval, *evalRun, *failure) {
	e, wrong := own(c, &a.evals, "eval")
	if wrong != nil {
		return nil, nil, wrong
	}
	run, wrong := lookUp(c, &e.runs, "eval run", c.ids[1])
	return e, run, wrong
}

func (c *call) listEvalRuns(a *archive) (object, *failure) {
	e, wrong := own(c, &a.evals, "eval")
	if wrong != nil {
		return nil, wrong
	}
	return pageOf(c, &e.runs, listing{usual: 20, most: 100, ascending: true}, nil, (*evalRun).object)
}

func (c *call) retrieveEvalRun(a *archive) (object, *failure) {
	_, run, wrong := c.evalRun(a)
	if wrong != nil {
		return nil, wrong
	}
	c.work(run)
	return run.object(), nil
}

func (c *call) cancelEvalRun(a *archive) (object, *failure) {
	_, run, wrong := c.evalRun(a)
	if wrong == nil && run.status != "queued" && run.status != "in_progress" {
		wrong = c.conflict("A run that is %s cannot be canceled.", run.status)
	}
	if wrong != nil {
		return nil, wrong
	}
	run.status = "canceled"
	return run.object(), nil
}

func (c *call) deleteEvalRun(a *archive) (object, *failure) {
	e, run, wrong := c.evalRun(a)
	if wrong != nil {
		return nil, wrong
	}
	e.runs.remove(run.id)
	return object{"object": "eval.run.deleted", "deleted": true, "run_id": run.id}, nil
}

func (c *call) listEvalOutputs(a *archive) (object, *failure) {
	_, run, wrong := c.evalRun(a)
	if wrong != nil {
		return nil, wrong
	}
	return pageOf(c, &run.outputs, ordinary, nil, asIs)
}
