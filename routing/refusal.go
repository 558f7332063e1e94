package routing

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/azproc/azproc/azure"
)

var (
	errNothingServed = errors.New("no deployment is configured")
	errNotServed     = errors.New("the deployment is not configured any more")
)

// none says why no deployment of a group can serve a request.
func (p *planner) none(g *group, err *azure.Error) *azure.Error {
	switch {
	case err != nil:
		return err
	case p.full || len(p.cooling) > 0:
		return p.noRoom(g)
	case p.refused != nil:
		return p.refused
	case p.apart && !p.unready:
		return p.table.notThere(g, p.r)
	}
	cause := errNothingServed
	for _, d := range g.deployments {
		if e := d.Credential.Ready(); e != nil {
			cause = e
		}
	}
	return unavailable(p.r.Model, cause)
}

// longestRetry is the wait beyond which a client is told not to try again by
// itself: its user has gone by then.
const longestRetry = time.Minute

// noRoom is the 429 of a group: when to come back, and what its limits are, in
// the headers that Azure and the SDKs use.
func (p *planner) noRoom(g *group) *azure.Error {
	wait := time.Duration(math.MaxInt64)
	if p.full {
		wait = p.left
		if wait == 0 {
			wait = untilNext(p.now)
		}
	}
	for _, c := range p.cooling {
		wait = min(wait, time.UnixMilli(int64(c.score)).Sub(p.now))
	}
	wait = min(max(wait, time.Millisecond), azure.MaxWait)
	seconds := int64(math.Ceil(wait.Seconds()))
	e := &azure.Error{
		Status:  http.StatusTooManyRequests,
		Type:    "rate_limit_error",
		Code:    "rate_limit_exceeded",
		Limit:   "deployments",
		Message: fmt.Sprintf("No deployment of the model %q has room at the moment. Please retry after %d seconds.", p.r.Model, seconds),
		Header: []azure.Header{
			{Name: "retry-after", Value: strconv.FormatInt(seconds, 10)},
			{Name: "retry-after-ms", Value: strconv.FormatInt(int64(math.Ceil(float64(wait)/float64(time.Millisecond))), 10)},
		},
	}
	if wait > longestRetry {
		e.Header = append(e.Header, azure.Header{Name: "x-should-retry", Value: "false"})
	}
	e.Header = append(e.Header, g.rateHeaders(p.now, p.view.minute, seconds)...)
	return e
}

// rateHeaders are the limits of a group as a whole, where it has any: what its
// deployments may have in a minute, what is left of it, and when there is more.
func (g *group) rateHeaders(now time.Time, minute uint32, reset int64) []azure.Header {
	var limit, left [2]int64
	for _, d := range g.deployments {
		limit[0] += d.RPM
		limit[1] += d.TPM
		if _, _, cooling := d.member.cooldown.at(now); !cooling {
			left[0] += max(0, d.RPM-d.member.requests.at(minute))
			left[1] += max(0, d.TPM-d.member.tokens.at(minute))
		}
	}
	var headers []azure.Header
	for i, what := range [...]string{"requests", "tokens"} {
		if limit[i] == 0 {
			continue
		}
		for _, h := range [...]struct {
			name string
			n    int64
		}{{"limit", limit[i]}, {"remaining", left[i]}, {"reset", reset}} {
			headers = append(headers, azure.Header{Name: "x-ratelimit-" + h.name + "-" + what, Value: strconv.FormatInt(h.n, 10)})
		}
	}
	return headers
}

// modelNotFound is what OpenAI answers for a model that does not exist.
func modelNotFound(model string) *azure.Error {
	return &azure.Error{
		Status:  http.StatusNotFound,
		Type:    "invalid_request_error",
		Code:    "model_not_found",
		Param:   "model",
		Message: fmt.Sprintf("The model %q does not exist or you do not have access to it.", model),
	}
}

// unavailable says that a model is there and cannot be served now. Why is for
// the log: it names credentials, which are no client's business.
func unavailable(model string, cause error) *azure.Error {
	return &azure.Error{
		Status:  http.StatusServiceUnavailable,
		Type:    "server_error",
		Code:    "no_deployment",
		Message: fmt.Sprintf("No deployment of the model %q can be used at the moment: the gateway has no valid credential for it.", model),
		Cause:   cause,
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
