package quota

import (
	"sync"
	"time"
)

// onItsWay is how long a hold may be on its way to Envoy: far longer than it takes until
// Envoy tells that the request has ended before the hold came.
const onItsWay = 5 * time.Second

// handovers are the holds that were given to Envoy last. Envoy does not say that it has
// taken an answer: when its client leaves while the answer is on its way, the hold in it
// is lost, and what Envoy tells of the request has none. A hold is found again by the
// request's id, but only by one that is its own alone: clients may choose ids, and one
// that gives two requests the same must not get back what the other still needs.
type handovers struct {
	now func() time.Time

	mu    sync.Mutex
	open  map[string]int   // requests that are in hand here, by id
	given map[string]given // by the request's id
	order []sent           // as they were given; those that are old stand first
}

type given struct {
	hold Hold
	at   time.Time
}

type sent struct {
	request string
	at      time.Time
}

// begin says that a request is in hand. Whatever was given to another one of its id is
// not to be found any more.
func (h *handovers) begin(request string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open == nil {
		h.open, h.given = make(map[string]int), make(map[string]given)
	}
	h.open[request]++
	delete(h.given, request)
}

// end says that a request is not in hand any more.
func (h *handovers) end(request string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open[request]--; h.open[request] <= 0 {
		delete(h.open, request)
	}
}

// add remembers the hold that a request in hand is given.
func (h *handovers) add(request string, hold Hold) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.now()
	for len(h.order) > 0 && now.Sub(h.order[0].at) > onItsWay {
		if old := h.order[0]; h.given[old.request].at.Equal(old.at) {
			delete(h.given, old.request)
		}
		h.order = h.order[1:]
	}
	if request == "" || h.open[request] != 1 {
		return
	}
	h.given[request] = given{hold, now}
	h.order = append(h.order, sent{request, now})
}

// take gives the hold of a request and forgets it. began is when the request did, by
// Envoy's clock: what was given before that was another's.
func (h *handovers) take(request string, began time.Time) (Hold, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	g, there := h.given[request]
	if !there || g.at.Before(began) || h.now().Sub(g.at) > onItsWay {
		return Hold{}, false
	}
	delete(h.given, request)
	return g.hold, true
}

// forget says that Envoy has what a request was given.
func (h *handovers) forget(request string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.given, request)
}
