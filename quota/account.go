package quota

import (
	"sync"
	"time"

	"github.com/azproc/azproc/config"
)

// account is what one key has used.
type account struct {
	mu sync.Mutex

	minute           uint32
	requests, tokens int64

	period, ends int64 // when it began, and when the next one does
	spent        int64 // settled, in whole micro-dollars
	fraction     int64 // what is settled beyond those, in pico-dollars: less than one
	held         int64 // reserved and not settled, in micro-dollars

	holds map[uint64]held
	order []uint64 // ids as they were reserved: those that are given up first stand first
}

// held is the money of one request.
type held struct{ period, cost, until int64 }

// bring begins the minute and the period of a view anew where they are other ones
// than those that are counted, and puts into the view what is used. A minute or a
// period that is ahead of the view's, by no more than one, stays: the clock was set
// back a little, or the key's period has become a longer one.
func (a *account) bring(v *View, now time.Time) {
	if v.Requests.Limit > 0 || v.Tokens.Limit > 0 {
		if a.minute != v.Minute && a.minute != v.Minute+1 {
			a.minute, a.requests, a.tokens = v.Minute, 0, 0
		}
		v.Minute = a.minute
	}
	if v.Budget.Limit > 0 {
		end := now.Add(v.Budget.Reset).Unix()
		if a.period < v.Period || a.period > end {
			a.begin(v.Period)
		}
		a.ends = max(end, a.period+1)
		v.Period = a.period
		a.giveUp(now.Unix())
	}
	a.show(v)
}

// begin begins a period of which nothing is used. When it ends, bring will know.
func (a *account) begin(period int64) {
	a.period, a.ends, a.spent, a.fraction, a.held = period, period+1, 0, 0, 0
}

// show puts into a view what is used of the limits that it has.
func (a *account) show(v *View) {
	if v.Requests.Limit > 0 {
		v.Requests.Used = a.requests
	}
	if v.Tokens.Limit > 0 {
		v.Tokens.Used = a.tokens
	}
	if v.Budget.Limit > 0 {
		v.SetMoney(a.spent, a.fraction, a.held)
	}
}

// giveUp gives back what has been held for too long, and forgets the order of
// what is settled.
func (a *account) giveUp(now int64) {
	for len(a.order) > 0 {
		h, there := a.holds[a.order[0]]
		if there && h.until > now {
			break
		}
		if there {
			a.drop(a.order[0], h)
		}
		a.order = a.order[1:]
	}
	if len(a.order) > 2*len(a.holds)+64 { // behind one that lasts
		kept := a.order[:0]
		for _, id := range a.order {
			if _, there := a.holds[id]; there {
				kept = append(kept, id)
			}
		}
		a.order = kept
	}
}

func (a *account) drop(id uint64, h held) {
	delete(a.holds, id)
	if h.period == a.period {
		a.held -= h.cost
	}
}

// take reserves what is asked for, in the minute and the period of a view.
func (a *account) take(ask *Ask, v *View, id uint64, until int64) Hold {
	h := Hold{Key: ask.Key.Name, ID: id, Until: until}
	if v.Requests.Limit > 0 || v.Tokens.Limit > 0 {
		h.Minute, h.Tokens = a.minute, max(ask.Tokens, 0)
		a.requests += max(ask.Requests, 0)
		a.tokens += h.Tokens
	}
	if v.Budget.Limit > 0 {
		h.Period, h.Cost = a.period, max(ask.Cost, 0)
		a.held += h.Cost
		a.holds[id] = held{a.period, h.Cost, until}
		a.order = append(a.order, id)
	}
	return h
}

// settle puts what was used in the place of what was held; cost is in pico-dollars. own says that the hold
// is of this process: money of it that is not held any more has then been settled
// already, unless it was given up.
func (a *account) settle(h Hold, tokens, cost, now int64, own bool) {
	was, there := a.holds[h.ID]
	if there {
		a.drop(h.ID, was)
	}
	if own && h.Period != 0 && !there && now < h.Until {
		return
	}
	if h.Minute > a.minute { // nobody has asked here yet in this minute
		a.minute, a.requests, a.tokens = h.Minute, 0, 0
	}
	if h.Period >= a.ends && h.Period != 0 {
		a.begin(h.Period)
	}
	if h.Minute == a.minute && h.Minute != 0 {
		if own {
			tokens -= h.Tokens
		}
		a.tokens = max(0, a.tokens+tokens)
	}
	if h.Period == a.period && h.Period != 0 {
		a.fraction += cost % config.MicroDollar
		a.spent += cost/config.MicroDollar + a.fraction/config.MicroDollar
		a.fraction %= config.MicroDollar
	}
}

// learn takes over what another store counts.
func (a *account) learn(v *View) {
	if v.Requests.Limit > 0 || v.Tokens.Limit > 0 {
		a.minute, a.requests, a.tokens = v.Minute, v.Requests.Used, v.Tokens.Used
	}
	if v.Budget.Limit > 0 {
		if a.period != v.Period {
			a.begin(v.Period)
		}
		a.spent, a.fraction = v.Budget.Used, v.Fraction
		if v.Fraction > 0 { // Used counts it as a whole one
			a.spent--
		}
	}
}
