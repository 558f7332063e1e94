package extproc

import (
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/azproc/azproc/wire"
)

// kind is what a message from Envoy carries.
type kind uint8

const (
	kindOther    kind = iota // nothing azproc asked for
	kindHeaders              // the request's headers
	kindBody                 // a buffered body, or one chunk of a streamed one
	kindTrailers             // the request's trailers, after a streamed body

	kindAnswerHeaders  // the response's headers, where they were asked for
	kindAnswerBody     // a chunk of the response
	kindAnswerTrailers // its trailers
)

// message is one message from Envoy reduced to what azproc reads of it.
type message struct {
	kind kind
	// end is Envoy's end_of_stream: nothing of the request follows.
	end bool
	// head is set for kindHeaders and kindAnswerHeaders.
	head head
	// body is set for kindBody and kindAnswerBody and valid until release.
	body []byte
	// cluster is set in the first message of a later attempt: where Envoy has
	// come to. memory is then what the first attempt has left.
	cluster string
	memory  memory

	buffer mem.Buffer
	start  int // of body in buffer
}

// head holds the request headers that azproc reads. The envoy room limits what
// Envoy sends to these (forward_rules), so that nothing else is even copied.
type head struct {
	method, path                 string
	contentType, contentLength   string
	authorization, apiKey, xKey  string
	upgrade, protocols           string // of a WebSocket
	anthropicVersion, openAIBeta string
	modelSelector, provider      string // LiteLLM's, for what names no model; they go no further (routes.yaml)
	attempt                      string // of a message from a cluster's own filters: "1" is the first

	// Of a response: its status, and who has served it (routes.yaml).
	status, deployment, contentEncoding string

	requestID string
}

// field gives the place of a header in h; nil for one azproc does not read.
func (h *head) field(name string) *string {
	switch name {
	case ":method":
		return &h.method
	case ":path":
		return &h.path
	case "content-type":
		return &h.contentType
	case "content-length":
		return &h.contentLength
	case "authorization":
		return &h.authorization
	case "api-key":
		return &h.apiKey
	case "x-api-key":
		return &h.xKey
	case "upgrade":
		return &h.upgrade
	case protocolsHeader:
		return &h.protocols
	case "anthropic-version":
		return &h.anthropicVersion
	case "openai-beta":
		return &h.openAIBeta
	case "x-litellm-model":
		return &h.modelSelector
	case "custom-llm-provider":
		return &h.provider
	case attemptHeader:
		return &h.attempt
	case ":status":
		return &h.status
	case "x-azproc-deployment":
		return &h.deployment
	case "content-encoding":
		return &h.contentEncoding
	case "x-request-id":
		return &h.requestID
	}
	return nil
}

// ReadWire reads a ProcessingRequest. For headers it copies what it keeps; a
// body is not copied when gRPC delivered it in one piece, and stays gRPC's
// until release.
func (m *message) ReadWire(data mem.BufferSlice) error {
	*m = message{}
	buffer := data.MaterializeToBuffer(wire.Buffers)
	all := buffer.ReadOnlyData()
	if err := m.parse(all); err != nil || m.kind != kindBody && m.kind != kindAnswerBody {
		buffer.Free()
		return err
	}
	m.buffer = buffer
	m.start = cap(all) - cap(m.body) // both end where the array ends
	return nil
}

// lend gives the body a second owner: a buffer that outlives release and must
// be freed by whoever takes it. It is nil for an empty body.
func (m *message) lend() mem.Buffer {
	if len(m.body) == 0 {
		return nil
	}
	return m.buffer.Slice(m.start, m.start+len(m.body))
}

// release gives the body's memory back. The message must not be read after it.
func (m *message) release() {
	if m.buffer != nil {
		m.buffer.Free()
		m.buffer, m.body = nil, nil
	}
}

func (m *message) parse(b []byte) error {
	return wire.Fields(b, func(num protowire.Number, v []byte, _ uint64) error {
		switch num {
		case fieldRequestHeaders:
			m.kind = kindHeaders
			return m.parseHeaders(v)
		case fieldRequestBody:
			m.kind = kindBody
			return m.parseBody(v)
		case fieldRequestTrailers:
			m.kind = kindTrailers
		case fieldAnswerHeaders:
			m.kind = kindAnswerHeaders
			return m.parseHeaders(v)
		case fieldAnswerBody:
			m.kind = kindAnswerBody
			return m.parseBody(v)
		case fieldAnswerTrailers:
			m.kind = kindAnswerTrailers
		case fieldAttributes:
			if k, fields := wire.Entry(v); string(k) == extProcName {
				m.cluster = wire.Text(fields, "xds.cluster_name")
			}
		case fieldMetadataContext:
			m.memory.read(wire.Member(v, fieldFilterMetadata, Namespace))
		}
		return nil
	})
}

func (m *message) parseHeaders(b []byte) error {
	return wire.Fields(b, func(num protowire.Number, v []byte, n uint64) error {
		switch num {
		case fieldHeaderMap:
			return m.head.parse(v)
		case fieldHeadersEndStream:
			m.end = n != 0
		}
		return nil
	})
}

func (m *message) parseBody(b []byte) error {
	return wire.Fields(b, func(num protowire.Number, v []byte, n uint64) error {
		switch num {
		case fieldBodyBytes:
			m.body = v
		case fieldBodyEndStream:
			m.end = n != 0
		}
		return nil
	})
}

// extProcName is the name under which Envoy sends attributes.
const extProcName = "envoy.filters.http.ext_proc"

// attemptHeader is Envoy's count of a request's attempts, beginning with 1.
const attemptHeader = "x-envoy-attempt-count"

// translateHeader, with the value "yes", brings a request's first attempt to azproc once
// more, from the filters of its cluster: there it is translated. It goes no further.
const translateHeader = "x-azproc-translate"

// protocolsHeader is a list, and may come as several headers.
const protocolsHeader = "sec-websocket-protocol"

// parse reads a HeaderMap. When a header comes twice the first one counts, as
// it does for most servers behind Envoy.
func (h *head) parse(b []byte) error {
	return wire.Fields(b, func(num protowire.Number, v []byte, _ uint64) error {
		if num != fieldHeaderValue {
			return nil
		}
		var key, value []byte
		err := wire.Fields(v, func(num protowire.Number, v []byte, _ uint64) error {
			switch num {
			case fieldKey:
				key = v
			case fieldValue, fieldRawValue:
				if len(v) > 0 {
					value = v
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		switch p := h.field(string(key)); {
		case p == nil:
		case *p == "":
			*p = string(value)
		case p == &h.protocols:
			*p += ", " + string(value)
		}
		return nil
	})
}
