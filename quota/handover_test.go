package quota

import (
	"fmt"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
)

// TestAHoldThatEnvoyNeverGotIsFoundByItsRequest and by no other one of its id: a client
// that chooses ids must not have given back what a request of it still needs.
func TestAHoldThatEnvoyNeverGotIsFoundByItsRequest(t *testing.T) {
	hold, other := Hold{Key: "k", ID: 1}, Hold{Key: "k", ID: 2}
	for _, tt := range []struct {
		name  string
		given func(h *handovers, c *clock)
		found bool
	}{
		{"it is given and lost", func(h *handovers, _ *clock) {
			h.begin("r")
			h.add("r", hold)
			h.end("r")
		}, true},
		{"nothing is given", func(h *handovers, _ *clock) {
			h.begin("r")
			h.end("r")
		}, false},
		{"Envoy tells of another request", func(h *handovers, _ *clock) {
			h.begin("another")
			h.add("another", hold)
			h.end("another")
		}, false},
		{"Envoy has it", func(h *handovers, _ *clock) {
			h.begin("r")
			h.add("r", hold)
			h.end("r")
			h.forget("r")
		}, false},
		{"another of the same id is in hand meanwhile", func(h *handovers, _ *clock) {
			h.begin("r")
			h.begin("r")
			h.add("r", hold)
			h.end("r")
			h.end("r")
		}, false},
		{"another of the same id comes after it", func(h *handovers, _ *clock) {
			h.begin("r")
			h.add("r", hold)
			h.end("r")
			h.begin("r")
			h.end("r")
		}, false},
		{"another of the same id came before it and is over", func(h *handovers, _ *clock) {
			h.begin("r")
			h.add("r", other)
			h.end("r")
			h.begin("r")
			h.add("r", hold)
			h.end("r")
		}, true},
		{"it was given before the request that is told of began", func(h *handovers, c *clock) {
			h.begin("r")
			h.add("r", hold)
			h.end("r")
			c.move(2 * time.Second)
		}, false},
		{"it was given long ago", func(h *handovers, c *clock) {
			h.begin("r")
			h.add("r", hold)
			h.end("r")
			c.move(onItsWay + time.Second)
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := startClock()
			h := handovers{now: c.Now}
			began := c.Now().Add(-time.Millisecond)
			tt.given(&h, c)
			if tt.name == "it was given before the request that is told of began" {
				began = c.Now().Add(-time.Second)
			}
			got, ok := h.take("r", began)
			if ok != tt.found || ok && got != hold {
				t.Errorf("found %v, %t", got, ok)
			}
			if got, ok := h.take("r", began); ok {
				t.Errorf("found twice: %v", got)
			}
			if len(h.open) != 0 {
				t.Errorf("%v are in hand", h.open)
			}
		})
	}
}

func TestHoldsThatWereGivenAreRememberedForAWhileOnly(t *testing.T) {
	c := startClock()
	h := handovers{now: c.Now}
	for n := range 1000 {
		id := fmt.Sprint(n)
		h.begin(id)
		h.add(id, Hold{Key: "k"})
		h.end(id)
		c.move(onItsWay / 10)
	}
	if len(h.given) > 12 || len(h.order) > 12 {
		t.Errorf("%d holds are remembered, %d in order", len(h.given), len(h.order))
	}
	h.begin("")
	h.add("", Hold{Key: "k"})
	h.end("")
	if _, ok := h.take("", time.Time{}); ok {
		t.Error("a request without an id is found")
	}
}

func TestWhatALostRequestReservedIsGivenBackAndEveryOtherOneCounts(t *testing.T) {
	c := startClock()
	b := NewBooks(new(failures), c.Now)
	k := &config.Key{Name: "k", TPM: 100, Budget: 100, Period: config.Period{Length: 24 * time.Hour}}
	used := func() [2]int64 {
		v := b.View(t.Context(), k)
		return [2]int64{v.Tokens.Used, v.Budget.Used}
	}
	give := func(id string) Hold {
		b.Begin(id)
		h, code := take(t, b, k, 30)
		if code != "" {
			t.Fatal(code)
		}
		b.Give(id, h)
		b.End(id)
		return h
	}
	give("lost")
	told := give("told")
	if got := used(); got != [2]int64{60, 60} {
		t.Fatalf("%v", got)
	}
	b.Untold("lost", c.Now())
	if got := used(); got != [2]int64{30, 30} {
		t.Errorf("%v after one was lost", got)
	}
	b.Told("told", told, 5, 5*config.MicroDollar)
	if len(b.handed.given) != 0 {
		t.Errorf("%v are remembered", b.handed.given)
	}
	b.Untold("told", c.Now())
	if got := used(); got != [2]int64{5, 5} {
		t.Errorf("%v after the other has ended", got)
	}
}

func BenchmarkHandover(b *testing.B) {
	h := handovers{now: time.Now}
	b.ReportAllocs()
	for b.Loop() {
		h.begin("4f9d1e1c-3bb5-4a3c-9a63-0d2f1c6d0a52")
		h.add("4f9d1e1c-3bb5-4a3c-9a63-0d2f1c6d0a52", Hold{Key: "k"})
		h.end("4f9d1e1c-3bb5-4a3c-9a63-0d2f1c6d0a52")
		h.forget("4f9d1e1c-3bb5-4a3c-9a63-0d2f1c6d0a52")
	}
}
