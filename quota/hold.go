package quota

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"
)

// Hold is what one request has reserved. It travels with the request through Envoy
// and comes back with the access log, so that it is settled by whichever process
// hears of the end.
type Hold struct {
	// Key is the name of the key, "" where nothing was reserved.
	Key string
	// ID is unique among the holds of all processes.
	ID uint64
	// Minute is the one that Tokens were taken from; 0 is none.
	Minute uint32
	Tokens int64
	// Period is when the one began that Cost was taken from, in Unix seconds; 0 is
	// none. Cost is in micro-dollars.
	Period, Cost int64
	// Until is when the reservation is given up, in Unix seconds.
	Until int64
	// Shared says that it was taken in the shared store.
	Shared bool
}

// Empty is whether there is nothing to settle.
func (h Hold) Empty() bool { return h.Key == "" }

// Append writes the hold as text; an empty one is no text.
func (h Hold) Append(to []byte) []byte {
	if h.Empty() {
		return to
	}
	to = append(strconv.AppendUint(to, h.ID, 36), ' ')
	to = append(strconv.AppendUint(to, uint64(h.Minute), 36), ' ')
	to = append(strconv.AppendInt(to, h.Tokens, 36), ' ')
	to = append(strconv.AppendInt(to, h.Period, 36), ' ')
	to = append(strconv.AppendInt(to, h.Cost, 36), ' ')
	to = append(strconv.AppendInt(to, h.Until, 36), ' ')
	if h.Shared {
		to = append(to, "s "...)
	} else {
		to = append(to, "l "...)
	}
	return append(to, h.Key...)
}

// ParseHold reads what Append wrote; ok is false for anything else, and for the
// text of an empty hold.
func ParseHold(s string) (h Hold, ok bool) {
	var n [6]uint64
	for i := range n {
		var field string
		var err error
		if field, s, ok = strings.Cut(s, " "); !ok {
			return Hold{}, false
		}
		bits := 63
		switch i {
		case 0:
			bits = 64
		case 1:
			bits = 32
		}
		if n[i], err = strconv.ParseUint(field, 36, bits); err != nil {
			return Hold{}, false
		}
	}
	where, key, _ := strings.Cut(s, " ")
	if key == "" || where != "s" && where != "l" {
		return Hold{}, false
	}
	return Hold{
		Key: key, ID: n[0], Minute: uint32(n[1]), Tokens: int64(n[2]), Period: int64(n[3]), Cost: int64(n[4]), Until: int64(n[5]), Shared: where == "s",
	}, true
}

// Serials gives holds their ids: the upper half is the process, the lower half
// counts.
type Serials struct {
	process uint64
	last    atomic.Uint32
}

// NewSerials makes the serials of one store of one process.
func NewSerials() *Serials { return &Serials{process: uint64(rand.Uint32()) << 32} }

// Next is an id that no other hold has.
func (s *Serials) Next() uint64 { return s.process | uint64(s.last.Add(1)) }

// Own is whether an id is one of these.
func (s *Serials) Own(id uint64) bool { return id&^(1<<32-1) == s.process }
