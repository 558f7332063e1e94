package redis

import (
	"context"
	"sync"
)

// mostDebts is how many deployments' minutes may wait to be settled: more than
// there are, so that a Redis that is gone for long costs no memory.
const mostDebts = 4096

// debts are the changes of what is counted that Redis does not know of yet.
// Those of one deployment and minute are told as their sum, so that any number
// of requests costs a bounded number of calls.
type debts struct {
	mu   sync.Mutex
	of   map[window]int64
	some chan struct{} // has an item while there may be any
}

// window is a deployment's minute.
type window struct {
	group, id string
	minute    uint32
}

func newDebts() debts { return debts{of: make(map[window]int64), some: make(chan struct{}, 1)} }

// add notes a change.
func (d *debts) add(w window, tokens int64) {
	d.mu.Lock()
	if _, there := d.of[w]; there || len(d.of) < mostDebts {
		d.of[w] += tokens
	}
	d.mu.Unlock()
	d.wake()
}

func (d *debts) wake() {
	select {
	case d.some <- struct{}{}:
	default:
	}
}

// take gives all and forgets them.
func (d *debts) take() map[window]int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.of
	d.of = make(map[window]int64, len(all))
	return all
}

// Settle implements routing.Store.
func (s *Store) Settle(group, id string, minute uint32, tokens int64) {
	if tokens != 0 {
		s.debts.add(window{group, id, minute}, tokens)
	}
}

// send does what nobody waits for. What fails is not sent again, for it may
// have been done: a settlement that is lost leaves counted what was reserved,
// until the minute ends.
func (s *Store) send(ctx context.Context) {
	for {
		select {
		case <-s.debts.some:
			if !s.gone.Load() {
				s.settle(ctx)
			}
		case c := <-s.cools:
			if !s.gone.Load() {
				s.coolDown(ctx, c)
			}
		case <-ctx.Done():
			return
		}
	}
}

func (s *Store) settle(ctx context.Context) {
	for w, tokens := range s.debts.take() {
		c, cancel := context.WithTimeout(ctx, timeout)
		err := settleScript.Run(c, s.client(), []string{key(w.group, w.id)}, w.minute, tokens).Err()
		cancel()
		if err != nil {
			s.lost(w.group)
			return
		}
	}
}
