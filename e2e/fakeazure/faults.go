package fakeazure

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is one step of a script: what becomes of one request. Make it with the
// functions of this package; the zero value serves the request as usual.
type Fault struct {
	kind        faultKind
	failure     *failure
	status      int
	header      [][2]string
	contentType string
	body        []byte // of faultRaw, and the event of cutEvent
	claude      []byte // the event of cutEvent in a stream of the Messages API; nil is body
	delay       time.Duration
	cut         cut
	after       int // parts of the answer that go before the cut
}

type faultKind uint8

const (
	faultNone    faultKind = iota // served, perhaps late or cut
	faultFailure                  // an error of Azure's
	faultRaw                      // status and body as given
	faultReset                    // connection reset before any header
	faultStall                    // no answer until the client leaves
)

type cut uint8

const (
	cutNothing  cut = iota
	cutReset        // TCP reset
	cutTruncate     // closed without the end of the body
	cutStall        // silence until the client leaves
	cutEvent        // an error event, then a regular end
)

// Serve answers one request as usual: a place in a script between faults.
func Serve() Fault { return Fault{} }

// Late answers as usual, but only after d.
func Late(d time.Duration) Fault { return Fault{delay: d} }

// Status answers with an HTTP status and what Azure says with it.
func Status(status int) Fault { return Fault{kind: faultFailure, failure: ofStatus(status)} }

// EmptyStatus answers with an HTTP status and no body, as Azure's front doors do.
func EmptyStatus(status int) Fault { return Fault{kind: faultRaw, status: status} }

// HTMLStatus answers with an HTTP status and a web page, as proxies do.
func HTMLStatus(status int) Fault {
	text := strconv.Itoa(status) + " " + http.StatusText(status)
	return Raw(status, "text/html", []byte("<html><head><title>"+text+"</title></head><body><center><h1>"+text+"</h1></center></body></html>\r\n"))
}

// Raw answers with exactly this; of a stream the request's split says in which pieces.
func Raw(status int, contentType string, body []byte) Fault {
	return Fault{kind: faultRaw, status: status, contentType: contentType, body: body}
}

// WithHeader gives the fault a further response header.
func (f Fault) WithHeader(name, value string) Fault {
	f.header = append(f.header[:len(f.header):len(f.header)], [2]string{name, value})
	return f
}

// TooManyRequests answers 429 in the words of an exhausted token limit, with
// retry-after in whole seconds and retry-after-ms.
func TooManyRequests(retryAfter time.Duration) Fault {
	seconds := int((retryAfter + time.Second - 1) / time.Second)
	f := Fault{kind: faultFailure, failure: rateLimited("ChatCompletions_Create", "2024-10-21", "token", seconds)}
	return f.WithHeader("Retry-After", strconv.Itoa(seconds)).
		WithHeader("Retry-After-Ms", strconv.FormatInt(retryAfter.Milliseconds(), 10))
}

// NoCapacity answers 429 as a deployment does whose region is full.
func NoCapacity() Fault {
	return Fault{kind: faultFailure, failure: azureError(http.StatusTooManyRequests, "NoCapacity",
		"The system is currently experiencing high demand and cannot process your request. Your request exceeds the maximum usage size allowed during peak load.")}
}

// TokenRevoked answers 401 in the flat shape that a bad Entra token gets.
func TokenRevoked() Fault { return Fault{kind: faultFailure, failure: wrongToken()} }

// PermissionDenied answers 401 as Azure does when the role is missing.
func PermissionDenied() Fault { return Fault{kind: faultFailure, failure: roleMissing()} }

// UnknownPath answers 404 as for a path or an api-version that Azure does not have.
func UnknownPath() Fault { return Fault{kind: faultFailure, failure: resourceNotFound()} }

// ContentFilter answers 400 as for a prompt that the filter refuses.
func ContentFilter() Fault { return Fault{kind: faultFailure, failure: filtered()} }

// ContextLength answers 400 as for a prompt that is too long for the model.
func ContextLength() Fault {
	return Fault{kind: faultFailure, failure: invalid("messages", "context_length_exceeded",
		"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens. Please reduce the length of the messages.")}
}

// Reset resets the connection before any response header.
func Reset() Fault { return Fault{kind: faultReset} }

// ResetAfter resets the connection when n events (or parts of a binary answer)
// have been sent; 0 is right after the headers.
func ResetAfter(n int) Fault { return Fault{cut: cutReset, after: n} }

// TruncateAfter closes the connection after n events without ending the body.
func TruncateAfter(n int) Fault { return Fault{cut: cutTruncate, after: n} }

// Stall never answers; the request ends when the client leaves.
func Stall() Fault { return Fault{kind: faultStall} }

// StallAfter falls silent after n events; the request ends when the client leaves.
func StallAfter(n int) Fault { return Fault{cut: cutStall, after: n} }

// ErrorEventAfter sends an error as an event after n events of a stream, as
// Azure does when it fails behind a 200, and ends it there.
func ErrorEventAfter(n int) Fault {
	event := sse("", encode(object{"error": object{
		"code": "server_error", "message": "The server had an error while processing your request. Sorry about that!",
		"type": "server_error", "param": nil,
	}}))
	return Fault{cut: cutEvent, after: n, body: event, claude: claudeEvent("api_error", "Internal server error")}
}

// OverloadedEventAfter is ErrorEventAfter of a service that has too much to do:
// behind a 200 what 529 is before it.
func OverloadedEventAfter(n int) Fault {
	f := ErrorEventAfter(n)
	f.claude = claudeEvent("overloaded_error", "Overloaded")
	return f
}

// FlatErrorEventAfter is ErrorEventAfter in the shape of the Responses API, whose
// error events have no object.
func FlatErrorEventAfter(n int) Fault {
	return Fault{cut: cutEvent, after: n, body: sse("error", encode(object{
		"type": "error", "sequence_number": n, "code": "server_error", "message": "The server had an error while processing your request. Sorry about that!", "param": nil,
	}))}
}

// FilteredEventAfter is ErrorEventAfter for a prompt that the content filter refuses.
func FilteredEventAfter(n int) Fault {
	return Fault{cut: cutEvent, after: n, body: sse("", encode(object{"error": object{
		"code": "content_filter", "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", "type": nil, "param": "prompt",
	}}))}
}

// Times repeats a fault, for [Server.Script].
func (f Fault) Times(n int) []Fault {
	faults := make([]Fault, n)
	for i := range faults {
		faults[i] = f
	}
	return faults
}

// Script appends faults to the script of a deployment, or with "" to that of
// the whole resource, which comes second. Each request takes one step, in the
// order of arrival and whatever the operation, before its credential is
// looked at; when the script is used up, requests are served as usual.
func (s *Server) Script(resource, deployment string, faults ...Fault) {
	s.resource(resource)
	s.mu.Lock()
	defer s.mu.Unlock()
	at := place{resource, deployment}
	s.scripts[at] = append(s.scripts[at], faults...)
}

// Unscript forgets what is left of a script and returns how many steps it were.
func (s *Server) Unscript(resource, deployment string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := place{resource, deployment}
	left := len(s.scripts[at])
	delete(s.scripts, at)
	return left
}

// nextFault takes the next step of the script for a request.
func (s *Server) nextFault(at place) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range [...]place{at, {at.resource, ""}} {
		if script := s.scripts[p]; len(script) > 0 {
			s.scripts[p] = script[1:]
			return script[0]
		}
	}
	return Fault{}
}

// misbehave does what the script says before anything else; true when that was
// the whole answer.
func (c *call) misbehave() bool {
	f := c.fault
	for _, h := range f.header {
		c.w.Header().Set(h[0], h[1])
	}
	switch f.kind {
	case faultFailure:
		c.fail(f.failure)
	case faultRaw:
		if strings.HasPrefix(f.contentType, "text/event-stream") {
			a := c.begin(f.status, f.contentType, -1)
			a.write(f.body)
			a.end()
			break
		}
		c.whole(f.status, f.contentType, f.body)
	case faultReset:
		resetConnection(c.w)
	case faultStall:
		c.stall()
		c.left(nil)
	default:
		return false
	}
	return true
}
