package fakeazure

import (
	"fmt"
	"net/http"
)

// claudeError is an error in Anthropic's shape; the id of the request comes in
// when it is answered.
func claudeError(status int, kind, format string, args ...any) *failure {
	return &failure{status: status, claude: true, body: object{
		"type": "error", "error": object{"type": kind, "message": fmt.Sprintf(format, args...)},
	}}
}

// claudeInvalid is a 400 of the Messages API.
func claudeInvalid(format string, args ...any) *failure {
	return claudeError(http.StatusBadRequest, "invalid_request_error", format, args...)
}

// claudeTypes are the types of Anthropic's errors by status.
// Source: platform.claude.com/docs/en/api/errors.
var claudeTypes = map[int]string{
	400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
	404: "not_found_error", 409: "conflict_error", 413: "request_too_large", 429: "rate_limit_error",
	500: "api_error", 504: "timeout_error", 529: "overloaded_error",
}

// claudeKind is the type of an error with a status that the list may not have.
func claudeKind(status int) string {
	switch kind := claudeTypes[status]; {
	case kind != "":
		return kind
	case status < 500:
		return "invalid_request_error"
	}
	return "api_error"
}

// inClaudes gives a failure that any operation can have in Anthropic's shape.
// What Azure's gateway says before Anthropic sees the request keeps its own.
func (f *failure) inClaudes() *failure {
	if f.claude || f.front {
		return f
	}
	said := http.StatusText(f.status)
	if body, ok := f.body.(object); ok {
		if e, ok := body["error"].(object); ok {
			said, _ = e["message"].(string)
		}
	}
	translated := claudeError(f.status, claudeKind(f.status), "%s", said)
	translated.header = f.header
	return translated
}

// claudeEvent is an error as the last event of a stream.
func claudeEvent(kind, message string) []byte {
	return sse("error", encode(object{"type": "error", "error": object{"type": kind, "message": message}}))
}

// apiNotSupported is what Foundry says of a path that it does not have, and of
// an API that the model behind a deployment does not speak.
// Source: anthropics/claude-code#67179, anomalyco/opencode#14879.
func apiNotSupported() *failure {
	return azureError(http.StatusNotFound, "api_not_supported", "Requested API is currently not supported").inFront()
}
