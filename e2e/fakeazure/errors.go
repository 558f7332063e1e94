package fakeazure

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// failure is an error answer: a status and the body that Azure gives with it.
type failure struct {
	status int
	body   any
	header [][2]string
	claude bool // in Anthropic's shape
	front  bool // said by Azure's gateway in front of the service, on every surface alike
}

func (c *call) fail(f *failure) {
	if c.surface == surfaceClaude {
		f = f.inClaudes()
		if f.claude {
			body := maps.Clone(f.body.(object))
			body["request_id"] = c.claudeRequestID()
			f = &failure{status: f.status, body: body, header: f.header}
		}
	}
	for _, h := range f.header {
		c.w.Header().Set(h[0], h[1])
	}
	c.json(f.status, f.body)
}

// azureError is the shape of Azure's own layers: a code and a message alone.
func azureError(status int, code, message string) *failure {
	return &failure{status: status, body: object{"error": object{"code": code, "message": message}}}
}

// modelError is the shape of the model's own layer, as OpenAI has it. An empty
// param or code is null.
func modelError(status int, kind, param, code, message string) *failure {
	e := object{"message": message, "type": kind, "param": nil, "code": nil}
	if param != "" {
		e["param"] = param
	}
	if code != "" {
		e["code"] = code
	}
	return &failure{status: status, body: object{"error": e}}
}

// invalid is a 400 of the model's layer.
func invalid(param, code, format string, args ...any) *failure {
	return modelError(http.StatusBadRequest, "invalid_request_error", param, code, fmt.Sprintf(format, args...))
}

func missing(param string) *failure {
	return invalid(param, "missing_required_parameter", "Missing required parameter: '%s'.", param)
}

func badJSON() *failure {
	return invalid("", "", "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. "+
		"The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)")
}

func resourceNotFound() *failure {
	return azureError(http.StatusNotFound, "404", "Resource not found").inFront()
}

// inFront marks what Azure's gateway says before the service is asked.
func (f *failure) inFront() *failure {
	f.front = true
	return f
}

func deploymentNotFound() *failure {
	return azureError(http.StatusNotFound, "DeploymentNotFound", "The API deployment for this resource does not exist. "+
		"If you created the deployment within the last 5 minutes, please wait a moment and try again.")
}

func notSupported(operation, model string) *failure {
	return azureError(http.StatusBadRequest, "OperationNotSupported", fmt.Sprintf("The %s operation does not work with the specified model, %s. "+
		"Please choose different model and try again. You can learn more about which models can be used with each operation here: "+
		"https://go.microsoft.com/fwlink/?linkid=2197993.", operation, model))
}

func wrongKey() *failure {
	return azureError(http.StatusUnauthorized, "401", "Access denied due to invalid subscription key or wrong API endpoint. "+
		"Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.").inFront()
}

// wrongToken is flat: Azure's gateway answers it before the service does.
func wrongToken() *failure {
	return &failure{status: http.StatusUnauthorized, front: true, body: object{
		"statusCode": 401,
		"message": "Unauthorized. Access token is missing, invalid, audience is incorrect " +
			"(https://cognitiveservices.azure.com), or have expired.",
	}}
}

func roleMissing() *failure {
	return azureError(http.StatusUnauthorized, "PermissionDenied", "Principal does not have access to API/Operation.").inFront()
}

func rateLimited(operation, version, what string, seconds int) *failure {
	if version == "" {
		version = "v1"
	}
	return azureError(http.StatusTooManyRequests, "429", fmt.Sprintf("Requests to the %s Operation under Azure OpenAI API version %s "+
		"have exceeded %s rate limit of your current OpenAI S0 pricing tier. Please retry after %d seconds. "+
		"Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit.",
		operation, version, what, seconds))
}

// filtered is the 400 of a prompt that the content filter refuses.
func filtered() *failure {
	return &failure{status: http.StatusBadRequest, body: object{"error": object{
		"message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. " +
			"Please modify your prompt and retry. To learn more about our content filtering policies please read our documentation: " +
			"https://go.microsoft.com/fwlink/?linkid=2198766",
		"type": nil, "param": "prompt", "code": "content_filter", "status": 400,
		"innererror": object{
			"code":                  "ResponsibleAIPolicyViolation",
			"content_filter_result": promptVerdicts("high"),
		},
	}}}
}

// statusOverloaded is Anthropic's own.
const statusOverloaded = 529

// ofStatus is what Azure says with a status when a script gives no body.
func ofStatus(status int) *failure {
	switch status {
	case http.StatusUnauthorized:
		return wrongKey()
	case http.StatusForbidden:
		return azureError(status, "403", "Access denied due to Virtual Network/Firewall rules.").inFront()
	case http.StatusNotFound:
		return deploymentNotFound()
	case http.StatusRequestTimeout:
		return azureError(status, "Timeout", "The operation was timeout.")
	case http.StatusConflict:
		return azureError(status, "Conflict", "Another operation is being performed on the parent resource.")
	case http.StatusTooManyRequests:
		return azureError(status, "429", "The system is currently experiencing high demand and cannot process your request. Please try again later.")
	case http.StatusInternalServerError:
		return azureError(status, "InternalServerError", "The server had an error while processing your request. Sorry about that!")
	case http.StatusServiceUnavailable:
		return azureError(status, "ServiceUnavailable", "The service is temporarily unable to process your request. Please try again later.")
	case statusOverloaded:
		return azureError(status, "Overloaded", "Overloaded")
	}
	return azureError(status, strings.ReplaceAll(http.StatusText(status), " ", ""), http.StatusText(status))
}
