package routing

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/azproc/azproc/azure"
)

// The lengths of cool-downs.
const (
	// maxCooldown is the longest cool-down that azproc chooses by itself.
	// What Azure asks for may be longer (azure.MaxWait).
	maxCooldown = 5 * time.Minute
	// configCooldown is the first one of a deployment that is configured wrongly:
	// it needs a person, and is looked at again from time to time.
	configCooldown = 30 * time.Second
)

// cooldownPolicy is what the configuration says of cool-downs.
type cooldownPolicy struct {
	disabled bool
	// allowed is how many failures in a row are no reason yet.
	allowed int
	// first is the length of the first; each one after it is twice as long.
	first time.Duration
}

// cooldown is the cool-down of one deployment. Whether it lasts is read without
// waiting; failures and their ends are rare and take turns.
//
//	429             as long as Azure says, else first, doubling
//	5xx, 408, …     after more than allowed failures in a row: first, doubling to 5 min
//	401, 403, 404   30 s, doubling to 5 min
//
// Of two deadlines the longer wins. An answer to a request that began after the
// cool-down did ends it: the deployment was tried all the same, and serves. The
// doubling ends with it too, and not with the end of a stream that began before.
type cooldown struct {
	until atomic.Int64  // Unix milliseconds; 0 is none
	noted atomic.Bool   // there is something that an answer would end
	fault atomic.Uint32 // of the running cool-down

	mu       sync.Mutex
	since    time.Time
	why      string
	failures int // in a row, of the server's kind
	count    int // of cool-downs in a row
}

// at says whether the deployment is cooling down, why and until when.
func (c *cooldown) at(now time.Time) (azure.Fault, time.Time, bool) {
	until := c.until.Load()
	if until <= now.UnixMilli() {
		return azure.FaultNone, time.Time{}, false
	}
	return azure.Fault(c.fault.Load()), time.UnixMilli(until), true
}

// fail counts a failure. wait is what Azure asked for; 0 is nothing. It gives
// the end of the cool-down that begins with it, or is lengthened; zero when none.
func (c *cooldown) fail(p cooldownPolicy, fault azure.Fault, wait time.Duration, why string, now time.Time) time.Time {
	if p.disabled || fault <= azure.FaultClient {
		return time.Time{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noted.Store(true)
	_, _, cooling := c.at(now)
	pause := wait
	switch fault {
	case azure.FaultThrottled:
		if pause == 0 {
			pause = c.doubled(p.first)
		}
	case azure.FaultServer:
		c.failures++
		if c.failures <= p.allowed {
			return time.Time{}
		}
		pause = max(c.doubled(p.first), wait)
	case azure.FaultConfig:
		pause = c.doubled(configCooldown)
	}
	if cooling && fault == azure.Fault(c.fault.Load()) && wait == 0 {
		return time.Time{} // one of several that were on their way when it began
	}
	if !cooling {
		c.count++
		c.since = now
	}
	return c.extend(fault, now.Add(pause), why)
}

// doubled is the length of the next cool-down.
func (c *cooldown) doubled(first time.Duration) time.Duration {
	return min(first<<min(c.count, 16), maxCooldown)
}

// extend makes the cool-down last until at least a time. c.mu is held.
func (c *cooldown) extend(fault azure.Fault, until time.Time, why string) time.Time {
	if until.UnixMilli() <= c.until.Load() {
		return time.Time{}
	}
	c.fault.Store(uint32(fault))
	c.until.Store(until.UnixMilli())
	c.why = why
	return until
}

// told takes over a cool-down that someone else has begun. It says whether that is
// longer than what was known.
func (c *cooldown) told(fault azure.Fault, until time.Time, why string, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noted.Store(true)
	if _, _, cooling := c.at(now); !cooling {
		c.since = now
	}
	return !c.extend(fault, until, why).IsZero()
}

// serve ends the row of failures, and the cool-down too when the request began
// after it. It is called for every answer, so it looks before it waits.
func (c *cooldown) serve(began time.Time) (ended bool) {
	if !c.noted.Load() {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures = 0
	if began.After(c.since) {
		ended = c.until.Load() > 0
		c.count = 0
		c.until.Store(0)
	}
	c.noted.Store(c.until.Load() > 0 || c.count > 0)
	return ended
}

// pardon ends a cool-down for a wrong configuration that began with a request of that
// time or later: the request was at fault.
func (c *cooldown) pardon(began time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.until.Load() == 0 || azure.Fault(c.fault.Load()) != azure.FaultConfig || c.since.Before(began) {
		return false
	}
	c.until.Store(0)
	c.count = 0
	c.noted.Store(c.failures > 0)
	return true
}

// explain gives a running cool-down other words.
func (c *cooldown) explain(fault azure.Fault, why string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f, _, cooling := c.at(now); cooling && f == fault {
		c.why = why
	}
}

// reason is why the deployment is cooling down, for people.
func (c *cooldown) reason() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.why
}
