package messages

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/chat"
)

// Translator makes chat completions Anthropic's messages. It has no state; the
// zero value is ready.
type Translator struct {
	// Now gives the time of an answer; nil is time.Now.
	Now func() time.Time
}

var _ translate.Translator = Translator{}

// headers are what Anthropic's API wants beside the credential: see the package's
// comment for the version.
var headers = []azure.Header{{Name: "anthropic-version", Value: azure.AnthropicVersion}}

// request is one request under way.
type request struct {
	ask   *translate.Ask
	model *model
	root  gjson.Result
	given map[string]gjson.Result // by name, what is not null and is taken

	maxTokens int64
	hint      string // what the system prompt must say about the answer's form
	byTool    bool   // the answer's form is that of a tool's input
	choice    choice
	thinking  []byte // the value of thinking, nil for none
	effort    string // of output_config
	format    []byte // of output_config
	thinks    bool   // thinking was asked for and is sent
	system    int    // of lastSystem: 0 is not known yet, -1 is none, else one behind it
	dst       []byte
}

// Request translates a request.
func (t Translator) Request(ask *translate.Ask) (translate.Sent, *azure.Error) {
	r := &request{ask: ask, model: modelOf(ask.Base), root: gjson.ParseBytes(ask.Body), given: make(map[string]gjson.Result, 16)}
	if !r.root.IsObject() {
		return translate.Sent{}, invalid("invalid_json", "", "The request is no JSON object.")
	}
	r.dst = make([]byte, 0, len(ask.Body)+len(ask.Body)/8+1024)
	for _, step := range []func() *azure.Error{
		r.read, r.readLimit, r.readChoice, r.readFormat, r.readThinking,
		r.writeHead, r.writeSampling, r.writeStops, r.writeTools, r.writeMetadata, r.writeOwn, r.writeMessages,
	} {
		if err := step(); err != nil {
			return translate.Sent{}, err
		}
	}
	a := &answer{
		now: t.Now, byTool: r.byTool,
		wantUsage: r.given["stream_options"].Get("include_usage").Bool(),
		chunks:    chat.Chunks{Model: ask.Model},
	}
	if a.now == nil {
		a.now = time.Now
	}
	return translate.Sent{Body: append(r.dst, '}'), Headers: headers, Answer: a}, nil
}

// member appends a member with a value that is JSON already.
func (r *request) member(name string, value []byte) {
	r.dst = append(r.dst, ',', '"')
	r.dst = append(r.dst, name...)
	r.dst = append(r.dst, '"', ':')
	r.dst = append(r.dst, value...)
}

// readLimit decides max_tokens, which Anthropic's API demands.
func (r *request) readLimit() *azure.Error {
	r.maxTokens = r.model.output
	for _, name := range []string{"max_completion_tokens", "max_tokens"} {
		v := r.given[name]
		if !v.Exists() {
			continue
		}
		n, err := strconv.ParseInt(v.Raw, 10, 64)
		if err != nil || n < 0 {
			return invalid("invalid_value", name, "%s must be a whole number, 0 or more.", name)
		}
		r.maxTokens = n
		return nil
	}
	return nil
}

// writeHead writes what every request has. It is the last to see maxTokens, which
// thinking may have raised.
func (r *request) writeHead() *azure.Error {
	r.dst = append(r.dst, `{"model":`...)
	r.dst = chat.Quote(r.dst, r.ask.Model)
	r.dst = append(r.dst, `,"max_tokens":`...)
	r.dst = strconv.AppendInt(r.dst, r.maxTokens, 10)
	if r.ask.Stream {
		r.member("stream", []byte("true"))
	}
	return nil
}

// writeMetadata writes who the client's user is: Anthropic wants an opaque id, as
// OpenAI does.
func (r *request) writeMetadata() *azure.Error {
	for _, v := range []gjson.Result{r.given["metadata"].Get("user_id"), r.given["safety_identifier"], r.given["user"]} {
		if v.Type == gjson.String && v.Str != "" {
			r.dst = append(r.dst, `,"metadata":{"user_id":`...)
			r.dst = append(r.dst, v.Raw...)
			r.dst = append(r.dst, '}')
			break
		}
	}
	switch tier := r.given["service_tier"]; tier.Str {
	case "standard_only":
		r.member("service_tier", []byte(`"standard_only"`))
	case "auto", "default", "": // as it is without
		if tier.Exists() && tier.Type != gjson.String {
			return invalid("invalid_value", "service_tier", "service_tier must be a string.")
		}
	default:
		return r.unsupported("service_tier", "Claude has no service tier %q.", tier.Str)
	}
	return nil
}

// own are Anthropic's parameters that are passed on as they are.
var own = []string{"cache_control", "container", "inference_geo", "diagnostics", "speed"}

func (r *request) writeOwn() *azure.Error {
	for _, name := range own {
		if v := r.given[name]; v.Exists() {
			r.member(name, []byte(v.Raw))
		}
	}
	if r.thinking != nil {
		r.member("thinking", r.thinking)
	}
	return r.writeOutput()
}

// writeOutput writes output_config: what the client gave of it, with our effort and
// format where the client said it in OpenAI's words.
func (r *request) writeOutput() *azure.Error {
	var members [][]byte
	if r.effort != "" {
		members = append(members, fmt.Appendf(nil, `"effort":%q`, r.effort))
	}
	if r.format != nil {
		members = append(members, append([]byte(`"format":`), r.format...))
	}
	given := r.given["output_config"]
	if given.Exists() && !given.IsObject() {
		return invalid("invalid_value", "output_config", "output_config must be an object.")
	}
	given.ForEach(func(k, v gjson.Result) bool {
		if (k.Str != "effort" || r.effort == "") && (k.Str != "format" || r.format == nil) {
			members = append(members, append(append([]byte(k.Raw), ':'), v.Raw...))
		}
		return true
	})
	if len(members) == 0 {
		return nil
	}
	r.member("output_config", append(append([]byte{'{'}, bytes.Join(members, []byte{','})...), '}'))
	return nil
}

// invalid is the error of a request that cannot be translated.
func invalid(code, param, format string, args ...any) *azure.Error {
	return &azure.Error{
		Status: http.StatusBadRequest, Type: "invalid_request_error", Code: code, Param: param,
		Message: fmt.Sprintf(format, args...),
	}
}
