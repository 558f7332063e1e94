package fakeazure

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// call is one request while it is answered.
type call struct {
	route
	server     *Server
	resource   *resource
	w          http.ResponseWriter
	r          *http.Request
	version    string      // api-version of the query
	body       []byte      // of a JSON request
	form       *form       // of a multipart request
	inner      bool        // a line of a batch: nothing that acts on connections acts on it
	name       string      // of the deployment that was asked for, known or not
	deployed   *Deployment // nil until it is known
	options    options
	output     int // tokens that the answer may have at most; 0 is not said
	fault      Fault
	request    *Request // its record; nil when quiet
	answer     *answer
	torn       bool   // the client left before its body was complete
	aborted    bool   // the answer is incomplete: the connection must not end well
	near       *turn  // the last response of this WebSocket, stored or not
	remembered string // the hash that identities are made of
}

// options are what a request itself may ask of the fake in the top-level field
// (or the form's part, as JSON) "fakeazure", which no real service has.
type options struct {
	Chunks      int  `json:"chunks"`       // content deltas of a stream; more repeat the text
	PaceMS      int  `json:"pace_ms"`      // between two events
	Split       int  `json:"split"`        // bytes of each write, at whatever offset
	Size        int  `json:"size"`         // bytes of a binary answer or of each image
	AsyncFilter bool `json:"async_filter"` // as Deployment.AsyncFilter
	// Tier is as what the request is served, whatever it asks for.
	Tier string `json:"tier"`
}

// tier is what an answer says as what it was served; "" is nothing.
func (c *call) tier(asked string) string {
	switch {
	case c.options.Tier != "":
		return c.options.Tier
	case asked == "auto":
		return "default"
	}
	return asked
}

// maxClaudeBody is the largest that the Messages API takes.
const maxClaudeBody = 32 << 20

// maxBody is the largest JSON body that Azure takes.
const maxBody = 256 << 20

// ServeHTTP answers one request to the resource.
func (r *resource) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if r.bench && request.Method == http.MethodPost {
		r.serveBench(w, request)
		return
	}
	if !r.server.enter() {
		panic(http.ErrAbortHandler)
	}
	defer r.server.serving.Done()
	c := &call{server: r.server, resource: r, w: w, r: request, version: request.URL.Query().Get("api-version")}
	defer c.finish()
	found, known := r.find(request.Method, request.URL.EscapedPath())
	c.route = found
	c.name = found.deployment
	c.uploading()
	wrong := c.read(known && found.op.form)
	if known && found.op.named != nil {
		c.name = found.op.named(c)
	}
	c.fault = c.server.nextFault(c.place())
	c.record()
	c.commonHeaders()
	switch {
	case c.torn:
		c.left(nil)
	case c.misbehave():
	case !known:
		c.fail(c.unknownPath())
	case wrong != nil:
		if denied := c.authenticate(); denied != nil {
			wrong = denied
		}
		c.fail(wrong)
	default:
		c.serve()
	}
	if c.aborted {
		panic(http.ErrAbortHandler)
	}
}

// serve does what a request with a known route asks for.
func (c *call) serve() {
	if c.surface != surfacePublic {
		if denied := c.authenticate(); denied != nil {
			c.fail(denied)
			return
		}
	}
	if !c.versionFits() || (c.op.socket && !c.upgrades()) {
		c.fail(c.unknownPath())
		return
	}
	if wrong := c.claudeVersion(); wrong != nil {
		c.fail(wrong)
		return
	}
	if c.op.kind != KindAuto {
		if wrong := c.deploy(); wrong != nil {
			c.fail(wrong)
			return
		}
	}
	c.op.serve(c)
}

// deploy finds the deployment and whether it can do the operation now.
func (c *call) deploy() *failure {
	if c.name == "" {
		if c.surface == surfaceClaude {
			return claudeInvalid("model: Field required")
		}
		return missing("model")
	}
	c.deployed = c.resource.deployments[c.name]
	if c.deployed == nil && c.surface == surfaceFoundry {
		for name, d := range c.resource.deployments {
			if strings.EqualFold(name, c.name) {
				c.deployed = d
			}
		}
	}
	switch {
	case c.deployed == nil && c.surface == surfaceOpenAI:
		return modelError(http.StatusNotFound, "invalid_request_error", "", "model_not_found",
			"The model `"+c.name+"` does not exist or you do not have access to it.")
	case c.deployed == nil && c.surface == surfaceClaude:
		return claudeError(http.StatusNotFound, "not_found_error", "model: %s", c.name)
	case c.deployed == nil:
		return deploymentNotFound()
	case !c.op.does(c.deployed) && (c.surface == surfaceClaude || c.deployed.Kind == KindClaude):
		return apiNotSupported()
	case !c.op.can(c.deployed):
		return notSupported(c.op.verb, c.deployed.Model)
	}
	return c.limit()
}

// read takes in the body and finds out which deployment it names.
func (c *call) read(isForm bool) *failure {
	if isForm && c.op.takesForm(c.r.Header.Get("Content-Type")) {
		f, wrong := readForm(c.r, c.op.files, c.server.config.Quotas.fileBytes())
		c.form, c.torn = f, f.torn
		_ = json.Unmarshal([]byte(f.value("fakeazure")), &c.options) // absent from real requests
		if c.nameInBody() {
			c.name = f.value("model")
		}
		return wrong
	}
	body, err := io.ReadAll(io.LimitReader(c.r.Body, maxBody))
	c.body, c.torn = body, err != nil
	if err != nil || c.r.Method != http.MethodPost || c.op == nil {
		return nil // the client left, or there is nothing to read
	}
	// One reading for all: bodies may be large.
	var named struct {
		Model               *string `json:"model"`
		FakeAzure           options `json:"fakeazure"`
		MaxTokens           int     `json:"max_tokens"`
		MaxCompletionTokens int     `json:"max_completion_tokens"`
		MaxOutputTokens     int     `json:"max_output_tokens"`
	}
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	if len(trimmed) == 0 && c.op.kind == KindAuto {
		return nil // an operation that has to have a body says so itself
	}
	if c.surface == surfaceClaude && len(body) > maxClaudeBody {
		return claudeError(http.StatusRequestEntityTooLarge, "request_too_large", "Request exceeds the maximum size")
	}
	if len(trimmed) == 0 || trimmed[0] != '{' {
		return c.badJSON()
	}
	var mistyped *json.UnmarshalTypeError // what the operation itself refuses, but for the name
	if err := json.Unmarshal(body, &named); err != nil && !errors.As(err, &mistyped) {
		return c.badJSON()
	}
	if mistyped != nil && mistyped.Field == "model" && c.nameInBody() {
		if c.surface == surfaceClaude {
			return claudeInvalid("model: Input should be a valid string")
		}
		return invalid("model", "invalid_type", "Invalid type for 'model': expected a string.")
	}
	c.options = named.FakeAzure
	c.output = max(named.MaxTokens, named.MaxCompletionTokens, named.MaxOutputTokens)
	if c.nameInBody() && named.Model != nil {
		c.name = *named.Model
	}
	return nil
}

// badJSON is what the surface says of a body that it cannot read.
func (c *call) badJSON() *failure {
	if c.surface == surfaceClaude {
		return claudeInvalid("The request body is not valid JSON")
	}
	return badJSON()
}

// nameInBody reports whether the surface takes the deployment from `model`.
func (c *call) nameInBody() bool {
	return c.op != nil && c.op.kind != KindAuto && c.op.named == nil && c.deployment == ""
}

// decode reads the body into v; a field of the wrong type is a 400.
func (c *call) decode(v any) *failure {
	err := json.Unmarshal(c.body, v)
	if err == nil {
		return nil
	}
	if wrong, ok := err.(*json.UnmarshalTypeError); ok {
		return invalid(wrong.Field, "invalid_type", "Invalid type for '%s': expected %s, but got %s instead.", wrong.Field, wrong.Type, wrong.Value)
	}
	return badJSON()
}

// decodeAny is decode for an operation that needs no body.
func (c *call) decodeAny(v any) *failure {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return nil
	}
	return c.decode(v)
}

// azure reports whether the answer has Azure's own parts.
func (c *call) azure() bool { return c.surface != surfaceOpenAI }

func (c *call) unknownPath() *failure {
	if c.resource.Provider == ProviderOpenAI {
		return modelError(http.StatusNotFound, "invalid_request_error", "", "unknown_url",
			"Unknown request URL: "+c.r.Method+" "+c.r.URL.Path+". Please check the URL for typos.")
	}
	if c.toClaude() {
		return apiNotSupported()
	}
	return resourceNotFound()
}

// toClaude reports whether the path is one of Anthropic's, known or not.
func (c *call) toClaude() bool {
	return strings.HasPrefix(c.r.URL.Path, c.resource.Prefix+"/anthropic/")
}

func (c *call) place() place { return place{c.resource.Name, c.name} }

// id makes an identity of the request: the same for the same request, with
// the prefix that the kind of object has.
func (c *call) id(prefix string) string {
	if c.remembered == "" {
		hash := sha256.New()
		for _, part := range []string{c.resource.Name, c.name, c.op.path} {
			hash.Write([]byte(part + "\x00"))
		}
		hash.Write(c.body)
		if c.form != nil {
			hash.Write([]byte(c.form.digest()))
		}
		c.remembered = hex.EncodeToString(hash.Sum(nil))
	}
	return prefix + c.remembered[:32]
}

func (c *call) created() int64 { return c.server.config.Now().Unix() }

// finish tells those who hold the answer that it has ended.
func (c *call) finish() {
	if c.answer != nil && c.answer.stream != nil {
		close(c.answer.stream.done)
	}
}
