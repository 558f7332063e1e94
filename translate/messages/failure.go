package messages

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
)

// failure is an error of Anthropic's in OpenAI's words.
type failure struct {
	status  int
	typ     string
	code    string
	message string // said instead of theirs, which is for who runs the gateway
}

// failures are Anthropic's error types (platform.claude.com, "Errors"). The gateway's
// credential, its rights and its bill are nothing that the client can mend.
var failures = map[string]failure{
	"invalid_request_error": {http.StatusBadRequest, "invalid_request_error", "", ""},
	"authentication_error":  {http.StatusUnauthorized, "authentication_error", "invalid_api_key", "The gateway's credential for this model was refused."},
	"billing_error":         {http.StatusPaymentRequired, "insufficient_quota", "insufficient_quota", "The gateway's account for this model cannot pay."},
	"permission_error":      {http.StatusForbidden, "permission_error", "permission_denied", "The gateway may not use this model."},
	"not_found_error":       {http.StatusNotFound, "invalid_request_error", "model_not_found", "The model's deployment does not exist."},
	"request_too_large":     {http.StatusRequestEntityTooLarge, "invalid_request_error", "request_too_large", ""},
	"rate_limit_error":      {http.StatusTooManyRequests, "rate_limit_error", "rate_limit_exceeded", ""},
	"timeout_error":         {http.StatusGatewayTimeout, "server_error", "timeout", ""},
	"api_error":             {http.StatusInternalServerError, "server_error", "server_error", ""},
	"overloaded_error":      {statusOverloaded, "server_error", "overloaded", ""},
}

// statusOverloaded is Anthropic's own.
const statusOverloaded = 529

// kindOf is the error type that a status stands for, where the body names none:
// Azure's own errors, and those of what stands before it.
func kindOf(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "authentication_error"
	case status == http.StatusPaymentRequired:
		return "billing_error"
	case status == http.StatusForbidden:
		return "permission_error"
	case status == http.StatusNotFound:
		return "not_found_error"
	case status == http.StatusRequestEntityTooLarge:
		return "request_too_large"
	case status == http.StatusTooManyRequests:
		return "rate_limit_error"
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return "timeout_error"
	case status == http.StatusFailedDependency: // Foundry, of what stands behind it
		return "api_error"
	case status == http.StatusServiceUnavailable, status == statusOverloaded:
		return "overloaded_error"
	case status >= http.StatusInternalServerError:
		return "api_error"
	}
	return "invalid_request_error"
}

// tooLong are the beginnings of what Anthropic says of a prompt that does not fit.
var tooLong = []string{"prompt is too long", "input length and `max_tokens` exceed context limit", "input is too long"}

// Failure translates an error: Anthropic's, Azure's own ({"error":{"code","message"}}
// or flat) or none at all. nil leaves one that is OpenAI's already.
func (a *answer) Failure(status int, body []byte) *azure.Error {
	var v, inner gjson.Result
	if gjson.ValidBytes(body) {
		v = gjson.ParseBytes(body)
		inner = v.Get("error")
	}
	theirs := v.Get("type").Str == "error"
	if !theirs && inner.Get("message").Exists() && (inner.Get("type").Exists() || inner.Get("param").Exists()) {
		return nil
	}
	kind := inner.Get("type").Str
	message := inner.Get("message").Str
	if message == "" {
		message = v.Get("message").Str
	}
	if _, known := failures[kind]; !known {
		kind = kindOf(status)
	}
	return failed(kind, status, message)
}

// inStream is the error of an error event, whose stream had the status 200.
func inStream(v gjson.Result) *azure.Error {
	kind := v.Get("type").Str
	if _, known := failures[kind]; !known {
		kind = "api_error"
	}
	return failed(kind, failures[kind].status, v.Get("message").Str)
}

func failed(kind string, status int, message string) *azure.Error {
	f := failures[kind]
	e := &azure.Error{Status: status, Type: f.typ, Code: f.code, Message: message}
	switch {
	case f.message != "":
		e.Message = f.message
	case message == "":
		e.Message = "The model's API answered with an error and did not say which."
	}
	if kind == "invalid_request_error" {
		for _, t := range tooLong {
			if strings.HasPrefix(strings.ToLower(message), strings.ToLower(t)) {
				e.Code = "context_length_exceeded"
			}
		}
	}
	return e
}
