package prompt

import (
	"fmt"
	"net/http"

	"github.com/azproc/azproc/azure"
)

// refuse is the error of a request that cannot be made one of the completions API.
func refuse(code, param, format string, args ...any) *azure.Error {
	return &azure.Error{
		Status: http.StatusBadRequest, Type: "invalid_request_error", Code: code, Param: param,
		Message: fmt.Sprintf(format, args...),
	}
}

// unsupported is the error of a parameter that a model of text does not have.
func unsupported(param string) *azure.Error {
	return refuse("unsupported_parameter", param,
		"Unsupported parameter: '%s' is not supported with this model, which only completes text.", param)
}
