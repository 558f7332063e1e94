package fakeazure

import (
	"context"
	"net/http"
	"strings"

	"github.com/coder/websocket"
)

// Frame is one message that a client sent over a WebSocket.
type Frame struct {
	Binary bool
	Data   []byte
}

// socket is a WebSocket while it is served. What goes out passes the same
// gates, paces and scripts as any other answer, a frame each.
type socket struct {
	*answer
	conn   *websocket.Conn
	frames chan Frame // closed when the client has left; read on while a gate holds the answer
	binary bool       // the frame that goes out is
}

// largestFrame is a little more than Azure takes: 15 MiB of audio in base64.
const largestFrame = 24 << 20

// upgrades reports whether the request asks for a WebSocket.
func (c *call) upgrades() bool {
	return strings.EqualFold(c.r.Header.Get("Upgrade"), "websocket")
}

// accept makes the request a WebSocket and hands it to serve until that ends,
// the client leaves or the resource is stopped.
func (c *call) accept(serve func(*socket)) {
	c.noteStatus(http.StatusSwitchingProtocols)
	conn, err := websocket.Accept(c.w, c.r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // of the origin: a key is the only credential
		Subprotocols:       []string{"realtime"},
		CompressionMode:    websocket.CompressionContextTakeover, // where the client offers it
	})
	if err != nil {
		c.noteStatus(http.StatusBadRequest) // answered by Accept
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(largestFrame)
	ctx, leave := context.WithCancel(c.resource.ended)
	c.r = c.r.WithContext(ctx) // the connection's own ends with the upgrade
	s := &socket{conn: conn, frames: make(chan Frame, 1024), answer: &answer{call: c}}
	s.answer.sink = func(p []byte) bool { return conn.Write(ctx, s.kind(), p) == nil }
	s.answer.stream = c.server.held(c.place(), c.request)
	c.answer = s.answer
	read := make(chan struct{})
	go func() {
		defer close(read)
		s.read(ctx, leave)
	}()
	serve(s)
	leave()
	<-read
}

func (s *socket) kind() websocket.MessageType {
	if s.binary {
		return websocket.MessageBinary
	}
	return websocket.MessageText
}

// read takes in what the client sends, and answers its pings, until it leaves.
func (s *socket) read(ctx context.Context, leave context.CancelFunc) {
	defer close(s.frames)
	defer leave()
	for {
		kind, data, err := s.conn.Read(ctx)
		if err != nil {
			s.call.noteClose(err)
			return
		}
		frame := Frame{Binary: kind == websocket.MessageBinary, Data: data}
		s.call.noteFrame(frame)
		select {
		case s.frames <- frame:
		case <-ctx.Done():
			return
		}
	}
}

// say sends a JSON message.
func (s *socket) say(v any) {
	s.binary = false
	s.part(encode(v))
}

// end closes the WebSocket with a code.
func (s *socket) end(code websocket.StatusCode, reason string) {
	s.answer.end()
	_ = s.conn.Close(code, reason) // the client may have left
}

// noteFrame adds a frame to the record of the request.
func (c *call) noteFrame(frame Frame) {
	if c.request == nil {
		return
	}
	wrong := c.taggedIn(frame.Data)
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.request.Frames = append(c.request.Frames, frame)
	for _, where := range wrong {
		c.server.violations = append(c.server.violations, c.violation("an id with a tag reached the upstream in %s of a frame", where))
	}
}

// noteClose keeps with what code the client has left; 1006 is without one.
func (c *call) noteClose(err error) {
	if c.request == nil {
		return
	}
	code := websocket.CloseStatus(err)
	if code < 0 {
		code = websocket.StatusAbnormalClosure
	}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.request.CloseCode = int(code)
}
