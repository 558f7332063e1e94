package fakeazure

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limit counts one deployment's use within the running minute.
type limit struct {
	since            time.Time
	requests, tokens int
}

// What the headers of a deployment without limits of its own say.
const (
	shownRPM = 1000
	shownTPM = 100_000
)

// limit counts the call against its deployment's limits, fails it when one is
// exceeded and sets the x-ratelimit headers. Failed requests count too.
func (c *call) limit() *failure {
	s, d := c.server, c.deployed
	tokens := c.estimate()
	s.mu.Lock()
	at := place{c.resource.Name, d.Name}
	l := s.limits[at]
	now := s.config.Now()
	if l == nil || now.Sub(l.since) >= time.Minute {
		l = &limit{since: now}
		s.limits[at] = l
	}
	l.requests++
	l.tokens += tokens
	used := *l
	s.mu.Unlock()

	reset := max(1, int(time.Minute.Seconds()-now.Sub(used.since).Seconds()))
	if c.surface != surfaceClaude { // which has none: platform.claude.com, Claude in Microsoft Foundry
		c.limitHeaders(used, reset)
	}
	exceeded := ""
	switch {
	case d.RPM > 0 && used.requests > d.RPM:
		exceeded = "call rate"
	case d.TPM > 0 && used.tokens > d.TPM:
		exceeded = "token"
	default:
		return nil
	}
	f := rateLimited(c.op.id, c.version, exceeded, reset)
	f.header = [][2]string{{"Retry-After", strconv.Itoa(reset)}, {"Retry-After-Ms", strconv.Itoa(reset * 1000)}}
	return f
}

func (c *call) limitHeaders(used limit, reset int) {
	h := c.w.Header()
	if c.server.config.UnknownLimits {
		for _, what := range []string{"Requests", "Tokens"} {
			h.Set("X-Ratelimit-Limit-"+what, "-1")
			h.Set("X-Ratelimit-Remaining-"+what, "-1")
			h.Set("X-Ratelimit-Reset-"+what, "0")
		}
		return
	}
	unit := "" // Azure: whole seconds
	if c.surface == surfaceOpenAI {
		unit = "s" // OpenAI: a duration
	}
	for _, row := range [...]struct {
		what                   string
		configured, shown, use int
	}{
		{"Requests", c.deployed.RPM, shownRPM, used.requests},
		{"Tokens", c.deployed.TPM, shownTPM, used.tokens},
	} {
		top := row.configured
		if top == 0 {
			top = row.shown
		}
		h.Set("X-Ratelimit-Limit-"+row.what, strconv.Itoa(top))
		h.Set("X-Ratelimit-Remaining-"+row.what, strconv.Itoa(max(0, top-row.use)))
		h.Set("X-Ratelimit-Reset-"+row.what, strconv.Itoa(reset)+unit)
	}
}

// estimate is the tokens that Azure counts before it does the work: the
// prompt's by its length, and all that the answer may have.
func (c *call) estimate() int { return len(c.body)/4 + c.output }

// commonHeaders are on every answer.
func (c *call) commonHeaders() {
	h := c.w.Header()
	if c.resource.Provider == ProviderOpenAI {
		h.Set("X-Request-Id", "req_"+c.requestID())
		h.Set("Openai-Processing-Ms", "12")
		h.Set("Openai-Version", "2020-10-01")
		return
	}
	h.Set("Apim-Request-Id", c.requestID())
	h.Set("X-Request-Id", c.requestID())
	if id := c.r.Header.Get("X-Ms-Client-Request-Id"); id != "" {
		h.Set("X-Ms-Client-Request-Id", id)
	} else {
		h.Set("X-Ms-Client-Request-Id", c.requestID())
	}
	h.Set("X-Ms-Region", "Fake Central")
	h.Set("X-Ms-Deployment-Name", c.name)
	h.Set("Azureml-Model-Session", "fake-session")
	h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload")
	h.Set("X-Content-Type-Options", "nosniff")
	if c.surface == surfaceClaude {
		h.Set("Request-Id", c.claudeRequestID())
	} else if c.r.Method == http.MethodPost {
		h.Set("Openai-Processing-Ms", "12")
	}
}

// claudeRequestID is requestID in Anthropic's form.
func (c *call) claudeRequestID() string { return "req_" + strings.ReplaceAll(c.requestID(), "-", "") }

// requestID numbers the requests in the form of a UUID.
func (c *call) requestID() string {
	n := 0
	if c.request != nil {
		n = c.request.Order
	}
	digits := strconv.Itoa(n)
	return "00000000-0000-4000-8000-" + "000000000000"[min(12, len(digits)):] + digits
}
