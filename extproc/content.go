package extproc

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/azproc/azproc/auth"
	"github.com/azproc/azproc/azure"
)

// checkContent refuses a request whose headers already say that its body cannot
// be served: of another type than the operation takes, or too large.
func checkContent(h *head, want azure.BodyKind, maxBody int64) *azure.Error {
	switch want {
	case azure.BodyJSON:
		if !isJSON(h.contentType) {
			return wrongType(h.contentType, "application/json")
		}
		if n, err := strconv.ParseInt(h.contentLength, 10, 64); err == nil && n > maxBody {
			return tooLarge(maxBody)
		}
	case azure.BodyForm:
		if !hasMediaType(h.contentType, "multipart/form-data") {
			return wrongType(h.contentType, "multipart/form-data")
		}
	}
	return nil
}

// isJSON accepts application/json with any parameters. A request that names no
// type at all is taken at its word by the body.
func isJSON(contentType string) bool {
	return contentType == "" || hasMediaType(contentType, "application/json")
}

func hasMediaType(contentType, want string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(media), want)
}

func contentLength(n int64) string { return strconv.FormatInt(n, 10) }

func wrongType(got, want string) *azure.Error {
	return &azure.Error{
		Status:  http.StatusBadRequest,
		Type:    "invalid_request_error",
		Code:    "invalid_content_type",
		Message: fmt.Sprintf("This operation takes a body of type %s, not %q. Set the content-type header.", want, got),
	}
}

func tooLarge(limit int64) *azure.Error {
	return &azure.Error{
		Status:  http.StatusRequestEntityTooLarge,
		Type:    "invalid_request_error",
		Code:    "request_too_large",
		Message: fmt.Sprintf("The request body is larger than the limit of %d bytes.", limit),
	}
}

func emptyBody() *azure.Error {
	return &azure.Error{
		Status:  http.StatusBadRequest,
		Type:    "invalid_request_error",
		Code:    "invalid_json",
		Message: "The request has no body.",
	}
}

func missingModel() *azure.Error {
	return &azure.Error{
		Status:  http.StatusBadRequest,
		Type:    "invalid_request_error",
		Code:    "missing_required_parameter",
		Param:   "model",
		Message: "You must provide a model parameter.",
	}
}

// unauthorized is the same for a wrong key and for none but for its words:
// which of the two it was, the caller knows anyway.
func unauthorized(cause error) *azure.Error {
	e := &azure.Error{
		Status:  http.StatusUnauthorized,
		Type:    "authentication_error",
		Code:    "invalid_api_key",
		Message: "Incorrect or missing API key. Send the gateway's key as 'Authorization: Bearer KEY', 'api-key: KEY' or 'x-api-key: KEY'.",
		Cause:   cause,
	}
	if errors.Is(cause, auth.ErrExpiredKey) {
		e.Message = "This API key has expired."
	}
	return e
}

// notForUs is for a request that shows a key of the resource alone, which opens a
// session there and nothing here.
func notForUs(cause error) *azure.Error {
	e := unauthorized(cause)
	e.Message = "The ephemeral key in 'Authorization' is for the session that this request begins. Send the gateway's key beside it, as 'api-key: KEY' or 'x-api-key: KEY'."
	return e
}
