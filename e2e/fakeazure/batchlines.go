package fakeazure

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// batchLine is one request of a batch.
type batchLine struct {
	CustomID *string         `json:"custom_id"`
	Method   string          `json:"method"`
	URL      string          `json:"url"`
	Body     json.RawMessage `json:"body"`
}

// mostProblems is how many of them a failed batch names.
const mostProblems = 100

// validate looks at every line before any of them runs.
func (b *batch) validate(r *resource) {
	b.operation = operationOf(batchEndpoint(b.endpoint))
	v := &validation{batch: b, resource: r, ids: map[string]bool{}}
	err := eachLine(b.input.open(), func(number int, line []byte) bool {
		b.total++
		if wrong := v.check(line); wrong != nil {
			wrong.line = number
			b.problems = append(b.problems, wrong.object())
		}
		return len(b.problems) < mostProblems && b.total <= r.server.config.Quotas.batchLines()
	})
	var whole *problem
	switch most := r.server.config.Quotas.batchLines(); {
	case err != nil:
		whole = &problem{code: "input_no_permissions", message: "The input file cannot be read: " + err.Error()}
	case b.total == 0:
		whole = &problem{code: "empty_file", message: "The input file is empty."}
	case b.total > most:
		whole = &problem{code: "too_many_tasks", message: fmt.Sprintf("The input file has more than the %d requests that a batch may have.", most)}
	}
	if whole != nil {
		b.problems = append(b.problems, whole.object())
	}
	if len(b.problems) > 0 {
		b.total = 0
	}
}

// validation is what has to be the same, or different, in all lines.
type validation struct {
	batch      *batch
	resource   *resource
	ids        map[string]bool
	url, model string // of the first line
}

func (v *validation) check(line []byte) *problem {
	if bytes.HasPrefix(line, []byte("\ufeff")) {
		return noDeployment()
	}
	var q batchLine
	var body struct {
		Model *string `json:"model"`
	}
	if json.Unmarshal(line, &q) != nil {
		return &problem{code: "invalid_json_line", message: "This line is not parseable as valid JSON."}
	}
	switch {
	case q.CustomID == nil || *q.CustomID == "":
		return invalidLine("custom_id", "The line has no custom_id.")
	case v.ids[*q.CustomID]:
		return &problem{code: "duplicate_custom_id", param: "custom_id", message: "The custom_id '" + *q.CustomID + "' is that of another request of the file."}
	case q.Method != "POST":
		return invalidLine("method", "The method has to be POST.")
	}
	v.ids[*q.CustomID] = true
	if v.url == "" {
		v.url = q.URL
	}
	if q.URL != v.url || batchEndpoint(q.URL) != v.batch.operation.path {
		return &problem{code: "url_mismatch", param: "url", message: fmt.Sprintf("The url '%s' is not that of the other requests, or not the endpoint '%s' of the batch.", q.URL, v.batch.endpoint)}
	}
	if json.Unmarshal(q.Body, &body) != nil {
		return invalidLine("body", "The body is not an object with a model.")
	}
	if body.Model == nil || *body.Model == "" {
		return noDeployment()
	}
	return v.checkModel(*body.Model)
}

func (v *validation) checkModel(model string) *problem {
	if v.model == "" {
		v.model = model
	}
	d := v.resource.deployments[model]
	switch {
	case model != v.model:
		return &problem{code: "model_mismatch", param: "body.model", message: fmt.Sprintf("The model '%s' is not '%s', that of the first request: all have to be the same.", model, v.model)}
	case d == nil:
		return &problem{code: "model_not_found", param: "body.model", message: "The model '" + model + "' is not the name of a deployment of this resource."}
	case d.SKU == SKUStandard:
		return invalidLine("body.model", "The SKU of the deployment '"+model+"' does not take batches.")
	case !v.batch.operation.does(d):
		return invalidLine("body.model", "The deployment '"+model+"' does not do what the endpoint asks for.")
	}
	v.batch.deployed = d
	return nil
}

func invalidLine(param, message string) *problem {
	return &problem{code: "invalid_request", param: param, message: message}
}

// noDeployment is what Azure says of a line without a model, and of a file that
// begins with a byte order mark.
func noDeployment() *problem {
	return invalidLine("body.model", "Validation failed: A valid model deployment name couldn't be extracted from the input file. "+
		"Please ensure that each row in the input file has a valid deployment name specified in the 'model' field, and that the 'model' is consistent across all rows.")
}

// operationOf is the operation with the path.
func operationOf(path string) *operation {
	at := slices.IndexFunc(scoped, func(op *operation) bool { return op.path == path })
	if at < 0 {
		return nil
	}
	return scoped[at]
}

// eachLine calls do with the lines that are not blank, without their ends, and
// their numbers from 1, until it gives false.
func eachLine(r io.Reader, do func(number int, line []byte) bool) error {
	lines := bufio.NewReaderSize(r, 64<<10)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 && !do(number, bytes.TrimRight(line, "\r\n")) {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
