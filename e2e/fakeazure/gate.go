package fakeazure

import (
	"context"
	"errors"
	"io"
	"time"
)

// ErrDisconnected is what [Stream.Next] gives when the client has left.
var ErrDisconnected = errors.New("fakeazure: the client left")

// Disconnect tells that a client left before its answer was complete.
type Disconnect struct {
	Resource, Deployment string
	Order                int       // of the request: [Request.Order]
	Sent                 int       // events (or parts of a binary answer) sent before
	At                   time.Time // when it was felt
}

// Disconnects gives an event for every client that leaves before its answer is
// complete. Up to 1024 are kept for who reads later.
func (s *Server) Disconnects() <-chan Disconnect { return s.disconnects }

// Gate holds the answers of one place: each answer appears as a [Stream] and
// then moves only when the test says so.
type Gate struct {
	server  *Server
	at      place
	streams chan *Stream
	opened  chan struct{}
}

// Stream is one answer that a [Gate] holds: the events of an event stream, the
// parts of a binary answer, or a whole JSON answer as its only event.
type Stream struct {
	// Request is what was asked, as recorded; its body is not to be changed.
	Request Request

	gate    *Gate
	permits chan chan<- []byte
	done    chan struct{} // closed when the handler has ended
	left    chan struct{} // closed when the client has left
}

// Gate holds every answer that a deployment (or "" for all of the resource's)
// begins from now on, until [Gate.Open].
func (s *Server) Gate(resource, deployment string) *Gate {
	g := &Gate{
		server: s, at: place{resource, deployment},
		streams: make(chan *Stream, 1024), opened: make(chan struct{}),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gates[g.at] = g
	return g
}

// Stream waits for the next answer that begins. Its response headers have been
// sent when it is an event stream or binary.
func (g *Gate) Stream(ctx context.Context) (*Stream, error) {
	select {
	case st := <-g.streams:
		return st, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-g.server.closing:
		return nil, errors.New("fakeazure: the server was closed")
	}
}

// Open lets all answers go on at full speed, those held and those to come.
func (g *Gate) Open() {
	g.server.mu.Lock()
	defer g.server.mu.Unlock()
	if g.server.gates[g.at] == g {
		delete(g.server.gates, g.at)
	}
	select {
	case <-g.opened:
	default:
		close(g.opened)
	}
}

// Next lets one event go and returns its bytes once they are written and
// flushed. It gives io.EOF after the last event and ErrDisconnected when the
// client has left.
func (st *Stream) Next(ctx context.Context) ([]byte, error) {
	told := make(chan []byte, 1)
	select {
	case st.permits <- told:
	case <-st.left:
		return nil, ErrDisconnected
	case <-st.done:
		return nil, st.end()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case event := <-told:
		return event, nil
	case <-st.done:
	}
	select {
	case event := <-told: // the last one, after which the handler was quick
		return event, nil
	default:
		return nil, st.end()
	}
}

// Rest lets the remaining events go and returns how many there were.
func (st *Stream) Rest(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		if _, err := st.Next(ctx); err == io.EOF {
			return n, nil
		} else if err != nil {
			return n, err
		}
	}
}

func (st *Stream) end() error {
	select {
	case <-st.left:
		return ErrDisconnected
	default:
		return io.EOF
	}
}

// Disconnected is closed when the client leaves before the answer is complete.
func (st *Stream) Disconnected() <-chan struct{} { return st.left }

// Done is closed when the answer has ended, in whatever way.
func (st *Stream) Done() <-chan struct{} { return st.done }

// held enters the answer of a request at the gate of its place; nil when there
// is none.
func (s *Server) held(at place, r *Request) *Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.gates[at]
	if g == nil {
		g = s.gates[place{at.resource, ""}]
	}
	if g == nil {
		return nil
	}
	st := &Stream{
		gate: g, permits: make(chan chan<- []byte),
		done: make(chan struct{}), left: make(chan struct{}),
	}
	if r != nil {
		st.Request = *r
	}
	select {
	case g.streams <- st:
	default: // nobody takes them: the test wants them held, not seen
	}
	return st
}

// await waits until an event may go; the event's bytes are then to be sent to
// told, unless that is nil.
func (st *Stream) await(ctx context.Context) (ok bool, told chan<- []byte) {
	select {
	case told = <-st.permits:
		return true, told
	case <-st.gate.opened:
		return true, nil
	case <-ctx.Done():
	case <-st.gate.server.closing:
	}
	return false, nil
}
