package azure

import (
	"bytes"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// MaxWait is the longest wait that is believed. Azure can say "retry after 86400
// seconds" for a limit that is lifted within minutes
// (peers-and-pains, row 16); nobody gains by believing it for longer than this.
const MaxWait = time.Hour

// WaitHeaders are the response headers that Wait reads, in lower case.
var WaitHeaders = []string{
	"retry-after-ms", "x-ms-retry-after-ms", "retry-after",
	"x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens",
}

// Wait is how long a throttled deployment asks to be left alone: what the first
// of these says, in this order:
//
//	retry-after-ms, x-ms-retry-after-ms   milliseconds
//	retry-after                           seconds, or an HTTP date
//	x-ratelimit-reset-…                   of each limit that has nothing remaining; the longest
//	the error's text                      "retry after N seconds"
//
// Azure answers −1 and 0 where it does not know: these say nothing. 0 is
// nothing said; the longest is MaxWait. header gives a header by its name in
// lower case; body may be cut anywhere, or nil.
func Wait(header func(string) string, body []byte, now time.Time) time.Duration {
	for _, name := range [...]string{"retry-after-ms", "x-ms-retry-after-ms"} {
		if ms := positive(header(name)); ms > 0 {
			return clamp(ms / 1000)
		}
	}
	if after := header("retry-after"); after != "" {
		if s := positive(after); s > 0 {
			return clamp(s)
		}
		if at, err := http.ParseTime(after); err == nil && at.After(now) {
			return clamp(at.Sub(now).Seconds())
		}
	}
	var longest time.Duration
	for _, what := range [...]string{"requests", "tokens"} {
		if strings.TrimSpace(header("x-ratelimit-remaining-"+what)) == "0" {
			longest = max(longest, reset(header("x-ratelimit-reset-"+what)))
		}
	}
	if longest > 0 {
		return longest
	}
	return waitInText(body)
}

// positive reads a number of at least a millionth; anything else is 0.
func positive(s string) float64 {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || math.IsNaN(f) || f < 1e-6 {
		return 0
	}
	return f
}

func clamp(seconds float64) time.Duration {
	return time.Duration(min(seconds, MaxWait.Seconds()) * float64(time.Second))
}

// reset reads x-ratelimit-reset-…: seconds at Azure, "6m0s" at OpenAI.
func reset(s string) time.Duration {
	if f := positive(s); f > 0 {
		return clamp(f)
	}
	if d, err := time.ParseDuration(strings.TrimSpace(s)); err == nil && d > 0 {
		return min(d, MaxWait)
	}
	return 0
}

// waitInText finds "retry after N seconds" in an error's message.
func waitInText(body []byte) time.Duration {
	for _, words := range [...]string{"retry after ", "Retry after ", "try again in "} {
		_, rest, found := bytes.Cut(body, []byte(words))
		if !found {
			continue
		}
		n := 0
		for n < len(rest) && n < 12 && (rest[n] >= '0' && rest[n] <= '9' || rest[n] == '.') {
			n++
		}
		unit := bytes.TrimLeft(rest[n:], " ")
		if f := positive(string(bytes.TrimRight(rest[:n], "."))); f > 0 && len(unit) > 0 && unit[0] == 's' {
			return clamp(f)
		}
	}
	return 0
}
