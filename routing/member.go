package routing

import (
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// member is what is known at run time of one deployment: it outlives reloads as
// long as the deployment stays in the configuration.
type member struct {
	id      string
	setting atomic.Pointer[setting]

	requests, tokens window // of the running minute
	inFlight         gauge
	latency          average
	cooldown         cooldown
	served, failed   atomic.Int64

	mu   sync.Mutex
	last []Failure // the latest first
}

// setting is what the configuration that serves says of a member.
type setting struct {
	name     string
	group    string
	cooldown cooldownPolicy
}

// keptFailures is how many failures a deployment remembers.
const keptFailures = 5

// Failure is one try at a deployment that failed.
type Failure struct {
	At time.Time
	// Status is Azure's HTTP status; 0 when there was no answer.
	Status int
	// Fault is what kind of failure it was: throttled, server or config.
	Fault string
	// Why is Azure's error code and text, or what became of the connection.
	Why string
}

func (m *member) remember(f Failure) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last = append([]Failure{f}, m.last[:min(len(m.last), keptFailures-1)]...)
}

func (m *member) failures() []Failure {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Failure{}, m.last...)
}

// explain gives the latest failure other words, when it had that status.
func (m *member) explain(status int, why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.last) > 0 && m.last[0].Status == status {
		m.last[0].Why = why
	}
}

// missing is whether the latest failure is a 404, of that time or later.
func (m *member) missing(began time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.last) > 0 && m.last[0].Status == http.StatusNotFound && !m.last[0].At.Before(began)
}

// take reserves room in this process's windows. It gives the minute whose tokens
// are to be settled.
func (m *member) take(minute uint32, tokens, rpm, tpm int64) (uint32, bool) {
	minute, ok := m.requests.take(minute, 1, rpm)
	if !ok {
		return minute, false
	}
	in, ok := m.tokens.take(minute, reserved(tokens, tpm), tpm)
	if !ok {
		m.requests.adjust(minute, -1)
	}
	return in, ok
}

// hasRoom is whether take would succeed now.
func (m *member) hasRoom(minute uint32, tokens, rpm, tpm int64) bool {
	return (rpm == 0 || m.requests.at(minute) < rpm) && (tpm == 0 || m.tokens.at(minute)+reserved(tokens, tpm) <= tpm)
}

// reserved is what a request reserves of a limit. One that is estimated to need
// more than a whole minute's limit reserves the whole minute: it could never be
// served otherwise.
func reserved(tokens, tpm int64) int64 {
	if tpm > 0 {
		return min(tokens, tpm)
	}
	return tokens
}

// average is the time to the first byte: an exponentially weighted moving
// average, whose weight fades with time, so that a deployment which once was
// slow is tried again.
type average struct {
	value atomic.Uint64 // seconds, as float64 bits
	at    atomic.Int64  // Unix seconds of the last measurement
}

const (
	// averageWeight is the weight of each new measurement.
	averageWeight = 0.2
	// averageHalfLife is how long an average counts in full, and after how long
	// from then it counts half, in seconds.
	averageHalfLife = 60
)

func (a *average) add(d time.Duration, now time.Time) {
	for {
		old := a.value.Load()
		next := d.Seconds()
		if old != 0 {
			keep := (1 - averageWeight) * a.left(now.Unix())
			next = (1-keep)*next + keep*math.Float64frombits(old)
		}
		if a.value.CompareAndSwap(old, math.Float64bits(max(next, 1e-9))) {
			a.at.Store(now.Unix())
			return
		}
	}
}

// seconds is the average; 0 was never measured.
func (a *average) seconds() float64 { return math.Float64frombits(a.value.Load()) }

// left is what share of its weight the average still has.
func (a *average) left(unix int64) float64 {
	if age := unix - a.at.Load(); age > averageHalfLife {
		return math.Exp2(-float64(age-averageHalfLife) / averageHalfLife)
	}
	return 1
}
