package redis

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/quota"
)

const (
	// mostDebts is how many settlements may wait while Redis is gone: more than
	// there are requests in hand.
	mostDebts = 1 << 16
	// atOnce is how many go in one call: a script holds up everybody.
	atOnce = 100
	// again is when Redis is tried again.
	again = 100 * time.Millisecond
	// farewell bounds the last try.
	farewell = time.Second
)

// debt is a settlement that Redis does not know of yet; its cost is in pico-dollars.
type debt struct {
	hold         quota.Hold
	tokens, cost int64
}

// debts are those that wait, by key.
type debts struct {
	mu   sync.Mutex
	of   map[string][]debt
	n    int
	lost int
	some chan struct{} // has an item while there may be any
}

func newDebts() debts { return debts{of: make(map[string][]debt), some: make(chan struct{}, 1)} }

func (d *debts) add(all ...debt) {
	d.mu.Lock()
	for _, one := range all {
		if d.n >= mostDebts {
			d.lost++
			continue
		}
		d.of[one.hold.Key] = append(d.of[one.hold.Key], one)
		d.n++
	}
	d.mu.Unlock()
	select {
	case d.some <- struct{}{}:
	default:
	}
}

// take gives all, and how many there was no room for, and forgets them.
func (d *debts) take() (all map[string][]debt, lost int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, lost = d.of, d.lost
	d.of, d.n, d.lost = make(map[string][]debt, len(all)), 0, 0
	return all, lost
}

// Settle implements quota.Store.
func (s *Store) Settle(h quota.Hold, tokens, cost int64) {
	if !h.Empty() {
		s.debts.add(debt{h, max(tokens, 0), max(cost, 0)})
	}
}

// send tells Redis what was settled. What fails is told again when Redis is back,
// if it is of money: that counts once however often it is told. Tokens are of a
// minute that is soon over.
func (s *Store) send(ctx context.Context) {
	for {
		select {
		case <-s.debts.some:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
			defer cancel()
			s.settle(last)
			return
		}
		if s.settle(ctx) {
			continue
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
		}
	}
}

// settle tells all that wait, and is false when Redis does not take it.
func (s *Store) settle(ctx context.Context) bool {
	all, lost := s.debts.take()
	if lost > 0 {
		s.log.Warn("what some requests have used is not counted: too many wait for Redis", "requests", lost)
	}
	ok := true
	for key, list := range all {
		for len(list) > 0 {
			some := list[:min(len(list), atOnce)]
			list = list[len(some):]
			if ok && s.tell(ctx, key, some) == nil {
				continue
			}
			ok = false
			s.keep(some)
		}
	}
	return ok
}

// keep makes money wait again.
func (s *Store) keep(list []debt) {
	for _, d := range list {
		if d.hold.Period != 0 {
			s.debts.add(d)
		}
	}
}

func (s *Store) tell(ctx context.Context, key string, list []debt) error {
	args := make([]any, 1, 1+10*len(list))
	args[0] = keptSeconds
	for _, d := range list {
		h, here := &d.hold, "0"
		if h.Shared {
			here = "1"
		}
		args = append(args, h.Minute, h.Tokens, d.tokens, h.Period, h.Cost, d.cost/config.MicroDollar, d.cost%config.MicroDollar, strconv.FormatUint(h.ID, 36), h.Until, here)
	}
	return s.server.Tell(ctx, word(key), func(ctx context.Context, client redis.UniversalClient) error {
		return settleScript.Run(ctx, client, keysOf(key), args...).Err()
	})
}
