package quota

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// longestRetry is the wait beyond which a client is told not to try again by
// itself: its user has gone by then.
const longestRetry = time.Minute

// limitNames are the limits' names in the metrics.
var limitNames = map[Limit]string{Requests: "key_requests", Tokens: "key_tokens", Budget: "key_budget"}

// refusal is the 429 of a key, in OpenAI's words: rate_limit_exceeded, which its
// SDKs try again after retry-after, and insufficient_quota for a budget.
func refusal(ask *Ask, g *Grant, now time.Time) *azure.Error {
	e := &azure.Error{Status: http.StatusTooManyRequests, Type: "rate_limit_error", Code: "rate_limit_exceeded"}
	e.Limit = limitNames[g.Refused]
	name, wait, never := ask.Key.Name, time.Duration(0), false
	switch g.Refused {
	case Budget:
		gauge := g.View.Budget
		wait, never = gauge.Reset, ask.Cost > gauge.Limit
		e.Type, e.Code = "insufficient_quota", "insufficient_quota"
		e.Message = fmt.Sprintf("The key %q has a budget of %s for %s: %s is left until %s, and this request may cost %s.", name,
			config.Dollars(gauge.Limit), ask.Key.Period, config.Dollars(gauge.Remaining()), now.Add(wait).UTC().Round(time.Second).Format(time.RFC3339), config.Dollars(ask.Cost))
	case Tokens:
		gauge := g.View.Tokens
		wait, never = gauge.Reset, ask.Tokens > gauge.Limit
		e.Message = fmt.Sprintf("The key %q is limited to %d tokens per minute: %d are left, and this request may need %d.", name, gauge.Limit, gauge.Remaining(), ask.Tokens)
	default:
		wait = g.View.Requests.Reset
		e.Message = fmt.Sprintf("The key %q is limited to %d requests per minute.", name, g.View.Requests.Limit)
	}
	wait = max(wait, time.Millisecond)
	if never {
		e.Message += " That is more than the whole limit: ask for a shorter answer (max_tokens) or send less."
	} else {
		e.Message += fmt.Sprintf(" Please retry after %d seconds.", ceil(wait, time.Second))
		e.Header = []azure.Header{
			{Name: "retry-after", Value: strconv.FormatInt(ceil(wait, time.Second), 10)},
			{Name: "retry-after-ms", Value: strconv.FormatInt(ceil(wait, time.Millisecond), 10)},
		}
	}
	if never || wait > longestRetry {
		e.Header = append(e.Header, azure.Header{Name: "x-should-retry", Value: "false"})
	}
	e.Header = append(e.Header, g.View.Headers()...)
	return e
}

func ceil(d, unit time.Duration) int64 { return int64(math.Ceil(float64(d) / float64(unit))) }

// Headers are the limits per minute that a key has, as Azure and OpenAI say them:
// the limit, what is left, and after how many seconds all of it is again.
func (v *View) Headers() []azure.Header {
	var headers []azure.Header
	for i, what := range [...]string{"requests", "tokens"} {
		g := [...]Gauge{v.Requests, v.Tokens}[i]
		if g.Limit == 0 {
			continue
		}
		headers = append(headers,
			azure.Header{Name: "x-ratelimit-limit-" + what, Value: strconv.FormatInt(g.Limit, 10)},
			azure.Header{Name: "x-ratelimit-remaining-" + what, Value: strconv.FormatInt(g.Remaining(), 10)},
			azure.Header{Name: "x-ratelimit-reset-" + what, Value: strconv.FormatInt(ceil(g.Reset, time.Second), 10)},
		)
	}
	return headers
}

// AppendLimits appends the same as envoy's limits.lua reads it: for each of the limits
// its name, the limit, what is left, and after how many seconds all of it is again.
func (v *View) AppendLimits(to []byte) []byte {
	for i, what := range [...]string{"requests", "tokens"} {
		g := [...]Gauge{v.Requests, v.Tokens}[i]
		if g.Limit == 0 {
			continue
		}
		to = append(append(to, what...), ' ')
		to = append(strconv.AppendInt(to, g.Limit, 10), ' ')
		to = append(strconv.AppendInt(to, g.Remaining(), 10), ' ')
		to = append(strconv.AppendInt(to, ceil(g.Reset, time.Second), 10), ' ')
	}
	return to
}

// Model is nil when a key may ask for a model. Whether there is such a model does
// not show.
func Model(k *config.Key, model string) *azure.Error {
	if k.Allows(model) {
		return nil
	}
	return &azure.Error{
		Status:  http.StatusForbidden,
		Type:    "permission_error",
		Code:    "model_not_allowed",
		Param:   "model",
		Message: fmt.Sprintf("The key %q may not use the model %q.", k.Name, model),
	}
}

// storeGone is the answer under on_store_failure: reject.
func storeGone(cause error) *azure.Error {
	return &azure.Error{
		Status:  http.StatusServiceUnavailable,
		Type:    "server_error",
		Code:    "limits_unavailable",
		Message: "The gateway cannot reach the store of its limits at the moment.",
		Cause:   cause,
	}
}
