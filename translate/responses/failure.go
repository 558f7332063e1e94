package responses

import (
	"net/http"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
)

// failureStatus is the HTTP status of an error that Responses tells in an answer
// with status 200, by its code (openai-python: ResponseError, and what Azure has
// been seen to send). What is not here is the service's fault.
var failureStatus = map[string]int{
	"rate_limit_exceeded": http.StatusTooManyRequests,
	"too_many_requests":   http.StatusTooManyRequests,
	"insufficient_quota":  http.StatusTooManyRequests,

	"context_length_exceeded":        http.StatusBadRequest,
	"content_filter":                 http.StatusBadRequest,
	"invalid_prompt":                 http.StatusBadRequest,
	"data_residency_mismatch":        http.StatusBadRequest,
	"bio_policy":                     http.StatusBadRequest,
	"misalignment_policy_violation":  http.StatusBadRequest,
	"invalid_image":                  http.StatusBadRequest,
	"invalid_image_format":           http.StatusBadRequest,
	"invalid_base64_image":           http.StatusBadRequest,
	"invalid_image_url":              http.StatusBadRequest,
	"image_too_large":                http.StatusBadRequest,
	"image_too_small":                http.StatusBadRequest,
	"image_parse_error":              http.StatusBadRequest,
	"image_content_policy_violation": http.StatusBadRequest,
	"invalid_image_mode":             http.StatusBadRequest,
	"image_file_too_large":           http.StatusBadRequest,
	"unsupported_image_media_type":   http.StatusBadRequest,
	"empty_image_file":               http.StatusBadRequest,
	"failed_to_download_image":       http.StatusBadRequest,
	"image_file_not_found":           http.StatusBadRequest,
}

// failureType is OpenAI's type of an error that does not say its own.
var failureType = map[int]string{
	http.StatusBadRequest:          "invalid_request_error",
	http.StatusTooManyRequests:     "rate_limit_error",
	http.StatusInternalServerError: "server_error",
}

// failure is the model's own error, as an answer with status 200 or an event tells
// it: an object with code and message, perhaps type and param.
func failure(e gjson.Result) *azure.Error {
	code := e.Get("code").String()
	status, ok := failureStatus[code]
	if !ok {
		status = http.StatusInternalServerError
	}
	f := &azure.Error{
		Status: status, Code: code, Type: failureType[status],
		Message: e.Get("message").String(), Param: e.Get("param").String(),
	}
	// The type of an event is "error" where the error is not an object of its own.
	if kind := e.Get("type").Str; kind != "" && kind != "error" {
		f.Type = kind
	}
	if f.Message == "" {
		f.Message = "The model could not answer and did not say why."
	}
	return f
}

// unanswered is the error of a response that is no answer, nil for one that is.
func unanswered(resp gjson.Result) *azure.Error {
	switch status := resp.Get("status").Str; status {
	case "", "completed", "incomplete":
		return nil
	case "failed":
		return failure(resp.Get("error"))
	default: // cancelled, or in the background: queued, in_progress
		return &azure.Error{
			Status: http.StatusBadGateway, Type: "server_error", Code: "invalid_answer",
			Message: "The model has not finished its answer: its status is " + status + ".",
		}
	}
}
