package quota

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// Observer hears of decisions that were made without the shared store.
type Observer interface{ StoreFailed(error) }

// Books are where a process reserves and settles: in the shared store where there
// is one, else, or while that is gone, in its own memory. They are safe for
// concurrent use and outlive every configuration.
type Books struct {
	memory   *Memory
	observer Observer
	shared   atomic.Pointer[shared]
	handed   handovers
}

// shared is a store that replicas share, and what to do while it is gone.
type shared struct {
	store  Store
	policy config.StorePolicy
}

// NewBooks makes books by a clock; nil is time.Now.
func NewBooks(o Observer, now func() time.Time) *Books {
	b := &Books{memory: NewMemory(now), observer: o}
	b.handed.now = b.memory.now
	return b
}

// Use makes a store the one that is asked from now on; nil is none. The policy is
// what to do while it is gone.
func (b *Books) Use(store Store, policy config.StorePolicy) {
	if store == nil {
		b.shared.Store(nil)
		return
	}
	b.shared.Store(&shared{store, policy})
}

// Reserve takes what a request may need, or says why it cannot be had: 429, or
// 503 while the shared store is gone and the policy is to reject. The hold of the
// grant is to be settled once, when the request has ended, in whatever way. A key
// without limits has an empty hold, which need not be.
//
// That a client has left is no reason not to take: its request ends, too.
func (b *Books) Reserve(ctx context.Context, ask *Ask) (Grant, *azure.Error) {
	if !ask.Key.Limited() {
		return Grant{}, nil
	}
	g, err := b.reserve(ctx, ask)
	switch {
	case err != nil:
		return Grant{}, err
	case g.Refused != None:
		return g, refusal(ask, &g, b.memory.now())
	}
	return g, nil
}

func (b *Books) reserve(ctx context.Context, ask *Ask) (Grant, *azure.Error) {
	s := b.shared.Load()
	if s == nil {
		return b.memory.reserve(ask, false), nil
	}
	g, err := s.store.Reserve(ctx, ask)
	if err == nil {
		b.memory.Learn(ask.Key.Name, &g.View)
		return g, nil
	}
	b.observer.StoreFailed(err)
	switch s.policy {
	case config.StoreReject:
		return Grant{}, storeGone(err)
	case config.StoreAllow:
		return b.memory.Take(ask), nil
	}
	return b.memory.reserve(ask, false), nil
}

// Settle puts what a request has used in the place of what it has reserved; cost is
// in pico-dollars. It does not wait. What was reserved here while the shared store was
// gone is told to it, so that the money counts when it is back.
func (b *Books) Settle(h Hold, tokens, cost int64) {
	if h.Empty() {
		return
	}
	s := b.shared.Load()
	if s != nil {
		s.store.Settle(h, tokens, cost)
	}
	if s == nil || !h.Shared {
		b.memory.Settle(h, tokens, cost)
	}
}

// Begin says that a request of a key with limits is in hand, by its x-request-id, and End
// that it is not any more. Between them it may be given its hold.
func (b *Books) Begin(request string) { b.handed.begin(request) }

// End ends what Begin began.
func (b *Books) End(request string) { b.handed.end(request) }

// Give notes that a hold is given to Envoy for a request: it may get lost on its way.
func (b *Books) Give(request string, h Hold) { b.handed.add(request, h) }

// Told settles the hold that Envoy tells of with a request that has ended; cost is in
// pico-dollars.
func (b *Books) Told(request string, h Hold, tokens, cost int64) {
	b.handed.forget(request)
	b.Settle(h, tokens, cost)
}

// Untold gives back what was reserved for a request that Envoy tells of without anything
// that azproc has said of it: its answer was lost on its way, and nobody was asked.
// began is when the request did.
func (b *Books) Untold(request string, began time.Time) {
	if h, ok := b.handed.take(request, began); ok {
		b.Settle(h, 0, 0)
	}
}

// View is what a key has used, for its owner to see. While the shared store is
// gone it is what this process knows.
func (b *Books) View(ctx context.Context, key *config.Key) View {
	ask := &Ask{Key: key}
	if s := b.shared.Load(); s != nil && key.Limited() {
		if g, err := s.store.Reserve(ctx, ask); err == nil {
			return g.View
		}
	}
	return b.memory.reserve(ask, false).View
}
