package fakeazure

import (
	"encoding/json"
	"net/http"
)

// responsesSocket serves the Responses API over a WebSocket: each frame
// response.create is a request with a deployment of its own, and its answer
// are the events of a stream, a frame each. One is answered after the other.
func (c *call) responsesSocket() {
	c.accept(func(s *socket) {
		for frame := range s.frames {
			if s.broken {
				return
			}
			events, wrong := c.respondTo(frame.Data)
			if wrong != nil {
				fields := object{"type": "error", "status": wrong.status}
				if body, ok := wrong.body.(object); ok {
					fields["error"] = body["error"]
				}
				s.say(fields)
				continue
			}
			s.binary = false
			for _, e := range events {
				s.part(e.data)
			}
		}
	})
}

// respondTo answers one frame as if it were a request.
func (c *call) respondTo(frame []byte) ([]event, *failure) {
	var q struct {
		Type      string  `json:"type"`
		Model     string  `json:"model"`
		FakeAzure options `json:"fakeazure"`
		responsesRequest
	}
	one := &call{
		route:  route{op: scoped[len(scoped)-1], surface: c.surface},
		server: c.server, resource: c.resource, r: c.r, w: nowhere{http.Header{}}, body: frame, near: c.near,
	}
	if err := json.Unmarshal(frame, &q); err != nil {
		return nil, badJSON()
	}
	switch {
	case q.Type != "response.create":
		return nil, invalid("type", "invalid_value", "Invalid value: '%s'. Supported values are: 'response.create'.", q.Type)
	case q.Background:
		return nil, invalid("background", "unsupported_parameter", "Unsupported parameter: 'background' is not supported over a WebSocket.")
	}
	one.name, one.options = q.Model, q.FakeAzure
	if wrong := one.deploy(); wrong != nil {
		return nil, wrong
	}
	q.Stream = !rules(one.deployed.Model).noStream
	m := c.resource.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	t, wrong := one.take(m, &q.responsesRequest)
	if wrong != nil {
		return nil, wrong
	}
	c.near = t
	return t.events(), nil
}

// nowhere takes the headers that a frame does not have.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (n nowhere) WriteHeader(int)             {}
