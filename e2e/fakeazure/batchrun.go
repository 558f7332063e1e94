package fakeazure

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// run has the lines up to one of them answered by the fake's own operations.
// The answers do not keep the order of the lines: on Azure they do not either.
func (b *batch) run(r *resource, until int) {
	for _, odd := range []int{1, 0} {
		at := 0
		_ = eachLine(b.input.open(), func(_ int, line []byte) bool { // it could be read before
			if at >= b.next && at < until && at%2 == odd {
				b.runLine(r, line)
			}
			at++
			return at < until
		})
	}
	b.next = until
}

func (b *batch) runLine(r *resource, line []byte) {
	var q batchLine
	_ = json.Unmarshal(line, &q) // it has been validated
	status, body := b.answer(r, q.Body)
	into := b.results
	if status >= http.StatusBadRequest {
		into = b.failures
		b.failed++
	} else {
		b.completed++
		b.usage.add(body)
	}
	written := object{
		"custom_id": q.CustomID, "error": nil,
		"response": object{"request_id": randomUUID(""), "status_code": status, "body": json.RawMessage(body)},
	}
	if b.surface == surfaceOpenAI {
		written["id"] = randomID("batch_req_", 32)
	}
	_, _ = into.Write(append(encode(written), '\n')) // a full disk shows when the file is read
}

// answer asks the operation as if the body had come in a request of its own,
// to which nothing of the wire applies: no credential, script, gate or limit.
func (b *batch) answer(r *resource, body []byte) (status int, answer []byte) {
	var asked struct {
		Stream    bool    `json:"stream"`
		FakeAzure options `json:"fakeazure"`
	}
	_ = json.Unmarshal(body, &asked) // the operation itself answers what is wrong
	if asked.Stream {
		return http.StatusBadRequest, encode(invalid("stream", "", "A request of a batch cannot stream.").body)
	}
	inner := surfaceV1
	if b.surface == surfaceOpenAI {
		inner = surfaceOpenAI
	}
	w := &innerAnswer{header: http.Header{}}
	c := &call{
		route:  route{op: b.operation, surface: inner},
		server: r.server, resource: r, w: w, r: &http.Request{Method: http.MethodPost, Header: http.Header{}},
		body: body, name: b.deployed.Name, deployed: b.deployed, options: asked.FakeAzure, inner: true,
	}
	c.op.serve(c)
	return w.status, w.body.Bytes()
}

// innerAnswer takes the answer to a request that did not come over a connection.
type innerAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *innerAnswer) Header() http.Header         { return w.header }
func (w *innerAnswer) WriteHeader(status int)      { w.status = status }
func (w *innerAnswer) Write(p []byte) (int, error) { return w.body.Write(p) }

// batchUsage is the sum over all answers of a batch.
type batchUsage struct{ counted, input, cached, output, reasoning int }

// add reads the usage of one answer, whichever API it is of.
func (u *batchUsage) add(answer []byte) {
	type details struct {
		Cached    int `json:"cached_tokens"`
		Reasoning int `json:"reasoning_tokens"`
	}
	var a struct {
		Usage struct {
			Prompt            int     `json:"prompt_tokens"`
			Input             int     `json:"input_tokens"`
			Completion        int     `json:"completion_tokens"`
			Output            int     `json:"output_tokens"`
			PromptDetails     details `json:"prompt_tokens_details"`
			InputDetails      details `json:"input_tokens_details"`
			CompletionDetails details `json:"completion_tokens_details"`
			OutputDetails     details `json:"output_tokens_details"`
		} `json:"usage"`
	}
	_ = json.Unmarshal(answer, &a) // the fake made it
	one := a.Usage
	u.counted++
	u.input += one.Prompt + one.Input
	u.output += one.Completion + one.Output
	u.cached += one.PromptDetails.Cached + one.InputDetails.Cached
	u.reasoning += one.CompletionDetails.Reasoning + one.OutputDetails.Reasoning
}

// object is null until something has been counted.
func (u *batchUsage) object() any {
	if u.counted == 0 {
		return nil
	}
	return object{
		"input_tokens": u.input, "input_tokens_details": object{"cached_tokens": u.cached},
		"output_tokens": u.output, "output_tokens_details": object{"reasoning_tokens": u.reasoning},
		"total_tokens": u.input + u.output,
	}
}
