package quota

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
)

// store is a shared store that comes and goes, and keeps what it is told.
type store struct {
	*Memory
	gone    bool
	settled []Hold
}

func (s *store) Reserve(ctx context.Context, ask *Ask) (Grant, error) {
	if s.gone {
		return Grant{}, errors.New("gone")
	}
	g, err := s.Memory.Reserve(ctx, ask)
	g.Hold.Shared = !g.Hold.Empty()
	return g, err
}

func (s *store) Settle(h Hold, tokens, cost int64) {
	s.settled = append(s.settled, h)
	h.Shared = false // it is this one's, or another process's
	s.Memory.Settle(h, tokens, cost)
}

// failures counts what an observer hears.
type failures int

func (f *failures) StoreFailed(error) { *f++ }

// books makes books with a shared store of their own clock.
func books(policy config.StorePolicy) (*Books, *store, *failures, *clock) {
	c, f := startClock(), new(failures)
	b, s := NewBooks(f, c.Now), &store{Memory: NewMemory(c.Now)}
	s.serials.process = 1 << 32
	b.memory.serials.process = 2 << 32
	b.Use(s, policy)
	return b, s, f, c
}

func take(t *testing.T, b *Books, k *config.Key, cost int64) (Hold, string) {
	t.Helper()
	g, err := b.Reserve(t.Context(), &Ask{Key: k, Requests: 1, Tokens: cost, Cost: cost})
	if err != nil {
		return Hold{}, err.Code
	}
	return g.Hold, ""
}

func TestBooksWithoutASharedStoreKeepTheirOwn(t *testing.T) {
	b := NewBooks(new(failures), startClock().Now)
	b.Use(nil, config.StoreLocal)
	k := daily(100)
	h, _ := take(t, b, k, 100)
	if _, code := take(t, b, k, 1); code != "insufficient_quota" {
		t.Errorf("%q", code)
	}
	b.Settle(h, 30, 30*config.MicroDollar)
	if v := b.View(t.Context(), k); v.Budget.Used != 30 || v.Held != 0 {
		t.Errorf("%+v", v)
	}
}

func TestBooksAskTheSharedStore(t *testing.T) {
	b, s, f, _ := books(config.StoreLocal)
	k := daily(100)
	h, _ := take(t, b, k, 60)
	if !h.Shared {
		t.Errorf("%+v", h)
	}
	s.Memory.Take(&Ask{Key: k, Requests: 1, Cost: 30}) // another replica's
	if _, code := take(t, b, k, 11); code != "insufficient_quota" {
		t.Errorf("%q", code)
	}
	b.Settle(h, 10, 10*config.MicroDollar)
	if v := b.View(t.Context(), k); v.Budget.Used != 40 || v.Held != 30 || *f != 0 {
		t.Errorf("%+v, %d failures", v, *f)
	}
}

func TestWhileTheStoreIsGoneBooksGoOnFromWhatTheyKnow(t *testing.T) {
	b, s, f, c := books(config.StoreLocal)
	k := daily(100)
	k.RPM = 5
	first, _ := take(t, b, k, 60)
	s.gone = true
	if _, code := take(t, b, k, 41); code != "insufficient_quota" || *f != 1 {
		t.Errorf("%q, %d failures", code, *f)
	}
	local, code := take(t, b, k, 40)
	if code != "" || local.Shared {
		t.Errorf("%q %+v", code, local)
	}
	if v := b.View(t.Context(), k); v.Budget.Used != 100 || v.Requests.Used != 2 {
		t.Errorf("%+v", v)
	}
	b.Settle(local, 25, 25*config.MicroDollar)
	b.Settle(first, 50, 50*config.MicroDollar)
	if v := b.View(t.Context(), k); v.Budget.Used != 85 || v.Held != 0 { // the first is as the store said it last
		t.Errorf("%+v", v)
	}
	if len(s.settled) != 2 {
		t.Errorf("the store is told of %+v", s.settled)
	}
	s.gone = false // and the money that was spent meanwhile counts
	c.move(time.Minute)
	if v := b.View(t.Context(), k); v.Budget.Used != 75 || v.Held != 0 {
		t.Errorf("%+v", v)
	}
}

func TestWhatTheStoreSaysIsLearnedToTheLastFraction(t *testing.T) {
	b, s, _, _ := books(config.StoreLocal)
	k := daily(100)
	for range 3 {
		h, _ := take(t, b, k, 10)
		b.Settle(h, 0, 1_400_000)
	}
	before := b.View(t.Context(), k)
	_, _ = take(t, b, k, 0) // by which it is learned
	s.gone = true
	v := b.View(t.Context(), k)
	if before.Budget.Used != 5 || before.Fraction != 200_000 || v.Budget != before.Budget || v.Fraction != before.Fraction {
		t.Errorf("%+v, then %+v", before, v)
	}
}

func TestUnderAllowNothingIsRefusedAndMoneyCounts(t *testing.T) {
	b, s, _, _ := books(config.StoreAllow)
	s.gone = true
	k := daily(100)
	h, code := take(t, b, k, 1000)
	if code != "" || h.Empty() {
		t.Errorf("%q %+v", code, h)
	}
	b.Settle(h, 500, 500*config.MicroDollar)
	s.gone = false
	if _, code := take(t, b, k, 1); code != "insufficient_quota" {
		t.Errorf("%q", code)
	}
}

func TestUnderRejectALimitedKeyIsRefused(t *testing.T) {
	b, s, _, _ := books(config.StoreReject)
	s.gone = true
	if _, err := b.Reserve(t.Context(), &Ask{Key: daily(100), Cost: 1}); err == nil || err.Status != 503 || err.Code != "limits_unavailable" {
		t.Errorf("%v", err)
	}
	if g, err := b.Reserve(t.Context(), &Ask{Key: &config.Key{Name: "free"}, Cost: 1}); err != nil || !g.Hold.Empty() {
		t.Errorf("a key without limits: %+v %v", g, err)
	}
}

func TestAHoldOfAStoreThatIsNotUsedAnyMoreCountsHere(t *testing.T) {
	b, _, _, _ := books(config.StoreLocal)
	k := daily(100)
	h, _ := take(t, b, k, 60)
	b.Use(nil, config.StoreLocal)
	b.Settle(h, 0, 10*config.MicroDollar)
	if v := b.View(t.Context(), k); v.Budget.Used != 70 { // what the store said last, and this
		t.Errorf("%+v", v)
	}
}
