package azure

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Dialect is the client's way of naming an operation.
type Dialect uint8

// The dialects, all served on one port.
const (
	DialectOpenAI      Dialect = iota // /v1/chat/completions, and the same without /v1
	DialectClassic                    // /openai/deployments/{model}/chat/completions, /openai/responses
	DialectV1                         // /openai/v1/chat/completions
	DialectAnthropic                  // /v1/messages, /anthropic/v1/messages, /messages
	DialectPassthrough                // /azure/...
)

// Shape is the form in which the dialect's SDKs read an error.
func (d Dialect) Shape() Shape {
	if d == DialectAnthropic {
		return ShapeAnthropic
	}
	return ShapeOpenAI
}

// Route is what a request's method and path ask for.
type Route struct {
	Op      *Operation
	Dialect Dialect
	// Model is the model that the path names, percent-decoded: the deployment
	// segment of an Azure client. Empty when the body names it.
	Model string
	// ID is the id in the path, percent-decoded: models/{id}.
	ID string
	// Version is the client's api-version, "" when it sent none.
	Version string
	// Extensions is set for .../extensions/chat/completions, where Azure's "on
	// your data" and vision enhancements stood until 2024.
	Extensions bool
	// Below is the path of a collection's request from the collection's name on, as
	// it was sent.
	Below string
	// Query is the client's query without its api-version, raw and without '?'. That
	// of a WebSocket is without the model too.
	Query string
	// Socket says that a WebSocket is asked for, Preview that its client speaks the
	// preview of the realtime API, and NoModel that its URL has no place for a model.
	Socket, Preview, NoModel bool
}

// operationsByName are the operations that carry a body, by their name.
var operationsByName = func() map[string]*Operation {
	m := make(map[string]*Operation)
	for _, op := range Operations {
		m[op.Name] = op
	}
	return m
}()

// ParseRoute reads a request's method and path, with its query. It fails with
// 404 for a path that no dialect has and with 405, naming the right method, for
// a wrong one; the Route then still has the Dialect, which says in what shape
// to answer. Nothing is allocated unless a name is percent-encoded.
func ParseRoute(method, path string) (Route, *Error) {
	var r Route
	plain, query, _ := strings.Cut(path, "?")
	r.Version, r.Query = cutVersion(query)
	rest, ok := strings.CutPrefix(plain, "/")
	if !ok {
		return r, unknownPath(plain)
	}
	rest = strings.TrimSuffix(rest, "/")
	r.Dialect, rest = dialect(rest)
	switch r.Dialect {
	case DialectAnthropic:
		return r.anthropic(method, plain, rest)
	case DialectPassthrough:
		return r.passthrough(plain, rest, query)
	}
	name, err := r.cutModel(rest)
	if err != nil {
		return r, err
	}
	if op, ok := strings.CutPrefix(name, "extensions/"); ok && op == OpChat.Name && r.Model != "" {
		name, r.Extensions = op, true
	}
	if id, ok := strings.CutPrefix(name, "models/"); ok && id != "" && r.Model == "" {
		if r.ID, err = decode(id); err != nil {
			return r, err
		}
		name = OpModel.Name
	}
	op := operationsByName[name]
	if op == nil {
		op = habit(plain)
	}
	if below := collection(name); below != nil && (op == nil || op.Below) {
		r.Op, r.Below = below, name
		return r, nil
	}
	if op == nil || op.Anthropic || (op == OpModel && r.ID == "") {
		return r, unknownPath(plain)
	}
	if method != op.Method {
		return r, wrongMethod(method, op)
	}
	r.Op = op
	return r, nil
}

// anthropic reads a path of Anthropic's API.
func (r *Route) anthropic(method, plain, rest string) (Route, *Error) {
	op := operationsByName[strings.TrimPrefix(rest, "v1/")]
	switch {
	case op == nil || !op.Anthropic:
		return *r, unknownPath(plain)
	case method != op.Method:
		return *r, wrongMethod(method, op)
	}
	r.Op = op
	return *r, nil
}

// passthrough reads what stands behind /azure/: a path of Azure's own, or LiteLLM's
// /{provider}/v1/files and its likes, which are OpenAI's.
func (r *Route) passthrough(plain, rest, query string) (Route, *Error) {
	if v1, ok := strings.CutPrefix(rest, "v1/"); ok && collection(v1) != nil {
		r.Dialect, r.Op, r.Below = DialectOpenAI, collection(v1), v1
		return *r, nil
	}
	if rest == "" {
		return *r, unknownPath(plain)
	}
	r.Op, r.Below, r.Query, r.Version = OpPassthrough, strings.TrimPrefix(strings.TrimPrefix(plain, "/"), "azure/"), query, ""
	if named, ok := strings.CutPrefix(rest, "openai/deployments/"); ok {
		segment, _, _ := strings.Cut(named, "/")
		model, err := decode(segment)
		if err != nil {
			return Route{Dialect: r.Dialect}, err
		}
		r.Model = model
	}
	return *r, nil
}

// dialect takes the beginning off a path that says which dialect it is.
func dialect(path string) (Dialect, string) {
	switch first, rest, _ := strings.Cut(path, "/"); first {
	case "messages":
		return DialectAnthropic, path
	case "v1":
		if rest == "messages" || strings.HasPrefix(rest, "messages/") {
			return DialectAnthropic, rest
		}
		return DialectOpenAI, rest
	case "anthropic":
		return DialectAnthropic, rest
	case "azure":
		return DialectPassthrough, rest
	case "openai":
		if v1, ok := strings.CutPrefix(rest, "v1/"); ok {
			return DialectV1, v1
		}
		return DialectClassic, rest
	default:
		return DialectOpenAI, path
	}
}

// cutModel takes the model off a path that names one: deployments/{model}/...
// of the Azure SDKs (the Python one puts it behind /openai/v1 too) and
// engines/{model}/... of the first OpenAI SDKs. The path is split before it is
// decoded: a model may hold an encoded slash.
func (r *Route) cutModel(path string) (string, *Error) {
	prefix := "deployments/"
	if r.Dialect == DialectOpenAI {
		prefix = "engines/"
	}
	named, ok := strings.CutPrefix(path, prefix)
	if !ok {
		return path, nil
	}
	segment, rest, _ := strings.Cut(named, "/")
	var err *Error
	if r.Model, err = decode(segment); err != nil {
		return "", err
	}
	if r.Model == "" {
		return "", unknownPath("/" + path)
	}
	return rest, nil
}

// decode undoes the percent-encoding of one path segment.
func decode(s string) (string, *Error) {
	if !strings.Contains(s, "%") {
		return s, nil
	}
	decoded, err := url.PathUnescape(s)
	if err != nil {
		return "", invalid("invalid_path", "", "The path holds %q, which is not valid percent-encoding.", s)
	}
	return decoded, nil
}

// QueryModel is the model that the query names, "" when it names none. It stays in
// the query.
func (r *Route) QueryModel() string {
	model, _ := param(r.Query, "model")
	return model
}

// cutVersion takes api-version out of a query.
func cutVersion(query string) (version, rest string) {
	if value, ok := strings.CutPrefix(query, "api-version="); ok && !strings.ContainsAny(value, "&%+") {
		return value, "" // what the SDKs send
	}
	return cutParam(query, "api-version")
}

func unknownPath(path string) *Error {
	return &Error{
		Status:  http.StatusNotFound,
		Type:    "invalid_request_error",
		Code:    "unknown_url",
		Message: fmt.Sprintf("Unknown request URL: %s. Check the path, for example /v1/chat/completions or /openai/deployments/{model}/chat/completions.", path),
	}
}

func wrongMethod(method string, op *Operation) *Error {
	return &Error{
		Status:  http.StatusMethodNotAllowed,
		Type:    "invalid_request_error",
		Code:    "method_not_allowed",
		Message: fmt.Sprintf("%s is not served with %s: use %s.", op.Name, method, op.Method),
		Header:  []Header{{Name: "allow", Value: op.Method}},
	}
}
