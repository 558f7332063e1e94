package routing

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/azproc/azproc/azure"
)

// Observer is told what the metrics should know. It must not wait.
type Observer interface {
	// CooledDown counts a cool-down of a deployment.
	CooledDown(deployment string, fault azure.Fault)
	// StoreFailed counts a decision that the shared store could not take part in.
	StoreFailed(error)
}

// Fleet is what is known at run time of all deployments: what they are used,
// what they have in flight, how fast they answer and which of them are cooling
// down. It outlives every Table, and is safe for concurrent use. Beside the deployments
// of the last two configurations it holds nothing, so it does not grow with
// time.
type Fleet struct {
	now      func() time.Time
	observer Observer
	process  uint32         // tells this process's claims from another's
	draw     func() float64 // the chance in shuffles; tests seed it
	given    handovers

	mu      sync.RWMutex // written at reloads alone
	members map[string]*member
	before  map[string]bool // ids of the configuration before
	store   Store           // nil: nothing is shared
}

// NewFleet makes an empty fleet. now is the clock, nil for the real one.
func NewFleet(o Observer, now func() time.Time) *Fleet {
	if now == nil {
		now = time.Now
	}
	return &Fleet{now: now, observer: o, process: rand.Uint32(), draw: rand.ExpFloat64, members: make(map[string]*member)}
}

// adopt gives the members of a new configuration's deployments and forgets those
// that two configurations no longer had.
func (f *Fleet) adopt(deployments []*Deployment, policy func(*Deployment) cooldownPolicy, store Store) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.store = store
	now := make(map[string]bool, len(deployments))
	for _, d := range deployments {
		m := f.members[d.Cluster]
		if m == nil {
			m = &member{id: d.Cluster}
			f.members[d.Cluster] = m
		}
		m.setting.Store(&setting{name: d.Name, group: d.Group, cooldown: policy(d)})
		d.member = m
		now[d.Cluster] = true
	}
	for id := range f.members {
		if !now[id] && !f.before[id] {
			delete(f.members, id)
		}
	}
	f.before = now
}

func (f *Fleet) find(id string) (*member, Store) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.members[id], f.store
}

// Outcome is how one try at a deployment ended.
type Outcome struct {
	// ID is the deployment's, its cluster's name in Envoy.
	ID string
	// Status is the HTTP status of its answer; 0 when there was none.
	Status int
	// Fault says what that means for the deployment.
	Fault azure.Fault
	// Wait is what it asked to be left alone for; 0 is nothing.
	Wait time.Duration
	// Why is for people: Azure's code and text, or what became of the
	// connection.
	Why string
	// Began is when the request came, and FirstByte how long after that the
	// answer began; 0 is unknown.
	Began     time.Time
	FirstByte time.Duration
}

// Report tells how a try ended. The deployment then cools down, or does not, and
// other replicas hear of it.
func (f *Fleet) Report(o Outcome) {
	m, store := f.find(o.ID)
	if m == nil {
		return
	}
	now := f.now()
	if o.Fault <= azure.FaultClient {
		m.served.Add(1)
		if o.Fault == azure.FaultNone && o.FirstByte > 0 { // a request is refused faster than it is served
			m.latency.add(o.FirstByte, now)
		}
		if m.cooldown.serve(o.Began) && store != nil {
			store.CoolDown(Cooldown{ID: o.ID}) // the others need not wait either
		}
		return
	}
	m.failed.Add(1)
	m.remember(Failure{At: now.UTC(), Status: o.Status, Fault: o.Fault.String(), Why: o.Why})
	set := m.setting.Load()
	until := m.cooldown.fail(set.cooldown, o.Fault, o.Wait, o.Why, now)
	if until.IsZero() {
		return
	}
	f.observer.CooledDown(set.name, o.Fault)
	if store != nil {
		store.CoolDown(Cooldown{ID: o.ID, Fault: o.Fault, Until: until, Why: o.Why})
	}
}

// Prolong makes a cool-down longer, or begins it, when more is learnt of an outcome
// that was reported before.
func (f *Fleet) Prolong(id string, fault azure.Fault, wait time.Duration, why string) {
	m, store := f.find(id)
	if m == nil || wait == 0 || m.setting.Load().cooldown.disabled {
		return
	}
	r := Cooldown{ID: id, Fault: fault, Until: f.now().Add(wait), Why: why}
	if m.cooldown.told(r.Fault, r.Until, r.Why, f.now()) && store != nil {
		store.CoolDown(r)
	}
}

// Explain says in other words why the latest try at a deployment failed, when more is
// learnt of it than was reported: for people alone.
func (f *Fleet) Explain(id string, fault azure.Fault, status int, why string) {
	if m, _ := f.find(id); m != nil {
		m.explain(status, why)
		m.cooldown.explain(fault, why, f.now())
	}
}

// Pardon takes back what a request that began at a time has had reported of 404s:
// its answer, which was not known yet, says that the request itself was wrong, and so
// it was at every deployment that it came to. One that another request has cooled
// meanwhile is looked at once more.
func (f *Fleet) Pardon(began time.Time) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for id, m := range f.members {
		if m.missing(began) && m.cooldown.pardon(began) && f.store != nil {
			f.store.CoolDown(Cooldown{ID: id})
		}
	}
}

// Told takes over what another replica has said of a deployment; without Until
// it serves again.
func (f *Fleet) Told(r Cooldown) {
	m, _ := f.find(r.ID)
	switch {
	case m == nil || m.setting.Load().cooldown.disabled:
	case r.Until.IsZero():
		m.cooldown.serve(f.now())
	default:
		m.cooldown.told(r.Fault, r.Until, r.Why, f.now())
	}
}

// Lost is the claim that a request was given in place of the one that Envoy tells
// of, none or another, when Envoy never got it. Whoever asks has to end it: the
// one before it has been.
func (f *Fleet) Lost(request string, told Claim) (Claim, bool) { return f.given.take(request, told) }

// End settles a claim: the try is over. tokens is what it really used, negative
// when nobody knows: then what was reserved stays counted. A claim must be
// ended once.
func (f *Fleet) End(c Claim, tokens int64) {
	m, store := f.find(c.ID)
	if m == nil {
		return
	}
	if c.Shared && store != nil && tokens >= 0 {
		store.Settle(m.setting.Load().group, c.ID, c.Minute, tokens-c.Tokens)
	}
	if c.Process != f.process {
		return
	}
	m.inFlight.end(c.Minute)
	if tokens >= 0 {
		m.tokens.adjust(c.Minute, tokens-c.Tokens)
	}
}
