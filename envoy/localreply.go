package envoy

import (
	"encoding/json"
	"fmt"
)

// localReply is what the client reads when Envoy itself ends a request. The
// first that fits counts.
type localReply struct {
	// Status is what the client gets.
	Status int
	// Flags are Envoy's response flags that it is for (access log, "Response
	// Flags"); without any it is for the status codes that compare with Code.
	Flags   []string
	Compare string // EQ or GE
	Code    int
	// The error: OpenAI's words, and Anthropic's type.
	Type, ErrorCode, Anthropic, Message string
}

// localReplies is every way in which Envoy ends a request by itself.
func localReplies(maxBody int64) []localReply {
	return []localReply{
		{
			Status: 413, Compare: "EQ", Code: 413,
			Type: "invalid_request_error", ErrorCode: "request_too_large", Anthropic: "request_too_large",
			Message: fmt.Sprintf("The request body is larger than the limit of %d bytes.", maxBody),
		},
		{
			Status: 400, Compare: "EQ", Code: 431,
			Type: "invalid_request_error", ErrorCode: "headers_too_large", Anthropic: "invalid_request_error",
			Message: "The request's headers are too large.",
		},
		{
			// No host, no cluster, no route.
			Status: 503, Flags: []string{"UH", "NC", "NR"},
			Type: "server_error", ErrorCode: "no_deployment", Anthropic: "api_error",
			Message: "No deployment is available for this request.",
		},
		{
			// Upstream timeout, stream idle, duration.
			Status: 504, Flags: []string{"UT", "SI", "DT"},
			Type: "server_error", ErrorCode: "timeout", Anthropic: "api_error",
			Message: "The upstream request timed out.",
		},
		{
			// Connection failure, resets, overflow.
			Status: 503, Flags: []string{"UF", "UR", "UC", "UO", "LR"},
			Type: "server_error", ErrorCode: "upstream_unavailable", Anthropic: "api_error",
			Message: "The upstream service is unavailable.",
		},
		{
			// The upstream spoke no HTTP.
			Status: 502, Flags: []string{"UPE"},
			Type: "server_error", ErrorCode: "bad_gateway", Anthropic: "api_error",
			Message: "The upstream service gave an answer that is not valid HTTP.",
		},
		{
			// azproc failed, was not there or took too long.
			Status: 500, Compare: "GE", Code: 500,
			Type: "server_error", ErrorCode: "gateway_error", Anthropic: "api_error",
			Message: "Internal gateway error.",
		},
		{
			Status: 408, Compare: "EQ", Code: 408,
			Type: "invalid_request_error", ErrorCode: "request_timeout", Anthropic: "invalid_request_error",
			Message: "The request did not arrive in time.",
		},
		{
			Status: 400, Compare: "GE", Code: 400,
			Type: "invalid_request_error", ErrorCode: "bad_request", Anthropic: "invalid_request_error",
			Message: "The request is not valid HTTP.",
		},
	}
}

// Filter is Envoy's access log filter for the reply. key makes its runtime key
// unlike any other's.
func (r localReply) Filter(key string) string {
	if len(r.Flags) > 0 {
		return "{response_flag_filter: {flags: " + encode(r.Flags) + "}}"
	}
	return fmt.Sprintf("{status_code_filter: {comparison: {op: %s, value: {default_value: %d, runtime_key: %s}}}}", r.Compare, r.Code, encode("azproc."+key))
}

// shape is a form of error bodies and the requests that get it.
type shape struct {
	Name   string
	Filter string
	format func(localReply) map[string]any
}

// Format is the body as Envoy's json_format.
func (s shape) Format(r localReply) string { return encode(s.format(r)) }

// anthropicClient are the requests of Anthropic's SDKs. Before azproc has decided
// one, its path tells; then the path may be another, and azproc has said it.
const anthropicClient = `{or_filter: {filters: [` +
	`{and_filter: {filters: [` +
	`{header_filter: {header: {name: ":path", string_match: {safe_regex: {regex: "^/(v1/messages|messages|anthropic)([/?].*)?$"}}}}}, ` +
	`{metadata_filter: {matcher: ` + saidAnthropic + `, match_if_key_not_found: true}}]}}, ` +
	`{metadata_filter: {matcher: ` + saidAnthropic + `, match_if_key_not_found: false}}]}}`

// saidAnthropic is what azproc writes into the metadata of such a request.
const saidAnthropic = `{filter: azproc, path: [{key: shape}], value: {string_match: {exact: anthropic}}}`

// shapes: Anthropic's SDKs read an error of their own form; everybody else reads
// OpenAI's.
var shapes = []shape{
	{
		Name:   "anthropic",
		Filter: anthropicClient,
		format: func(r localReply) map[string]any {
			return map[string]any{"type": "error", "error": map[string]any{"type": r.Anthropic, "message": r.Message}}
		},
	},
	{
		Name:   "openai",
		Filter: "{not_health_check_filter: {}}",
		format: func(r localReply) map[string]any {
			return map[string]any{"error": map[string]any{"message": r.Message, "type": r.Type, "param": nil, "code": r.ErrorCode}}
		},
	},
}

// encode gives v as JSON, which is YAML too.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers, and maps of them
	}
	return string(b)
}
