package routing

import (
	"sync/atomic"
	"time"
)

// window counts one thing within one minute of the clock, and begins at zero
// with the next: 28 bits of the minute's number and 36 of the count, in one
// word, so that checking and adding are one step and nobody waits.
type window struct{ word atomic.Uint64 }

const (
	countBits = 36
	countMask = 1<<countBits - 1
	// maxCount is the largest count that a window holds: far
	// above any limit of Azure's.
	maxCount = countMask
)

// minuteOf numbers the minutes since 1970. Windows are aligned to them: a limit
// of N lets N through between two full minutes of the clock (UTC).
func minuteOf(t time.Time) uint32 { return uint32(t.Unix() / 60) }

// untilNext is how long the running minute still lasts.
func untilNext(t time.Time) time.Duration {
	return t.Truncate(time.Minute).Add(time.Minute).Sub(t)
}

func pack(minute uint32, count int64) uint64 {
	return uint64(minute)<<countBits | uint64(min(max(count, 0), maxCount))
}

// at is the count of a minute.
func (w *window) at(minute uint32) int64 {
	word := w.word.Load()
	if uint32(word>>countBits) != minute {
		return 0
	}
	return int64(word & countMask)
}

// take adds n to a minute's count, unless that would exceed the limit; 0 is no
// limit. It gives the minute that was counted: when the next has begun since the
// caller looked at the clock, the next, for that is when the request goes out. A
// window that is further ahead is of a clock that was set back, and begins anew.
func (w *window) take(minute uint32, n, limit int64) (in uint32, ok bool) {
	for {
		word := w.word.Load()
		var count int64
		in = minute
		if have := uint32(word >> countBits); have == minute || have == minute+1 {
			in, count = have, int64(word&countMask)
		}
		if limit > 0 && count+n > limit {
			return in, false
		}
		if w.word.CompareAndSwap(word, pack(in, count+n)) {
			return in, true
		}
	}
}

// adjust changes a minute's count by n, if it is still the one that counts.
func (w *window) adjust(minute uint32, n int64) {
	for n != 0 {
		word := w.word.Load()
		if uint32(word>>countBits) != minute {
			return
		}
		if w.word.CompareAndSwap(word, pack(minute, int64(word&countMask)+n)) {
			return
		}
	}
}

// set makes a minute's count what the shared store says that it is.
func (w *window) set(minute uint32, count int64) {
	for {
		word := w.word.Load()
		if have := uint32(word >> countBits); have > minute {
			return
		}
		if w.word.CompareAndSwap(word, pack(minute, count)) {
			return
		}
	}
}

// gauge counts what has begun and not ended. It remembers by the minute in which
// things began and forgets what began more than a quarter of an hour ago, so
// that an end which is never told does not stay in it for ever.
type gauge struct{ began [16]window }

func (g *gauge) begin(minute uint32) { g.began[minute%16].take(minute, 1, 0) }
func (g *gauge) end(minute uint32)   { g.began[minute%16].adjust(minute, -1) }

// at is how many are in hand. What began by a store's clock that is ahead counts
// too.
func (g *gauge) at(minute uint32) int64 {
	var n int64
	for i := range g.began {
		if word := g.began[i].word.Load(); uint32(word>>countBits)+uint32(len(g.began)) > minute {
			n += int64(word & countMask)
		}
	}
	return n
}
