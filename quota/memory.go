package quota

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// Memory is a Store of this process alone. What it counts outlives every
// configuration, and ends with the process.
type Memory struct {
	now      func() time.Time
	serials  *Serials
	accounts atomic.Pointer[map[string]*account] // by the key's name; only read
	growing  sync.Mutex
}

// NewMemory makes a store by a clock; nil is time.Now.
func NewMemory(now func() time.Time) *Memory {
	if now == nil {
		now = time.Now
	}
	m := &Memory{now: now, serials: NewSerials()}
	m.accounts.Store(&map[string]*account{})
	return m
}

// account gives what is counted for a key.
func (m *Memory) account(key string) *account {
	if a := (*m.accounts.Load())[key]; a != nil {
		return a
	}
	m.growing.Lock()
	defer m.growing.Unlock()
	all := *m.accounts.Load()
	if a := all[key]; a != nil {
		return a
	}
	all = maps.Clone(all)
	all[key] = &account{holds: make(map[uint64]held)}
	m.accounts.Store(&all)
	return all[key]
}

// Reserve implements Store. It never fails.
func (m *Memory) Reserve(_ context.Context, ask *Ask) (Grant, error) {
	return m.reserve(ask, false), nil
}

// Take is Reserve whatever the limits say, so that what is used counts all the
// same.
func (m *Memory) Take(ask *Ask) Grant { return m.reserve(ask, true) }

func (m *Memory) reserve(ask *Ask, whatever bool) Grant {
	if !ask.Key.Limited() {
		return Grant{}
	}
	a := m.account(ask.Key.Name)
	now := m.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	g := Grant{View: Shape(ask.Key, now)}
	a.bring(&g.View, now)
	if g.Refused = g.View.Judge(ask); whatever {
		g.Refused = None
	}
	if g.Refused == None && !ask.empty() {
		g.Hold = a.take(ask, &g.View, m.serials.Next(), now.Add(Kept).Unix())
	}
	a.show(&g.View)
	return g
}

// Settle implements Store.
func (m *Memory) Settle(h Hold, tokens, cost int64) {
	if h.Empty() {
		return
	}
	a := m.account(h.Key)
	now := m.now().Unix()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle(h, max(tokens, 0), max(cost, 0), now, !h.Shared && m.serials.Own(h.ID))
}

// Learn makes what is counted what another store has said, so that this one can
// go on from there. What is held here stays.
func (m *Memory) Learn(key string, v *View) {
	a := m.account(key)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.learn(v)
}
