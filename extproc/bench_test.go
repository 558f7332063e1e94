package extproc

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
)

// loop plays Envoy's side of a request without allocating for it.
type loop struct {
	ctx  context.Context
	wire [2][]byte
	n    int
	sent int
}

func (l *loop) Context() context.Context { return l.ctx }

func (l *loop) RecvMsg(v any) error {
	l.n++
	return v.(*message).ReadWire(mem.BufferSlice{mem.SliceBuffer(l.wire[l.n-1])})
}

func (l *loop) SendMsg(v any) error {
	l.sent += v.(*answer).parts.Len()
	return nil
}

// BenchmarkRequest is everything that azproc itself does for a chat request:
// reading both messages, the decision, the body, and writing both answers.
func BenchmarkRequest(b *testing.B) {
	s := newBenchServer(b)
	for name, model := range map[string]string{"classic": "chat", "v1, body rewritten": "chat-v1", "reasoning": "o3"} {
		b.Run(name, func(b *testing.B) {
			text := `{"model":"` + model + `","messages":[{"role":"user","content":"` + strings.Repeat("word ", 400) + `"}],"stream":true}`
			var l loop
			l.ctx = b.Context()
			for i, m := range []proto.Message{post("/v1/chat/completions", "application/json"), bodyRequest([]byte(text), true)} {
				wire, err := proto.Marshal(m)
				if err != nil {
					b.Fatal(err)
				}
				l.wire[i] = wire
			}
			b.ReportAllocs()
			for b.Loop() {
				l.n = 0
				x := stream{envoy: &stopwatch{peer: &l}, now: s.current.Load(), options: &s.options}
				if err := x.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
