package quota

import (
	"context"
	"time"

	"github.com/azproc/azproc/config"
)

// Kept is how long a reservation of money is kept that is never settled, as when a
// process is killed: longer than any request lasts. After it the money may be
// reserved again. A request that is settled later still counts in full.
const Kept = 2 * time.Hour

// Store is where what keys use is counted. It is safe for concurrent use.
type Store interface {
	// Reserve takes what is asked for, or nothing where one of the limits has less
	// left; it is one step for all who use the store. An error means that the store
	// could not say within the few milliseconds that a request waits.
	Reserve(ctx context.Context, ask *Ask) (Grant, error)
	// Settle puts what a request has used in the place of what was reserved; cost is
	// in pico-dollars, and no part of one micro-dollar is lost. It does not wait. A
	// hold of another store is used as if nothing had been reserved for it here.
	// Money of a hold that is settled again counts once.
	Settle(h Hold, tokens, cost int64)
}

// Ask is a request's.
type Ask struct {
	// Key says the limits. What has none is not counted.
	Key *config.Key
	// Requests is 1, or 0 for what is no request of its own. With zero Tokens and
	// Cost too nothing is taken, and never refused: it is a look.
	Requests int64
	// Tokens and Cost, in micro-dollars, are what it may need at most.
	Tokens, Cost int64
}

// Grant is the answer to an Ask.
type Grant struct {
	// Refused is the limit of which too little is left; nothing was taken then.
	Refused Limit
	// Hold is what was taken.
	Hold Hold
	// View is the key after it.
	View View
}

// Limit is one of a key's limits.
type Limit uint8

// The limits.
const (
	None Limit = iota
	Requests
	Tokens
	Budget
)

// String is the limit's name.
func (l Limit) String() string { return [...]string{"none", "requests", "tokens", "budget"}[l] }

// View is what a key is used and may use, at one moment. A limit that the key does
// not have is zero in every part.
type View struct {
	// Requests and Tokens are of the minute, Budget of the period, in
	// micro-dollars.
	Requests, Tokens, Budget Gauge
	// Held is the part of Budget.Used that is reserved and not settled yet.
	Held int64
	// Fraction is what is settled beyond whole micro-dollars, in pico-dollars:
	// Budget.Used counts it as one of those, so that nobody gets what is not there.
	Fraction int64
	// Minute numbers the minute since 1970, and Period is when the period has
	// begun, in Unix seconds; by the store's clock.
	Minute uint32
	Period int64
}

// Gauge is one limit.
type Gauge struct {
	Limit, Used int64
	// Reset is how long it lasts until nothing is used of it.
	Reset time.Duration
}

// SetMoney puts into a view what is used of its budget: whole micro-dollars that are
// settled, pico-dollars beyond those, and micro-dollars that are reserved.
func (v *View) SetMoney(settled, fraction, held int64) {
	v.Budget.Used, v.Fraction, v.Held = settled+held, fraction, held
	if fraction > 0 {
		v.Budget.Used++
	}
}

// Remaining is what is left of the limit.
func (g Gauge) Remaining() int64 { return max(0, g.Limit-g.Used) }

// Shape gives the view of a key at a moment, with nothing used: the limits that it
// has, and when they are reset.
func Shape(k *config.Key, now time.Time) View {
	var v View
	v.Minute = uint32(now.Unix() / 60)
	left := now.Truncate(time.Minute).Add(time.Minute).Sub(now)
	if k.RPM > 0 {
		v.Requests = Gauge{Limit: k.RPM, Reset: left}
	}
	if k.TPM > 0 {
		v.Tokens = Gauge{Limit: k.TPM, Reset: left}
	}
	if k.Budget > 0 {
		start, end := k.Period.Window(now)
		v.Period = start
		v.Budget = Gauge{Limit: k.Budget, Reset: time.Unix(end, 0).Sub(now)}
	}
	return v
}

// Judge is the limit that has too little left for an ask, None where all have
// enough. Of several it is the one that lasts longest.
func (v *View) Judge(ask *Ask) Limit {
	switch {
	case ask.empty():
		return None
	case v.Budget.Limit > 0 && v.Budget.Used+ask.Cost > v.Budget.Limit:
		return Budget
	case v.Tokens.Limit > 0 && v.Tokens.Used+ask.Tokens > v.Tokens.Limit:
		return Tokens
	case v.Requests.Limit > 0 && v.Requests.Used+ask.Requests > v.Requests.Limit:
		return Requests
	}
	return None
}

func (a *Ask) empty() bool { return a.Requests == 0 && a.Tokens == 0 && a.Cost == 0 }
