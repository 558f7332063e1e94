package routing

import (
	"hash/maphash"
	"sync"
)

// keptHandovers is how many claims are remembered: more than are given out in the
// moment that it takes until Envoy tells that a request has ended.
const keptHandovers = 4096

// handovers are the claims that were given to Envoy last. Envoy does not say that
// it has taken an answer: when its client leaves, or a try runs out of time, while
// the answer is on its way, the claim in it is lost. What Envoy tells of the
// request then has the claim before, or none.
type handovers struct {
	mu     sync.Mutex
	next   int
	ids    [keptHandovers]uint64 // hashes of the requests' ids; 0 is none
	claims [keptHandovers]struct{ before, given Claim }
}

var handoverSeed = maphash.MakeSeed()

// add remembers that a request has been given a claim, in place of the one before.
func (h *handovers) add(request string, before, given Claim) {
	if request == "" {
		return
	}
	id := maphash.String(handoverSeed, request) | 1
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ids[h.next] = id
	h.claims[h.next].before, h.claims[h.next].given = before, given
	h.next = (h.next + 1) % keptHandovers
}

// take gives the claim that a request was given in place of another, and forgets
// it.
func (h *handovers) take(request string, before Claim) (given Claim, ok bool) {
	if request == "" {
		return Claim{}, false
	}
	id := maphash.String(handoverSeed, request) | 1
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.ids {
		if h.ids[i] == id && h.claims[i].before == before {
			h.ids[i] = 0
			return h.claims[i].given, true
		}
	}
	return Claim{}, false
}
