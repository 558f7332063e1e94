package extproc

import (
	"net/http"
	"strconv"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/azproc/azproc/azure"
)

// answer is one ProcessingResponse as wire bytes, in pieces so that a large
// body is not copied once more. gRPC frees the buffers when they are sent.
type answer struct {
	parts mem.BufferSlice
}

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

// The two ways in which azproc asks for a request's body. The response is never
// asked for: every other mode says SKIP or NONE.
var (
	// bufferedBody goes with the answer to the headers: Envoy then sends the
	// whole body in one message.
	bufferedBody = appendBytes(appendBytes(nil, fieldHeadersAnswer, ""), fieldModeOverride, processingMode(bodyModeBuffered, headerModeSkip))
	// duplexBody is a message of its own, before the headers are answered: only
	// so does Envoy keep the content-length (envoy-facts, section 4). It wants
	// the trailers along.
	duplexBody = appendBytes(nil, fieldModeOverride, processingMode(bodyModeDuplex, headerModeSend))
	// trailersUnchanged answers the trailers of a streamed body.
	trailersUnchanged = appendBytes(nil, fieldTrailersAnswer, "")
)

func processingMode(body, trailers uint64) []byte {
	b := appendVarint(nil, fieldRequestHeaderMode, headerModeSend)
	b = appendVarint(b, fieldResponseHeaderMode, headerModeSkip)
	b = appendVarint(b, fieldRequestBodyMode, body)
	b = appendVarint(b, fieldRequestTrailerMode, trailers)
	return appendVarint(b, fieldResponseTrailerMode, headerModeSkip)
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
	b = appendBytes(b, fieldStatus, appendVarint(nil, fieldStatusCode, uint64(status)))
	b = appendBytes(b, fieldImmediateHeaders, mutation)
	b = appendBytes(b, fieldImmediateBody, body)
	b = appendBytes(b, fieldImmediateDetails, "azproc_"+details)
	return bytesAnswer(appendBytes(nil, fieldImmediateResponse, b))
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
	// length is the content-length to announce; "" leaves the client's.
	length string
}

// fixed holds those bytes of a deployment's answers that no request changes.
type fixed struct {
	// headers are HeaderMutation fields: the deployment's extra_headers, and
	// what no client may send upstream.
	headers []byte
	// remove are the client keys that none of them replaces.
	remove []string
	// metadata is the ProcessingResponse field with the plan for Envoy's
	// priority_group cluster specifier.
	metadata []byte
}

// clientKeys are the headers in which a client may show its key. None of them
// goes upstream; the one that carries azproc's own credential is overwritten.
var clientKeys = [...]string{"authorization", "api-key", "x-api-key"}

// answer makes the ProcessingResponse. field says what is answered: the headers
// or the body.
func (f *forward) answer(field protowire.Number) answer {
	var scratch [1024]byte
	m := appendSetHeader(scratch[:0], ":path", f.path)
	if f.credential.Name != "" {
		m = appendSetHeader(m, f.credential.Name, f.credential.Value)
	}
	for _, name := range f.fixed.remove {
		if name != f.credential.Name {
			m = appendBytes(m, fieldRemoveHeaders, name)
		}
	}
	if f.length != "" {
		m = appendSetHeader(m, "content-length", f.length)
	}
	m = append(m, f.fixed.headers...)

	// CommonResponse: the header mutation, then the body, then the flag. The
	// body is the last but one, so that it can stand alone between two pieces.
	size := fieldSize(len(m)) + 2
	var mutation int // size of the BodyMutation
	if f.body.Changed {
		mutation = fieldSize(len(f.body.Bytes))
		size += fieldSize(mutation)
	}
	b := make([]byte, 0, 64+len(m)+len(f.fixed.metadata))
	b = append(b, f.fixed.metadata...)
	b = appendPrefix(b, field, fieldSize(size))
	b = appendPrefix(b, fieldCommon, size)
	b = appendBytes(b, fieldHeaderMutation, m)
	b = appendVarint(b, fieldClearRouteCache, 1)
	if !f.body.Changed {
		return answer{parts: mem.BufferSlice{mem.SliceBuffer(b)}}
	}
	b = appendPrefix(b, fieldBodyMutation, mutation)
	b = appendPrefix(b, fieldMutatedBody, len(f.body.Bytes))
	return answer{parts: mem.BufferSlice{mem.SliceBuffer(b), mem.SliceBuffer(f.body.Bytes)}}
}

// chunk passes one piece of a streamed body on and takes data over; nil is an
// empty piece.
func chunk(data mem.Buffer, end bool) answer {
	var last uint64
	n, streamed := 0, 0
	if end {
		last, streamed = 1, 2
	}
	if data != nil {
		n = data.Len()
		streamed += fieldSize(n)
	}
	mutation := fieldSize(streamed)
	common := fieldSize(mutation)
	b := make([]byte, 0, 48)
	b = appendPrefix(b, fieldBodyAnswer, fieldSize(common))
	b = appendPrefix(b, fieldCommon, common)
	b = appendPrefix(b, fieldBodyMutation, mutation)
	b = appendPrefix(b, fieldStreamedBody, streamed)
	b = appendVarint(b, fieldStreamedBodyEnd, last)
	if data == nil {
		return bytesAnswer(b)
	}
	b = appendPrefix(b, fieldStreamedBodyBytes, n)
	return answer{parts: mem.BufferSlice{mem.SliceBuffer(b), data}}
}
