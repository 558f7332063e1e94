package fakeazure

import (
	"net/http"
	"strings"
)

var batchOperations = []*operation{
	{path: "batches", method: http.MethodPost, since: "2024-07-01", serve: archived((*call).createBatch)},
	{path: "batches", method: http.MethodGet, since: "2024-07-01", serve: archived((*call).listBatches)},
	{path: "batches/{id}", method: http.MethodGet, since: "2024-07-01", serve: archived((*call).retrieveBatch)},
	{path: "batches/{id}/cancel", method: http.MethodPost, since: "2024-07-01", serve: archived((*call).cancelBatch)},
}

// batch is one batch of requests: validating, in_progress, finalizing,
// completed; or failed; or cancelling and cancelled.
type batch struct {
	id, status, endpoint string
	inputID              string
	input                *blob
	surface              surface
	metadata             object
	outputExpires        *expiry
	created              int64
	since                map[string]int64 // when each status began

	problems  []object // that validation found
	operation *operation
	deployed  *Deployment
	total     int // lines
	next      int // the first line that has not run
	completed int
	failed    int
	usage     batchUsage
	results   *blob
	failures  *blob
	outputID  string
	errorID   string
	spoiled   *problem
}

// problem is what is wrong with one line of a batch, or with all of it.
type problem struct {
	code, message, param string
	line                 int // 0 is the whole file
}

func (p *problem) object() object {
	o := object{"code": p.code, "message": p.message, "param": textOr(p.param), "line": nil}
	if p.line > 0 {
		o["line"] = p.line
	}
	return o
}

// batchEndpoints are the operations that a batch can do.
var batchEndpoints = map[string]bool{"chat/completions": true, "completions": true, "embeddings": true, "responses": true}

// batchEndpoint takes /v1/chat/completions for /chat/completions, as Azure does.
func batchEndpoint(url string) string {
	return strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(url, "/openai"), "/v1"), "/")
}

func (c *call) createBatch(a *archive) (object, *failure) {
	var q struct {
		InputFileID        string  `json:"input_file_id"`
		Endpoint           string  `json:"endpoint"`
		CompletionWindow   string  `json:"completion_window"`
		Metadata           object  `json:"metadata"`
		OutputExpiresAfter *expiry `json:"output_expires_after"`
	}
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	switch {
	case q.InputFileID == "":
		return nil, missing("input_file_id")
	case q.Endpoint == "":
		return nil, missing("endpoint")
	case q.CompletionWindow != "24h":
		return nil, invalid("completion_window", "invalid_value", "Invalid value: '%s'. Value must be '24h'.", q.CompletionWindow)
	case !batchEndpoints[batchEndpoint(q.Endpoint)]:
		return nil, invalid("endpoint", "invalid_value", "Invalid value: '%s'. Batches do not have this endpoint.", q.Endpoint)
	}
	if _, wrong := q.OutputExpiresAfter.end(c, "output_expires_after"); wrong != nil {
		return nil, wrong
	}
	f, wrong := a.file(c, q.InputFileID)
	if wrong != nil {
		return nil, wrong
	}
	switch {
	case f.purpose != "batch":
		return nil, invalid("input_file_id", "invalid_request", "The input file has the purpose '%s', not 'batch'.", f.purpose)
	case f.status != "processed":
		return nil, invalid("input_file_id", "invalid_request", "The input file is %s, not processed.", f.status)
	}
	b := &batch{
		id: randomUUID("batch_"), status: "validating", endpoint: q.Endpoint, inputID: f.id, input: f.content,
		surface: c.surface, metadata: q.Metadata, outputExpires: q.OutputExpiresAfter, created: c.created(), since: map[string]int64{},
	}
	a.batches.add(b.id, b)
	return b.object(), nil
}

func (c *call) listBatches(a *archive) (object, *failure) {
	return pageOf(c, &a.batches, ordinary, nil, (*batch).object)
}

func (c *call) retrieveBatch(a *archive) (object, *failure) {
	b, wrong := own(c, &a.batches, "batch")
	if wrong != nil {
		return nil, wrong
	}
	c.work(b)
	return b.object(), nil
}

func (c *call) cancelBatch(a *archive) (object, *failure) {
	b, wrong := own(c, &a.batches, "batch")
	if wrong != nil {
		return nil, wrong
	}
	switch b.status {
	case "validating", "in_progress", "finalizing":
		b.become(c.resource, "cancelling")
	case "cancelling", "cancelled":
	default:
		return nil, c.conflict("Cannot cancel a batch with status '%s'.", b.status)
	}
	return b.object(), nil
}

func (b *batch) object() object {
	var problems any
	if len(b.problems) > 0 {
		problems = object{"object": "list", "data": b.problems}
	}
	o := object{
		"id": b.id, "object": "batch", "endpoint": b.endpoint, "errors": problems, "input_file_id": b.inputID,
		"completion_window": "24h", "status": b.status, "output_file_id": textOr(b.outputID), "error_file_id": textOr(b.errorID),
		"created_at": b.created, "expires_at": b.created + 24*3600, "expired_at": nil, "metadata": b.metadata,
		"request_counts": object{"total": b.total, "completed": b.completed, "failed": b.failed},
		"usage":          b.usage.object(),
	}
	for _, status := range []string{"in_progress", "finalizing", "completed", "failed", "cancelling", "cancelled"} {
		o[status+"_at"] = stamp(b.since[status])
	}
	if b.surface == surfaceOpenAI && b.deployed != nil {
		o["model"] = b.deployed.replyModel()
	}
	return o
}

func (b *batch) state() string { return b.status }

func (b *batch) become(r *resource, status string) {
	b.status = status
	b.since[status] = r.server.config.Now().Unix()
}

func (b *batch) spoil(code, message string) { b.spoiled = &problem{code: code, message: message} }

// step does what Azure does until the next status: a batch runs one half of
// its lines before it shows that it is in progress, and the other half before
// it finalizes, so that one that is cancelled between has some output.
func (b *batch) step(r *resource) {
	working := b.status == "validating" || b.status == "in_progress" || b.status == "finalizing"
	if working && b.spoiled != nil {
		b.problems = append(b.problems, b.spoiled.object())
		b.become(r, "failed")
		return
	}
	switch b.status {
	case "validating":
		if b.validate(r); len(b.problems) > 0 {
			b.become(r, "failed")
			return
		}
		b.results, b.failures = newBlob(0), newBlob(0)
		b.run(r, b.total/2)
		b.become(r, "in_progress")
	case "in_progress":
		b.run(r, b.total)
		b.become(r, "finalizing")
	case "finalizing":
		b.publish(r)
		b.become(r, "completed")
	case "cancelling":
		b.publish(r)
		b.become(r, "cancelled")
	}
}

// publish makes files of the results, also empty ones: of errors that there
// were none. A batch that has not run has none.
func (b *batch) publish(r *resource) {
	if b.results == nil {
		return
	}
	expires := int64(0)
	if e := b.outputExpires; e != nil {
		expires = r.server.config.Now().Unix() + *e.Seconds
	}
	b.outputID = r.archive.addFile(r, b.id+"_output.jsonl", "batch_output", expires, b.results).id
	b.errorID = r.archive.addFile(r, b.id+"_error.jsonl", "batch_output", expires, b.failures).id
}
