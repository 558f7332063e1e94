package routing

import (
	"hash/maphash"
	"sync/atomic"
)

// keptHandovers is how many claims are remembered: more than are given out in the
// moment that it takes until Envoy tells that a request has ended.
const keptHandovers = 4096

// handovers are the claims that were given to Envoy last. Envoy does not say that
// it has taken an answer: when its client leaves, or a try runs out of time, while
// the answer is on its way, the claim in it is lost. What Envoy tells of the
// request then has the claim before, or none. Nobody waits for anybody here.
type handovers struct {
	next  atomic.Uint32
	kept  [keptHandovers]atomic.Pointer[handover]
	stamp [keptHandovers]atomic.Uint64 // hash of the request in kept; a hint
}

// handover is one claim that was given to a request in place of another.
type handover struct {
	request       uint64 // hash of its id
	before, given Claim
}

var handoverSeed = maphash.MakeSeed()

// add remembers that a request has been given a claim, in place of the one before.
func (h *handovers) add(request string, before, given Claim) {
	if request == "" {
		return
	}
	i := h.next.Add(1) % keptHandovers
	id := maphash.String(handoverSeed, request)
	h.kept[i].Store(&handover{id, before, given})
	h.stamp[i].Store(id)
}

// take gives the claim that a request was given in place of another, and forgets
// it.
func (h *handovers) take(request string, before Claim) (given Claim, ok bool) {
	if request == "" {
		return Claim{}, false
	}
	id := maphash.String(handoverSeed, request)
	for i := range h.stamp {
		if h.stamp[i].Load() != id {
			continue
		}
		if o := h.kept[i].Load(); o != nil && o.request == id && o.before == before && h.kept[i].CompareAndSwap(o, nil) {
			return o.given, true
		}
	}
	return Claim{}, false
}
