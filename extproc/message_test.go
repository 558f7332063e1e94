package extproc

import (
	"bytes"
	"testing"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
)

// headersRequest is a message with the request's headers, as Envoy sends it.
func headersRequest(end bool, pairs ...string) *extprocv3.ProcessingRequest {
	m := &corev3.HeaderMap{}
	for i := 0; i < len(pairs); i += 2 {
		m.Headers = append(m.Headers, &corev3.HeaderValue{Key: pairs[i], RawValue: []byte(pairs[i+1])})
	}
	return &extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_RequestHeaders{
		RequestHeaders: &extprocv3.HttpHeaders{Headers: m, EndOfStream: end},
	}}
}

// bodyRequest is a message with a body or a piece of one.
func bodyRequest(body []byte, end bool) *extprocv3.ProcessingRequest {
	return &extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_RequestBody{
		RequestBody: &extprocv3.HttpBody{Body: body, EndOfStream: end},
	}}
}

// split cuts b into gRPC wire.Buffers of n bytes.
func split(b []byte, n int) mem.BufferSlice {
	var s mem.BufferSlice
	for len(b) > n {
		s = append(s, mem.SliceBuffer(b[:n]))
		b = b[n:]
	}
	return append(s, mem.SliceBuffer(b))
}

func TestHeadersAreReadFromValueAndRawValue(t *testing.T) {
	req := headersRequest(true,
		":method", "POST", ":path", "/v1/models?x=1", "content-type", "application/json", "content-length", "12",
		"authorization", "Bearer k", "api-key", "a", "x-api-key", "x", "upgrade", "websocket",
		"anthropic-version", "2023-06-01", "openai-beta", "realtime=v1", "user-agent", "ignored", "api-key", "second")
	req.GetRequestHeaders().Headers.Headers[0] = &corev3.HeaderValue{Key: ":method", Value: "POST"}
	wire, err := proto.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	want := head{
		method: "POST", path: "/v1/models?x=1", contentType: "application/json", contentLength: "12",
		authorization: "Bearer k", apiKey: "a", xKey: "x", upgrade: "websocket",
		anthropicVersion: "2023-06-01", openAIBeta: "realtime=v1",
	}
	for _, n := range []int{1, 7, 1 << 20} {
		var m message
		if err := m.ReadWire(split(wire, n)); err != nil {
			t.Fatal(err)
		}
		if m.kind != kindHeaders || !m.end {
			t.Errorf("kind %d, end %v", m.kind, m.end)
		}
		if d := cmp.Diff(want, m.head, cmp.AllowUnexported(head{})); d != "" {
			t.Error(d)
		}
	}
}

func TestBodyIsTheBytesThatWereSentInOnePieceOrMany(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), 5000)
	wire, err := proto.Marshal(bodyRequest(body, true))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{999, 16 << 10, 1 << 20} {
		var m message
		if err := m.ReadWire(split(wire, n)); err != nil {
			t.Fatal(err)
		}
		if m.kind != kindBody || !m.end || !bytes.Equal(m.body, body) {
			t.Errorf("pieces of %d: kind %d, end %v, %d bytes", n, m.kind, m.end, len(m.body))
		}
		lent := m.lend()
		m.release()
		if !bytes.Equal(lent.ReadOnlyData(), body) {
			t.Errorf("pieces of %d: lent bytes changed after release", n)
		}
		lent.Free()
	}
}

func TestMessagesThatWereNotAskedForAreOfNoKind(t *testing.T) {
	wire, err := proto.Marshal(&extprocv3.ProcessingRequest{ObservabilityMode: true})
	if err != nil {
		t.Fatal(err)
	}
	var m message
	if err := m.ReadWire(split(wire, 100)); err != nil || m.kind != kindOther {
		t.Errorf("kind %d, error %v", m.kind, err)
	}
}

func TestAResponseIsReadWhereItWasAskedFor(t *testing.T) {
	headers := headersRequest(true, ":status", "200", "content-type", "application/json", "x-azproc-deployment", "d", "content-encoding", "gzip").GetRequestHeaders()
	for _, tt := range []struct {
		sent *extprocv3.ProcessingRequest
		want message
	}{
		{
			&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_ResponseHeaders{ResponseHeaders: headers}},
			message{kind: kindAnswerHeaders, end: true, head: head{status: "200", contentType: "application/json", deployment: "d", contentEncoding: "gzip"}},
		},
		{
			&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_ResponseBody{ResponseBody: &extprocv3.HttpBody{Body: []byte("abc"), EndOfStream: true}}},
			message{kind: kindAnswerBody, end: true, body: []byte("abc")},
		},
		{&extprocv3.ProcessingRequest{Request: &extprocv3.ProcessingRequest_ResponseTrailers{ResponseTrailers: &extprocv3.HttpTrailers{}}}, message{kind: kindAnswerTrailers}},
	} {
		wire, err := proto.Marshal(tt.sent)
		if err != nil {
			t.Fatal(err)
		}
		var m message
		if err := m.ReadWire(split(wire, 7)); err != nil {
			t.Fatal(err)
		}
		if m.kind != tt.want.kind || m.end != tt.want.end || m.head != tt.want.head || string(m.body) != string(tt.want.body) {
			t.Errorf("read %+v, want %+v", m, tt.want)
		}
		m.release()
	}
}

// FuzzMessage holds the reader against the generated types: it never panics,
// and what both can read they read alike.
func FuzzMessage(f *testing.F) {
	for _, m := range []proto.Message{
		headersRequest(false, ":path", "/v1/chat/completions", ":method", "POST"),
		bodyRequest([]byte(`{"model":"m"}`), true),
		bodyRequest(nil, true),
	} {
		wire, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(wire)
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		var m message
		err := m.ReadWire(mem.BufferSlice{mem.SliceBuffer(wire)})
		var want extprocv3.ProcessingRequest
		if proto.Unmarshal(wire, &want) != nil {
			return
		}
		if err != nil {
			t.Fatalf("the generated type reads it: %v", err)
		}
		if b := want.GetRequestBody(); b != nil && m.kind == kindBody {
			if !bytes.Equal(b.Body, m.body) || b.EndOfStream != m.end {
				t.Fatalf("body %q end %v, want %q %v", m.body, m.end, b.Body, b.EndOfStream)
			}
		}
	})
}
