package routing

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/azproc/azproc/azure"
)

// The lengths of rests.
const (
	// maxRest is the longest rest that azproc chooses by itself. What Azure asks
	// for may be longer (azure.MaxWait).
	maxRest = 5 * time.Minute
	// configRest is the first rest of a deployment that is configured wrongly:
	// it needs a person, and is looked at again from time to time.
	configRest = 30 * time.Second
)

// restPolicy is what the configuration says of cool-downs.
type restPolicy struct {
	disabled bool
	// allowed is how many failures in a row are no reason yet.
	allowed int
	// first is the first rest; each one after it is twice as long.
	first time.Duration
}

// rest is the cool-down of one deployment. Whether it lasts is read without
// waiting; failures and their ends are rare and take turns.
//
//	429             as long as Azure says, else first, doubling
//	5xx, 408, …     after more than allowed failures in a row: first, doubling to 5 min
//	401, 403, 404   30 s, doubling to 5 min
//
// Of two deadlines the longer wins. An answer to a request that began after the
// rest did ends it: the deployment was tried all the same, and serves.
type rest struct {
	until atomic.Int64  // Unix milliseconds; 0 is none
	noted atomic.Bool   // there is something that an answer would end
	fault atomic.Uint32 // of the running rest

	mu       sync.Mutex
	since    time.Time
	why      string
	failures int // in a row, of the server's kind
	rests    int // in a row
}

// at says whether the deployment rests, why and until when.
func (r *rest) at(now time.Time) (azure.Fault, time.Time, bool) {
	until := r.until.Load()
	if until <= now.UnixMilli() {
		return azure.FaultNone, time.Time{}, false
	}
	return azure.Fault(r.fault.Load()), time.UnixMilli(until), true
}

// fail counts a failure. wait is what Azure asked for; 0 is nothing. It gives
// the end of the rest that begins with it, or is lengthened; zero when none.
func (r *rest) fail(p restPolicy, fault azure.Fault, wait time.Duration, why string, now time.Time) time.Time {
	if p.disabled || fault <= azure.FaultClient {
		return time.Time{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noted.Store(true)
	_, _, resting := r.at(now)
	pause := wait
	switch fault {
	case azure.FaultThrottled:
		if pause == 0 {
			pause = r.doubled(p.first)
		}
	case azure.FaultServer:
		r.failures++
		if r.failures <= p.allowed {
			return time.Time{}
		}
		pause = max(r.doubled(p.first), wait)
	case azure.FaultConfig:
		pause = r.doubled(configRest)
	}
	if resting && fault == azure.Fault(r.fault.Load()) && wait == 0 {
		return time.Time{} // one of several that were on their way when it began
	}
	if !resting {
		r.rests++
		r.since = now
	}
	return r.extend(fault, now.Add(pause), why)
}

// doubled is the length of the next rest.
func (r *rest) doubled(first time.Duration) time.Duration {
	return min(first<<min(r.rests, 16), maxRest)
}

// extend makes the rest last until at least a time. r.mu is held.
func (r *rest) extend(fault azure.Fault, until time.Time, why string) time.Time {
	if until.UnixMilli() <= r.until.Load() {
		return time.Time{}
	}
	r.fault.Store(uint32(fault))
	r.until.Store(until.UnixMilli())
	r.why = why
	return until
}

// told takes over a rest that another replica has begun.
func (r *rest) told(fault azure.Fault, until time.Time, why string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noted.Store(true)
	if _, _, resting := r.at(now); !resting {
		r.since = now
	}
	r.extend(fault, until, why)
}

// serve ends the row of failures, and the rest too when the request began after
// it. It is called for every answer, so it looks before it waits.
func (r *rest) serve(began time.Time) (ended bool) {
	if !r.noted.Load() {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures, r.rests = 0, 0
	if r.until.Load() > 0 && began.After(r.since) {
		ended = true
		r.until.Store(0)
	}
	r.noted.Store(r.until.Load() > 0)
	return ended
}

// reason is why the deployment rests, for people.
func (r *rest) reason() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.why
}
