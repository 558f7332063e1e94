package azure

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Error is the one error that reaches a client. Every room returns it, or an
// error that the edge turns into one, so that status, code and wording are
// decided where the fault is known and not where it is sent.
//
// Message is read by people who do not run the gateway: it holds no secret, no
// address of ours and no name of another client's model.
type Error struct {
	// Status is the HTTP status.
	Status int
	// Message says what is wrong and, where it can, what would be right.
	Message string
	// Type is OpenAI's error type: invalid_request_error,
	// authentication_error, permission_error, rate_limit_error, server_error.
	Type string
	// Param names the parameter at fault; empty prints null.
	Param string
	// Code is OpenAI's machine-readable code, such as model_not_found; empty
	// prints null.
	Code string
	// Limit says which limit refuses the request, for the metrics: key_requests,
	// key_tokens, key_budget or deployments; "" is none.
	Limit string
	// Header is sent beside content-type: allow, retry-after.
	Header []Header
	// Cause is for the log. It is never shown to the client.
	Cause error
}

// Header is one HTTP header field. Name is lower case, as HTTP/2 and Envoy
// want it.
type Header struct {
	Name, Value string
}

// Shape is the form in which a client's SDK expects an error.
type Shape uint8

const (
	// ShapeOpenAI is {"error":{"message","type","param","code"}}, read by the
	// OpenAI and Azure OpenAI SDKs.
	ShapeOpenAI Shape = iota
	// ShapeAnthropic is {"type":"error","error":{"type","message"}}, read by
	// the Anthropic SDKs.
	ShapeAnthropic
)

// Error gives the message with its status and, when there is one, its cause.
func (e *Error) Error() string {
	s := strconv.Itoa(e.Status) + " " + e.Message
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Body gives the JSON body of the error in the shape that the client's SDK
// reads. The bytes are the caller's.
func (e *Error) Body(shape Shape) []byte {
	if shape == ShapeAnthropic {
		return marshal(map[string]any{
			"type":  "error",
			"error": map[string]any{"type": e.anthropicType(), "message": e.Message},
		})
	}
	return marshal(map[string]any{
		"error": map[string]any{
			"message": e.Message,
			"type":    e.Type,
			"param":   orNull(e.Param),
			"code":    orNull(e.Code),
		},
	})
}

// anthropicTypes are the error types of Anthropic's API by HTTP status
// (Anthropic API reference, "Errors").
var anthropicTypes = map[int]string{
	400: "invalid_request_error",
	401: "authentication_error",
	403: "permission_error",
	404: "not_found_error",
	405: "invalid_request_error",
	413: "request_too_large",
	429: "rate_limit_error",
	529: "overloaded_error",
}

func (e *Error) anthropicType() string {
	if t, ok := anthropicTypes[e.Status]; ok {
		return t
	}
	if e.Status >= 500 {
		return "api_error"
	}
	return "invalid_request_error"
}

// invalid is the most common error: a 400 that names what the client sent.
func invalid(code, param, format string, args ...any) *Error {
	return &Error{
		Status:  400,
		Type:    "invalid_request_error",
		Code:    code,
		Param:   param,
		Message: fmt.Sprintf(format, args...),
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func marshal(v any) []byte {
	// Maps of strings cannot fail to marshal.
	b, _ := json.Marshal(v) //nolint:errchkjson // see above
	return b
}
