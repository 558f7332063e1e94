package azure

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The WebSockets. Frames pass by, both ways: a socket is decided by the request that
// asks for it, and by nothing else.
var (
	// OpRealtimeSocket is a session of the realtime API, and what stands below it.
	OpRealtimeSocket = &Operation{Name: "realtime", Method: http.MethodGet, Modeled: true}
	// OpResponsesSocket is the Responses API over a WebSocket. The model is in each
	// of its frames.
	OpResponsesSocket = &Operation{Name: "responses", Method: http.MethodGet}
)

// RealtimeProtocol is which of the two forms of the realtime API a deployment is
// asked in.
type RealtimeProtocol uint8

// The forms.
const (
	RealtimeAsked   RealtimeProtocol = iota // the client's own
	RealtimeGA                              // /openai/v1/realtime?model=
	RealtimePreview                         // /openai/realtime?api-version=&deployment=
)

// firstRealtime is the first api-version that has the preview. It was never in a
// version that is none.
const firstRealtime = "2024-10-01-preview"

// ParseSocket is ParseRoute for a request that asks for a WebSocket; preview says
// that its client speaks the preview of the realtime API, whatever its path is.
func ParseSocket(method, path string, preview bool) (Route, *Error) {
	plain, query, _ := strings.Cut(path, "?")
	r := Route{Socket: true, Preview: preview}
	r.Version, r.Query = cutVersion(query)
	rest, ok := strings.CutPrefix(plain, "/")
	if !ok {
		return r, unknownPath(plain)
	}
	r.Dialect, rest = dialect(strings.TrimSuffix(rest, "/"))
	if r.Dialect == DialectPassthrough {
		if v1, ok := strings.CutPrefix(rest, "v1/"); !ok || collection(v1) == nil {
			return r.passthroughSocket(plain, rest, query)
		}
		r.Dialect, rest = DialectOpenAI, strings.TrimPrefix(rest, "v1/")
	}
	name, err := r.cutModel(rest)
	if err != nil {
		return r, err
	}
	var op *Operation
	switch first, _, below := strings.Cut(name, "/"); {
	case r.Dialect == DialectAnthropic:
	case first == OpRealtimeSocket.Name:
		op = OpRealtimeSocket
	case first == OpResponsesSocket.Name && !below:
		op = OpResponsesSocket
	}
	switch {
	case op == nil:
		return r, noSocket(plain)
	case method != op.Method:
		return r, wrongMethod(method, op)
	}
	r.Op, r.Below = op, name
	r.cutQueryModel()
	_, intent := param(r.Query, "intent")
	_, call := param(r.Query, "call_id")
	r.NoModel = op == OpResponsesSocket || r.Model == "" && (intent || call)
	r.Preview = r.Preview || r.Dialect == DialectClassic
	return r, nil
}

// cutQueryModel takes the model out of the query. Both forms have a name for it, and
// the client's own counts first.
func (r *Route) cutQueryModel() {
	names := [...]string{"model", "deployment"}
	if r.Dialect == DialectClassic {
		names = [...]string{"deployment", "model"}
	}
	for _, name := range names {
		var value string
		if value, r.Query = cutParam(r.Query, name); r.Model == "" {
			r.Model = value
		}
	}
}

// passthroughSocket is passthrough for a WebSocket: where the path names no model,
// the query may.
func (r *Route) passthroughSocket(plain, rest, query string) (Route, *Error) {
	route, err := r.passthrough(plain, rest, query)
	for _, name := range [...]string{"deployment", "model"} {
		if value, ok := param(query, name); ok && err == nil && route.Model == "" {
			route.Model = value
		}
	}
	return route, err
}

// socket gives the :path of a WebSocket upstream. What else the client has in its
// query goes along.
func (t *Target) socket(r *Route) string {
	e := &t.Endpoint
	switch {
	case r.Op == OpPassthrough:
		query := r.Query
		if r.Model != "" {
			query = setParam(setParam(query, "deployment", t.Deployment), "model", t.Deployment)
		}
		return join(e.Prefix, "/", "", "", t.named(r.Below, r.Model), "", query)
	case e.Provider == ProviderOpenAI:
		return join(e.Prefix, "/", "", "", r.Below, "", t.withModel(r, "model"))
	case r.Op == OpResponsesSocket:
		version := t.Version
		if version != "preview" {
			version = ""
		}
		return join(e.Prefix, "/openai/v1/", "", "", r.Below, version, r.Query)
	case t.Preview(r):
		return join(e.Prefix, "/openai/", "", "", r.Below, t.previewVersion(r), t.withModel(r, "deployment"))
	}
	return join(e.Prefix, "/openai/v1/", "", "", r.Below, "", t.withModel(r, "model"))
}

// Preview is whether a WebSocket is asked for in the preview's form: as the
// deployment is configured, else as the client asks.
func (t *Target) Preview(r *Route) bool {
	switch {
	case r.Op != OpRealtimeSocket || r.Below != r.Op.Name: // the preview has nothing below
		return false
	case t.Realtime != RealtimeAsked:
		return t.Realtime == RealtimePreview
	}
	return r.Preview
}

// previewVersion is the api-version of the preview: the configured one, else the
// client's, where they have it.
func (t *Target) previewVersion(r *Route) string {
	for _, v := range [...]string{t.Version, r.Version} {
		if IsVersion(v) && !IsV1(v) && strings.HasSuffix(v, "-preview") && v >= firstRealtime {
			return v
		}
	}
	return lastDated
}

// withModel is the query with the deployment, under the name that the surface has
// for it.
func (t *Target) withModel(r *Route, name string) string {
	if r.NoModel {
		return r.Query
	}
	query := name + "=" + escapeParam(t.Deployment)
	if r.Query != "" {
		query += "&" + r.Query
	}
	return query
}

// param is a parameter of a raw query, decoded.
func param(query, name string) (value string, ok bool) {
	value, rest := cutParam(query, name)
	return value, len(rest) != len(query)
}

// cutParam takes a parameter out of a raw query, wherever it stands and however it
// is written. Where it stands twice the last one counts.
func cutParam(query, name string) (value, rest string) {
	if query == "" {
		return "", ""
	}
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		key, text, _ := strings.Cut(part, "=")
		if decoded, err := url.QueryUnescape(key); err != nil || !strings.EqualFold(decoded, name) {
			kept = append(kept, part)
			continue
		}
		if decoded, err := url.QueryUnescape(text); err == nil {
			text = decoded
		}
		value = text
	}
	return value, strings.Join(kept, "&")
}

// setParam gives a parameter of a raw query another value, where it is there.
func setParam(query, name, value string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		key, _, _ := strings.Cut(part, "=")
		if decoded, err := url.QueryUnescape(key); err == nil && strings.EqualFold(decoded, name) {
			parts[i] = key + "=" + escapeParam(value)
		}
	}
	return strings.Join(parts, "&")
}

// escapeParam encodes a value of a query; a space as %20, which everybody reads.
func escapeParam(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func noSocket(path string) *Error {
	e := unknownPath(path)
	e.Message = fmt.Sprintf("There is no WebSocket at %s. Check the path, for example /v1/realtime?model=MODEL or /v1/responses.", path)
	return e
}
