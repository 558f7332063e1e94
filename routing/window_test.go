package routing

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestAWindowLetsExactlyItsLimitThrough(t *testing.T) {
	var w window
	var through atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				if _, ok := w.take(7, 1, 1234); ok {
					through.Add(1)
				}
			}
		})
	}
	all.Wait()
	if through.Load() != 1234 || w.at(7) != 1234 {
		t.Errorf("%d went through, %d counted", through.Load(), w.at(7))
	}
}

func TestAWindowBeginsAnewWithTheMinute(t *testing.T) {
	var w window
	for i, tt := range []struct {
		minute uint32
		n      int64
		in     uint32
		ok     bool
	}{
		{7, 5, 7, true},
		{7, 1, 7, false},
		{8, 4, 8, true},
		{7, 1, 8, true},  // looked at the clock just before the minute ended
		{7, 1, 8, false}, // and is held to the limit of the new one
		{3, 5, 3, true},  // a clock that was set back
		{3, 1, 3, false},
	} {
		if in, ok := w.take(tt.minute, tt.n, 5); in != tt.in || ok != tt.ok {
			t.Fatalf("step %d: minute %d, %t; want %d, %t", i, in, ok, tt.in, tt.ok)
		}
	}
}

func TestNoMinuteExceedsItsLimitWhenManyComeAtItsEdge(t *testing.T) {
	const limit = 50
	for range 200 {
		var w window
		var through [2]atomic.Int64
		var all sync.WaitGroup
		for i := range uint32(8) {
			all.Go(func() {
				for range limit {
					if in, ok := w.take(7+i%2, 1, limit); ok { // half of them looked before the edge
						through[in-7].Add(1)
					}
				}
			})
		}
		all.Wait()
		if before, after := through[0].Load(), through[1].Load(); before > limit || after != limit {
			t.Fatalf("%d and %d went through", before, after)
		}
	}
}

func TestAWindowIsAdjustedWithinItsMinuteAlone(t *testing.T) {
	var w window
	w.take(7, 100, 0)
	w.adjust(7, -40)
	if got := w.at(7); got != 60 {
		t.Errorf("%d", got)
	}
	w.adjust(7, -100)
	if got := w.at(7); got != 0 {
		t.Errorf("below zero: %d", got)
	}
	w.take(8, 3, 0)
	w.adjust(7, 50)
	if got := w.at(8); got != 3 {
		t.Errorf("a settlement of the minute before changed this one to %d", got)
	}
	w.set(8, 11)
	w.set(7, 99)
	if got := w.at(8); got != 11 {
		t.Errorf("set to %d", got)
	}
}

func TestMinutesAreThoseOfTheClock(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 34, 59, 999e6, time.UTC)
	if minuteOf(at) == minuteOf(at.Add(time.Millisecond)) || minuteOf(at) != minuteOf(at.Add(-59*time.Second)) {
		t.Error("a minute does not begin with the clock's")
	}
	if got := untilNext(at); got != time.Millisecond {
		t.Errorf("the minute still lasts %v", got)
	}
}

func TestAGaugeForgetsWhatNeverEnded(t *testing.T) {
	var g gauge
	g.begin(100)
	g.begin(100)
	g.begin(101)
	if got := g.at(101); got != 3 {
		t.Errorf("%d in hand, want 3", got)
	}
	g.end(100)
	if got := g.at(110); got != 2 {
		t.Errorf("%d in hand, want 2", got)
	}
	if got := g.at(116); got != 1 {
		t.Errorf("%d in hand after 16 minutes, want the one that began later", got)
	}
	if got := g.at(200); got != 0 {
		t.Errorf("%d in hand for ever", got)
	}
	g.begin(201) // by a clock that is ahead
	if got := g.at(200); got != 1 {
		t.Errorf("%d in hand of the minute to come, want 1", got)
	}
	g.end(201)
	g.end(100) // of a minute that is long gone
	g.begin(200)
	if got := g.at(200); got != 1 {
		t.Errorf("%d in hand", got)
	}
}
