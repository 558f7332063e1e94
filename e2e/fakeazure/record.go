package fakeazure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"
)

// keptBody is the largest body that a record keeps; of larger ones it has the
// length and the hash.
const keptBody = 1 << 20

// Request is one request as it arrived, whatever became of it.
type Request struct {
	Order      int // 1 for the first that the server got
	Attempt    int // 1 for the first to this deployment
	Resource   string
	Deployment string // that was asked for, by path or body; known or not
	Operation  string // "chat/completions"; "" for an unknown path
	Method     string
	Path       string   // as sent, still escaped
	IDs        []string // in the path, percent-decoded
	Query      string   // as sent, without '?'
	Host       string
	Header     http.Header
	// ContentLength is the header's value, -1 for a chunked body.
	ContentLength int64
	Body          []byte // nil when larger than 1 MiB
	BodyLength    int64
	BodySHA256    string // hex
	Form          []FormPart
	Status        int     // of the answer; 0 when there was none
	Frames        []Frame // that the client sent over a WebSocket, in order
	CloseCode     int     // with which the client left it; 0 while it is there
	Time          time.Time
}

// FormPart is one part of a multipart body.
type FormPart struct {
	Name, Filename, ContentType string
	Value                       string // of a part that is not a file
	Size                        int64
	SHA256                      string // hex
}

// Requests returns what has arrived, in order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := make([]Request, len(s.requests))
	for i, r := range s.requests {
		requests[i] = *r
	}
	return requests
}

// Last returns the latest request; ok is false when there was none.
func (s *Server) Last() (r Request, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.requests) == 0 {
		return Request{}, false
	}
	return *s.requests[len(s.requests)-1], true
}

// WaitRequests waits until n requests have arrived since the last [Server.Reset]
// and returns them all.
func (s *Server) WaitRequests(ctx context.Context, n int) ([]Request, error) {
	for {
		s.mu.Lock()
		count, arrived := len(s.requests), s.arrived
		s.mu.Unlock()
		if count >= n {
			return s.Requests(), nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return s.Requests(), fmt.Errorf("fakeazure: %d of %d requests arrived: %w", count, n, ctx.Err())
		}
	}
}

// Reset forgets requests, scripts, paces, rate limits and the disconnects and
// uploads that nobody has read. Violations stay, so that one [Server.Check] at
// the end of a test sees them all; gates stay, and so does what the resources
// remember.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
	clear(s.scripts)
	clear(s.paces)
	clear(s.counts)
	clear(s.limits)
	for {
		select {
		case <-s.disconnects:
		case <-s.uploads:
		default:
			return
		}
	}
}

// record keeps the request of a call and looks for violations.
func (c *call) record() {
	s := c.server
	if s.config.Quiet {
		return
	}
	r := &Request{
		Resource: c.resource.Name, Deployment: c.name, Method: c.r.Method,
		Path: c.r.URL.EscapedPath(), IDs: c.ids, Query: c.r.URL.RawQuery, Host: c.r.Host,
		Header: c.r.Header.Clone(), ContentLength: c.r.ContentLength, Time: time.Now(),
	}
	if c.op != nil {
		r.Operation = c.op.path
	}
	if c.form != nil {
		r.Body, r.BodyLength, r.BodySHA256, r.Form = c.form.raw, c.form.length, c.form.hash, c.form.parts
	} else {
		sum := sha256.Sum256(c.body)
		r.BodyLength, r.BodySHA256 = int64(len(c.body)), hex.EncodeToString(sum[:])
		if len(c.body) <= keptBody {
			r.Body = c.body
		}
	}
	wrong := c.violations()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[c.place()]++
	r.Attempt = s.counts[c.place()]
	s.requests = append(s.requests, r)
	r.Order = len(s.requests)
	s.violations = append(s.violations, wrong...)
	close(s.arrived)
	s.arrived = make(chan struct{})
	c.request = r
}

func (c *call) noteStatus(status int) {
	if c.request == nil {
		return
	}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.request.Status = status
}
