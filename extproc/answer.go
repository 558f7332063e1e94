package extproc

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/wire"
)

// answer is one ProcessingResponse as wire bytes, in pieces so that a large
// body is not copied once more. gRPC frees the wire.Buffers when they are sent.
type answer struct {
	parts mem.BufferSlice
}

// Wire implements wire.Writer.
func (a *answer) Wire() mem.BufferSlice { return a.parts }

// bytesAnswer is an answer of bytes that nobody changes any more.
func bytesAnswer(parts ...[]byte) answer {
	a := answer{parts: make(mem.BufferSlice, 0, len(parts))}
	for _, p := range parts {
		if len(p) > 0 {
			a.parts = append(a.parts, mem.SliceBuffer(p))
		}
	}
	return a
}

// The ways in which azproc asks for a request's body, and whether it asks for the
// headers of the response too: only where the response has to change.
var (
	// bufferedBody goes with the answer to the headers: Envoy then sends the
	// whole body in one message.
	bufferedBody         = asking(mode{body: bodyModeBuffered, trailers: headerModeSkip, answer: headerModeSkip})
	bufferedBodyAnswered = asking(mode{body: bodyModeBuffered, trailers: headerModeSkip, answer: headerModeSend})
	// bufferedBodyTranslated asks for the body, and for all of the response as it comes.
	bufferedBodyTranslated = asking(mode{body: bodyModeBuffered, trailers: headerModeSkip, answer: headerModeSend, answerBody: bodyModeDuplex})
	// duplexBody is a message of its own, before the headers are answered: only
	// so does Envoy keep the content-length (envoy-facts, section 4). It wants
	// the trailers along.
	duplexBody         = mode{body: bodyModeDuplex, trailers: headerModeSend, answer: headerModeSkip}.override(nil)
	duplexBodyAnswered = mode{body: bodyModeDuplex, trailers: headerModeSend, answer: headerModeSend}.override(nil)
	// headersAnswered goes with the answer to the headers of a request whose body,
	// if any, passes by.
	headersAnswered = mode{trailers: headerModeSkip, answer: headerModeSend}.override(nil)
	// trailersUnchanged answers the trailers of a streamed body.
	trailersUnchanged = wire.AppendBytes(nil, fieldTrailersAnswer, "")
)

// asking is the answer to the headers that asks for more.
func asking(m mode) []byte { return m.override(wire.AppendBytes(nil, fieldHeadersAnswer, "")) }

// mode is what Envoy is to send of a request from now on: its body and trailers, and
// of its answer the headers and, with them, the body.
type mode struct {
	body, trailers     uint64
	answer, answerBody uint64
}

// override appends the field mode_override. Envoy sends the trailers of an answer
// whose body it sends.
func (m mode) override(b []byte) []byte {
	answerTrailers := uint64(headerModeSkip)
	if m.answerBody != 0 {
		answerTrailers = headerModeSend
	}
	p := wire.AppendVarint(nil, fieldRequestHeaderMode, headerModeSend)
	p = wire.AppendVarint(p, fieldResponseHeaderMode, m.answer)
	p = wire.AppendVarint(p, fieldRequestBodyMode, m.body)
	p = wire.AppendVarint(p, fieldResponseBodyMode, m.answerBody)
	p = wire.AppendVarint(p, fieldRequestTrailerMode, m.trailers)
	p = wire.AppendVarint(p, fieldResponseTrailerMode, answerTrailers)
	return wire.AppendBytes(b, fieldModeOverride, p)
}

// immediate ends the request with a response of azproc's own. details shows in
// Envoy's access log; the prefix azproc_ keeps Envoy from rewriting the body
// (local_reply_config).
func immediate(status int, headers []azure.Header, body []byte, details string) answer {
	var mutation []byte
	mutation = appendSetHeader(mutation, "content-type", "application/json")
	for _, h := range headers {
		mutation = appendSetHeader(mutation, h.Name, h.Value)
	}
	var b []byte
	b = wire.AppendBytes(b, fieldStatus, wire.AppendVarint(nil, fieldStatusCode, uint64(status)))
	b = wire.AppendBytes(b, fieldImmediateHeaders, mutation)
	b = wire.AppendBytes(b, fieldImmediateBody, body)
	b = wire.AppendBytes(b, fieldImmediateDetails, "azproc_"+details)
	return bytesAnswer(wire.AppendBytes(nil, fieldImmediateResponse, b))
}

// refusal is immediate for an error, in the shape that the client's SDK reads.
func refusal(e *azure.Error, shape azure.Shape) answer {
	details := e.Code
	if details == "" {
		details = strconv.Itoa(e.Status)
	}
	return immediate(e.Status, e.Header, e.Body(shape), details)
}

// reply is a 200 of azproc's own.
func reply(body []byte, details string) answer {
	return immediate(http.StatusOK, nil, body, details)
}

// forward sends the request on its way: where to, as whom, and with which body.
type forward struct {
	path string
	// credential is the header that azproc authenticates itself with.
	credential azure.Header
	// fixed is what never changes for a deployment; see newFixed.
	fixed *fixed
	// body replaces the client's when it is changed.
	body azure.Body
	// length is the content-length to announce; "" leaves the client's, or none when
	// chunked is set.
	length  string
	chunked bool
	// more are other headers that change; one without a value goes away.
	more []azure.Header

	// plan is what a first attempt leaves in the metadata; a later one has its
	// claim instead.
	plan  *plan
	claim routing.Claim
	// timeout is how long an attempt has until its answer begins; 0 is no limit.
	timeout time.Duration
	// repeat says that the deployments that come next are the same one again.
	repeat bool
	// resource is set when the response has to change: its ids get tags. asks says
	// that it is yet to be asked for, with the answer to the headers.
	resource *azure.Resource
	asks     bool
}

// retryOn is x-envoy-retry-on: failures of the service, by which Envoy means no answer
// too. Those of them that have a status below 500 stand in the route
// (azure.RepeatStatuses).
const retryOn = "5xx,retriable-status-codes"

// moveStatuses is x-envoy-retriable-status-codes where another deployment comes next:
// everything else that says nothing of the request itself.
var moveStatuses = strings.Trim(strings.ReplaceAll(fmt.Sprint(azure.MoveStatuses), " ", ","), "[]")

// limitsHeader chooses the route whose answers tell the limits of the client's key
// (routes.yaml).
const limitsHeader = "x-azproc-limits"

// clientKeys are the headers in which a client may show its key. None of them
// goes upstream; the one that carries azproc's own credential is overwritten.
var clientKeys = [...]string{"authorization", "api-key", "x-api-key"}

// answer makes the ProcessingResponse. field says what is answered: the headers
// or the body.
func (f *forward) answer(field protowire.Number) answer {
	var scratch [1536]byte
	m := appendSetHeader(scratch[:0], ":path", f.path)
	if f.credential.Name != "" {
		m = appendSetHeader(m, f.credential.Name, f.credential.Value)
	}
	for _, name := range f.fixed.remove {
		if name != f.credential.Name {
			m = wire.AppendBytes(m, fieldRemoveHeaders, name)
		}
	}
	if f.length != "" {
		m = appendSetHeader(m, "content-length", f.length)
	}
	if f.chunked {
		m = wire.AppendBytes(m, fieldRemoveHeaders, "content-length")
	}
	for _, h := range f.more {
		if h.Value == "" {
			m = wire.AppendBytes(m, fieldRemoveHeaders, h.Name)
		} else {
			m = appendSetHeader(m, h.Name, h.Value)
		}
	}
	m = append(m, f.fixed.headers...)
	if f.plan == nil {
		for _, name := range f.fixed.foreign {
			m = wire.AppendBytes(m, fieldRemoveHeaders, name)
		}
	} else {
		m = f.appendRetries(m)
	}

	// CommonResponse: the header mutation, then the body, then the flag. The
	// body is the last but one, so that it can stand alone between two pieces.
	size := wire.FieldSize(len(m)) + 2
	var mutation int // size of the BodyMutation
	if f.body.Changed {
		mutation = wire.FieldSize(len(f.body.Bytes))
		size += wire.FieldSize(mutation)
	}
	var metadata []byte
	var space [2048]byte
	if f.plan != nil {
		metadata = f.plan.append(space[:0])
	} else {
		metadata = appendRetried(space[:0], f.fixed, f.claim)
	}
	b := make([]byte, 0, 96+len(m)+len(metadata))
	b = append(b, metadata...)
	if f.resource != nil && f.asks {
		b = append(b, headersAnswered...)
	}
	b = wire.AppendPrefix(b, field, wire.FieldSize(size))
	b = wire.AppendPrefix(b, fieldCommon, size)
	b = wire.AppendBytes(b, fieldHeaderMutation, m)
	b = wire.AppendVarint(b, fieldClearRouteCache, 1)
	if !f.body.Changed {
		return answer{parts: mem.BufferSlice{mem.SliceBuffer(b)}}
	}
	b = wire.AppendPrefix(b, fieldBodyMutation, mutation)
	b = wire.AppendPrefix(b, fieldMutatedBody, len(f.body.Bytes))
	return answer{parts: mem.BufferSlice{mem.SliceBuffer(b), mem.SliceBuffer(f.body.Bytes)}}
}

// appendRetries appends the headers that tell Envoy's router how often, after
// what and after how long to go on to the next deployment of the plan. Without
// x-envoy-retry-on it keeps no copy of the body.
func (f *forward) appendRetries(m []byte) []byte {
	if n := f.plan.retries(); n > 0 {
		m = appendSetHeader(m, "x-envoy-max-retries", strconv.Itoa(n))
		m = appendSetHeader(m, "x-envoy-retry-on", retryOn)
		if !f.repeat {
			m = appendSetHeader(m, "x-envoy-retriable-status-codes", moveStatuses)
		}
	}
	if f.timeout > 0 {
		m = appendSetHeader(m, "x-envoy-upstream-rq-per-try-timeout-ms", strconv.FormatInt(max(1, f.timeout.Milliseconds()), 10))
	}
	return m
}

// rewritten answers a buffered body with another one, and headers; everything else
// that was set stays.
func rewritten(body []byte, headers []azure.Header) answer {
	m := appendSetHeader(nil, "content-length", contentLength(int64(len(body))))
	for _, h := range headers {
		m = appendSetHeader(m, h.Name, h.Value)
	}
	mutation := wire.FieldSize(len(body))
	size := wire.FieldSize(len(m)) + wire.FieldSize(mutation)
	b := make([]byte, 0, 64+len(m))
	b = wire.AppendPrefix(b, fieldBodyAnswer, wire.FieldSize(size))
	b = wire.AppendPrefix(b, fieldCommon, size)
	b = wire.AppendBytes(b, fieldHeaderMutation, m)
	b = wire.AppendPrefix(b, fieldBodyMutation, mutation)
	b = wire.AppendPrefix(b, fieldMutatedBody, len(body))
	return answer{parts: mem.BufferSlice{mem.SliceBuffer(b), mem.SliceBuffer(body)}}
}

// responseHeaders answers the headers of a response whose length changes; status 0 and
// an empty contentType leave those as they are.
func responseHeaders(status int, contentType string) answer {
	m := wire.AppendBytes(nil, fieldRemoveHeaders, "content-length")
	if status != 0 {
		m = appendSetHeader(m, ":status", strconv.Itoa(status))
	}
	if contentType != "" {
		m = appendSetHeader(m, "content-type", contentType)
	}
	common := wire.AppendBytes(nil, fieldHeaderMutation, m)
	return bytesAnswer(wire.AppendBytes(nil, fieldResponseHeadersAnswer, wire.AppendBytes(nil, fieldCommon, common)))
}

// chunk passes one piece of a streamed body on, of the request or the response by
// the field, and takes data over; nil is an empty piece.
func chunk(field protowire.Number, data mem.Buffer, end bool) answer {
	var last uint64
	n, streamed := 0, 0
	if end {
		last, streamed = 1, 2
	}
	if data != nil {
		n = data.Len()
		streamed += wire.FieldSize(n)
	}
	mutation := wire.FieldSize(streamed)
	common := wire.FieldSize(mutation)
	b := make([]byte, 0, 48)
	b = wire.AppendPrefix(b, field, wire.FieldSize(common))
	b = wire.AppendPrefix(b, fieldCommon, common)
	b = wire.AppendPrefix(b, fieldBodyMutation, mutation)
	b = wire.AppendPrefix(b, fieldStreamedBody, streamed)
	b = wire.AppendVarint(b, fieldStreamedBodyEnd, last)
	if data == nil {
		return bytesAnswer(b)
	}
	b = wire.AppendPrefix(b, fieldStreamedBodyBytes, n)
	return answer{parts: mem.BufferSlice{mem.SliceBuffer(b), data}}
}
