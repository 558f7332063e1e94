package fakeazure

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// answer writes the reply to one call in parts: the events of a stream, the
// pieces of a binary reply, or one JSON body. Scripts, gates, pace and splits
// act here, so that they work the same for every operation.
type answer struct {
	call   *call
	status int               // of a reply whose headers go with its first part; 0 once sent
	stream *Stream           // nil when no gate holds it
	sent   int               // parts written and flushed
	broken bool              // the client left or a fault ended it: nothing more is written
	sink   func([]byte) bool // where parts go instead of the body, whole
}

// begin prepares a reply. With a length it is one body, whose headers go out
// with it; with length -1 it has several parts and its headers go out at once.
func (c *call) begin(status int, contentType string, length int) *answer {
	a := &answer{call: c, status: status}
	c.answer = a
	c.noteStatus(status)
	c.w.Header()["Content-Type"] = nil // no guess of net/http
	if contentType != "" {
		c.w.Header().Set("Content-Type", contentType)
	}
	if !c.server.wait(c.r.Context(), c.fault.delay) {
		a.leave()
		return a
	}
	if length < 0 {
		a.headers()
		a.flush()
	} else {
		c.w.Header().Set("Content-Length", strconv.Itoa(length))
	}
	if !c.inner {
		a.stream = c.server.held(c.place(), c.request)
	}
	return a
}

// json replies with v as the whole body.
func (c *call) json(status int, v any) { c.whole(status, "application/json", encode(v)) }

// whole replies with a body of known length.
func (c *call) whole(status int, contentType string, body []byte) {
	a := c.begin(status, contentType, len(body))
	a.part(body)
	a.end()
}

// events begins an event stream.
func (c *call) events() *answer {
	c.w.Header().Set("Cache-Control", "no-cache, must-revalidate")
	c.w.Header().Set("X-Accel-Buffering", "no")
	return c.begin(http.StatusOK, "text/event-stream; charset=utf-8", -1)
}

// data writes one server-sent event with the JSON of v, and with a name when
// it has one.
func (a *answer) data(name string, v any) { a.part(sse(name, encode(v))) }

// done writes the last event of the chat and completions streams.
func (a *answer) done() {
	a.part([]byte("data: [DONE]\n\n"))
	a.end()
}

// part writes and flushes one part once script, gate and pace let it.
func (a *answer) part(p []byte) {
	c := a.call
	if a.broken {
		return
	}
	if c.fault.cut != cutNothing && a.sent == c.fault.after {
		a.cut()
		return
	}
	var told chan<- []byte
	switch {
	case a.stream != nil:
		ok := false
		if ok, told = a.stream.await(c.r.Context()); !ok {
			a.leave()
			return
		}
	case a.sent > 0 && !c.server.wait(c.r.Context(), c.pace()):
		a.leave()
		return
	}
	if !a.write(p) {
		a.leave()
		return
	}
	a.sent++
	if told != nil {
		told <- bytes.Clone(p)
	}
}

// write sends p at once, or in pieces when the request asked for a split.
func (a *answer) write(p []byte) bool {
	if a.sink != nil {
		return a.sink(p)
	}
	a.headers()
	size := len(p)
	if a.call.options.Split > 0 {
		size = a.call.options.Split
	}
	for len(p) > 0 {
		n := min(size, len(p))
		if _, err := a.call.w.Write(p[:n]); err != nil {
			return false
		}
		a.flush()
		p = p[n:]
	}
	return true
}

func (a *answer) headers() {
	if a.status != 0 {
		a.call.w.WriteHeader(a.status)
		a.status = 0
	}
}

func (a *answer) flush() { _ = http.NewResponseController(a.call.w).Flush() }

// end completes the answer. A fault that was set behind its last part acts now.
func (a *answer) end() {
	if !a.broken && a.call.fault.cut != cutNothing && a.call.fault.after >= a.sent {
		a.cut()
	}
	a.broken = true
}

// cut does what the script says in the midst of an answer.
func (a *answer) cut() {
	c := a.call
	a.broken = true
	switch c.fault.cut {
	case cutReset:
		resetConnection(c.w)
	case cutTruncate:
		panic(http.ErrAbortHandler)
	case cutStall:
		c.stall()
		c.left(a)
	case cutEvent:
		event := c.fault.body
		if c.surface == surfaceClaude && c.fault.claude != nil {
			event = c.fault.claude
		}
		a.write(event)
	}
}

// leave notes that the client has gone.
func (a *answer) leave() {
	if !a.broken {
		a.broken = true
		a.call.left(a)
	}
}

// stall waits until the client or the server ends.
func (c *call) stall() {
	select {
	case <-c.r.Context().Done():
	case <-c.server.closing:
	}
}

// left ends an incomplete answer and reports the client's leaving, unless it is
// the server that ends.
func (c *call) left(a *answer) {
	c.aborted = true
	select {
	case <-c.server.closing:
		return
	default:
	}
	d := Disconnect{Resource: c.resource.Name, Deployment: c.name, At: time.Now()}
	if c.request != nil {
		d.Order = c.request.Order
	}
	if a != nil {
		d.Sent = a.sent
		if a.stream != nil {
			close(a.stream.left)
		}
	}
	select {
	case c.server.disconnects <- d:
	default: // nobody reads them
	}
}

func (c *call) pace() time.Duration {
	if c.options.PaceMS > 0 {
		return time.Duration(c.options.PaceMS) * time.Millisecond
	}
	return c.server.paceOf(c.place())
}

// sse frames one event.
func sse(name string, data []byte) []byte {
	event := make([]byte, 0, len(name)+len(data)+18)
	if name != "" {
		event = append(append(append(event, "event: "...), name...), '\n')
	}
	event = append(event, "data: "...)
	event = append(event, data...)
	return append(event, "\n\n"...)
}

// object is a JSON object of an answer; encoding sorts its keys.
type object = map[string]any

// encode gives the JSON of an answer, without the HTML escapes of Go.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("fakeazure: answer cannot be encoded: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
