package azure

import (
	"net/http"
	"strings"
)

// Fault says what kind of failure an answer is, and so what it means for the
// deployment that gave it.
type Fault uint8

const (
	// FaultNone is an answer that the deployment could give.
	FaultNone Fault = iota
	// FaultClient is a request that no deployment would serve better: a bad
	// parameter, a prompt that the content filter refuses. It says nothing of
	// the deployment.
	FaultClient
	// FaultThrottled is 429: the deployment has no room for a while.
	FaultThrottled
	// FaultServer is a failure of the service, the network or the clock.
	FaultServer
	// FaultConfig is a deployment that is configured wrongly: a wrong key, a
	// missing role, a firewall, a deployment that does not exist.
	FaultConfig
)

// String names the fault for people and for metrics.
func (f Fault) String() string {
	return [...]string{"none", "client", "throttled", "server", "config"}[f]
}

// statusFaults is Azure's table of errors ("Azure OpenAI error codes"; the rows
// of the azure-api reference, section 3). Every other 5xx is FaultServer and
// every other 4xx FaultClient.
var statusFaults = map[int]Fault{
	http.StatusUnauthorized:     FaultConfig,    // wrong key, expired token, missing role
	http.StatusForbidden:        FaultConfig,    // firewall, key access turned off, blocked resource
	http.StatusNotFound:         FaultConfig,    // DeploymentNotFound; an api-version the resource does not know
	http.StatusRequestTimeout:   FaultServer,    // "The operation was timeout."
	http.StatusFailedDependency: FaultServer,    // Foundry's model behind the API failed
	http.StatusTooManyRequests:  FaultThrottled, // token or call rate, or no capacity
}

// clientErrors are codes and types of errors inside a stream which are about the
// request: a prompt that is refused, or a filter that could not look at it.
var clientErrors = []string{`"invalid_request_error"`, `"invalid_prompt"`, `"content_filter_error"`}

// FaultInStream classifies an error that stands in a stream whose status was 200, by
// the beginning of its text.
func FaultInStream(text string) Fault {
	for _, r := range refusals {
		for _, word := range r.words {
			if strings.Contains(text, word) {
				return FaultClient
			}
		}
	}
	for _, word := range clientErrors {
		if strings.Contains(text, word) {
			return FaultClient
		}
	}
	return FaultServer
}

// DeploymentMissing is whether the body of a 404 says that the deployment is not
// there (Azure's DeploymentNotFound, OpenAI's model_not_found). Any other 404 is of
// a path or an api-version, which is the client's to choose.
func DeploymentMissing(body string) bool {
	return strings.Contains(body, "DeploymentNotFound") || strings.Contains(body, `"model_not_found"`)
}

// The statuses below 500 at which a request goes on, in ascending order:
// RepeatStatuses, failures of the service, to whatever comes next, be it the same
// deployment again; MoveStatuses to another one alone.
var (
	RepeatStatuses = []int{408, 424}
	MoveStatuses   = []int{401, 403, 404, 429, StatusRefused}
)

// FaultOf is the fault of an HTTP status.
func FaultOf(status int) Fault {
	if f, ok := statusFaults[status]; ok {
		return f
	}
	switch {
	case status >= 500:
		return FaultServer
	case status >= 400:
		return FaultClient
	default:
		return FaultNone
	}
}
