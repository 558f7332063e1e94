package fakeazure

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// memory is what one resource keeps for later requests. Nothing of it is known
// to another resource, and [Server.Reset] leaves it as it is.
type memory struct {
	mu            sync.Mutex
	secret        [32]byte // of its encrypted content
	turns         shelf[*turn]
	items         shelf[*keptItem]
	conversations shelf[*conversation]
	assistants    shelf[object]
	threads       shelf[*thread]
	ephemeral     shelf[bool]     // keys of realtime clients
	prompts       map[string]bool // prefixes of Claude's prompts in its cache, by their hash
}

func newMemory() *memory {
	m := &memory{prompts: map[string]bool{}}
	_, _ = rand.Read(m.secret[:]) // never fails
	return m
}

// keep runs f while nothing else changes the memory and answers with what it
// gives: an object, or the events of a stream.
func (c *call) keep(f func(*memory) (any, *failure)) {
	m := c.resource.memory
	m.mu.Lock()
	result, wrong := f(m)
	events, streamed := result.([]event)
	var body []byte
	if wrong == nil && !streamed {
		body = encode(result) // here, where nobody changes it
	}
	m.mu.Unlock()
	switch {
	case wrong != nil:
		c.fail(wrong)
	case streamed:
		c.writeEvents(events)
	default:
		c.whole(http.StatusOK, "application/json", body)
	}
}

// event is one event of a stream, encoded.
type event struct {
	name string
	data []byte
}

// writeEvents streams events as an answer of its own.
func (c *call) writeEvents(events []event) {
	a := c.events()
	for _, e := range events {
		a.part(sse(e.name, e.data))
	}
	a.end()
}

// seal makes encrypted content that only this resource can open. Like the real
// one it says nothing to anybody else, and is long.
func (m *memory) seal(content string) string {
	sealed := make([]byte, 200, 200+len(content)+sha256.Size)
	_, _ = rand.Read(sealed) // never fails
	sealed = append(sealed, content...)
	mac := hmac.New(sha256.New, m.secret[:])
	mac.Write(sealed)
	return sealPrefix + base64.URLEncoding.EncodeToString(mac.Sum(sealed))
}

// open reads encrypted content; ok is false when it is not this resource's own.
func (m *memory) open(sealed string) (content string, ok bool) {
	if len(sealed) < len(sealPrefix) || sealed[:len(sealPrefix)] != sealPrefix {
		return "", false
	}
	data, err := base64.URLEncoding.DecodeString(sealed[len(sealPrefix):])
	if err != nil || len(data) < 200+sha256.Size {
		return "", false
	}
	data, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	mac := hmac.New(sha256.New, m.secret[:])
	mac.Write(data)
	return string(data[200:]), hmac.Equal(mac.Sum(nil), sum)
}

// isEphemeral reports whether an Authorization header has a key that was made
// for one client of the realtime API.
func (m *memory) isEphemeral(authorization string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.ephemeral.get(strings.TrimPrefix(authorization, "Bearer "))
	return ok
}

// sealPrefix is how encrypted content begins, as the real one does.
const sealPrefix = "gAAAAABo"

// mostKept is how many objects of a kind are kept: the oldest are forgotten, so
// that a demonstration may run for weeks.
const mostKept = 20_000

// shelf keeps objects by id, in the order in which they came.
type shelf[T any] struct {
	order []string
	all   map[string]T
}

func (s *shelf[T]) put(id string, v T) {
	if s.all == nil {
		s.all = map[string]T{}
	}
	if _, known := s.all[id]; !known {
		s.order = append(s.order, id)
	}
	s.all[id] = v
	if len(s.order) > mostKept {
		delete(s.all, s.order[0])
		s.order = s.order[1:]
	}
}

func (s *shelf[T]) get(id string) (T, bool) {
	v, ok := s.all[id]
	return v, ok
}

func (s *shelf[T]) drop(id string) bool {
	if _, known := s.all[id]; !known {
		return false
	}
	delete(s.all, id)
	s.order = slices.DeleteFunc(s.order, func(other string) bool { return other == id })
	return true
}

// list is everything, the oldest first.
func (s *shelf[T]) list() []T {
	all := make([]T, 0, len(s.order))
	for _, id := range s.order {
		all = append(all, s.all[id])
	}
	return all
}
