package routing

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
)

// How long news takes in Envoy: an attempt that failed is told after attemptTold,
// a request that ended after endTold (the flush intervals of its access logs), and
// the next deployment is asked after backOff.
const (
	attemptTold = 50 * time.Millisecond
	endTold     = 100 * time.Millisecond
	backOff     = 5 * time.Millisecond

	forever = time.Duration(math.MaxInt64)
)

// simulation runs the workload against one strategy, event by event, on a clock that
// moves from one to the next. It calls routing where extproc does and reports
// what the ledger of cmd/azproc reports.
type simulation struct {
	*world
	file    string
	backend backend
	books   []*book // by Deployment.Index
	events  events
	order   int

	now       time.Duration // since the beginning
	endOfWork time.Duration
	result
}

// event is something that happens at a time, counted from the beginning. Of two
// at one time the one that was planned first happens first.
type event struct {
	at    time.Duration
	order int
	do    func()
}

type events []*event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(*event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	(*e)[len(*e)-1] = nil
	*e = (*e)[:len(*e)-1]
	return last
}

// simulate measures a strategy.
func simulate(t *testing.T, strategy string, jobs []job) *result {
	t.Helper()
	s := &simulation{
		file: simulationFile(strategy),
		//nolint:gosec // a simulation
		backend: backend{rand: rand.New(rand.NewPCG(5, 2026)), window: make(map[string]*[2]int64)},
		result:  result{strategy: strategy, broken: make(map[promise][]string), first: make(map[string]int)},
	}
	s.world = newWorld(t, s.file)
	s.fleet.draw = rand.New(rand.NewPCG(6, 2026)).ExpFloat64 //nolint:gosec // a simulation
	for i := range sites {
		s.books = append(s.books, &book{site: &sites[i]})
	}
	reloaded := 0
	for i := range jobs {
		j := &jobs[i]
		s.until(j.at)
		if now := int(j.at / (7 * time.Minute)); now > reloaded { // counters outlive it
			reloaded = now
			s.reload(s.file)
		}
		s.arrive(j)
	}
	s.endOfWork = s.now
	s.until(forever)
	s.finish()
	return &s.result
}

// until lets everything happen that is due before a time.
func (s *simulation) until(at time.Duration) {
	for len(s.events) > 0 && s.events[0].at <= at {
		e, _ := heap.Pop(&s.events).(*event)
		s.move(e.at)
		e.do()
	}
	if at < forever {
		s.move(at)
	}
}

func (s *simulation) move(to time.Duration) {
	s.clock.add(to - s.now)
	s.now = to
}

func (s *simulation) minute() uint32 { return minuteOf(start) + uint32(s.now/time.Minute) }

func (s *simulation) after(d time.Duration, do func()) {
	s.order++
	heap.Push(&s.events, &event{s.now + d, s.order, do})
}

// breaks notes that a promise was broken; the first times are enough.
func (s *simulation) breaks(p promise, format string, args ...any) {
	if len(s.broken[p]) < 5 {
		s.broken[p] = append(s.broken[p], fmt.Sprintf("%v: ", s.now)+fmt.Sprintf(format, args...))
	}
}

// trip is a request on its way through its plan.
type trip struct {
	*job
	next     []*Deployment
	asked    uint // a bit for each Deployment.Index
	room     uint // had room when the plan was made
	attempts int
}

// arrive is a request that comes in.
func (s *simulation) arrive(j *job) {
	minute := s.minute()
	room := s.withRoom(minute, j.estimate)
	p, err := s.Plan(s.t.Context(), &Request{Model: "m", Op: azure.OpChat, Tokens: j.estimate, Size: 4 * j.prompt})
	if err != nil {
		s.refused++
		if err.Status != 429 {
			s.breaks(promiseRoom, "refused with %v", err)
		}
		if len(room) > 0 {
			s.breaks(promiseRoom, "refused although %s had room", s.books[room[0]].name)
		}
		return
	}
	s.picked(&p, room, minute, j)
	t := &trip{job: j, next: p.Next, asked: 1 << p.Deployment.Index}
	for _, i := range room {
		t.room |= 1 << i
	}
	s.attempt(t, p.Deployment, p.Claim)
}

// withRoom are the deployments that a request may go to now, by their indexes.
func (s *simulation) withRoom(minute uint32, tokens int64) (room []int) {
	now := s.clock.Now()
	for i, b := range s.books {
		if _, _, cooling := s.Deployments[i].member.cooldown.at(now); cooling {
			b.page(minute).cooled = true
		} else if b.hasRoom(minute, tokens) {
			room = append(room, i)
		}
	}
	return room
}

// picked holds a plan against what its strategy promises, and against the
// promise that everyone with room is in it.
func (s *simulation) picked(p *Plan, room []int, minute uint32, j *job) {
	planned := uint(1) << p.Deployment.Index
	for _, d := range p.Next {
		planned |= 1 << d.Index
	}
	measure := measures[s.strategy]
	if measure == nil {
		measure = func(*book, uint32, int64) float64 { return 0 }
	}
	picked := measure(s.books[p.Deployment.Index], minute, j.estimate)
	for _, i := range room {
		if planned>>i&1 == 0 {
			s.breaks(promisePlan, "%s has room and is not in the plan", s.books[i].name)
		}
		if measure(s.books[i], minute, j.estimate) < picked-1e-9 {
			s.breaks(promisePick, "%s was picked before %s", p.Deployment.Name, s.books[i].name)
		}
	}
	if len(room) == len(s.books) {
		s.picks++
		s.first[p.Deployment.Name]++
	}
	if calm(int(s.now / time.Minute)) {
		s.calmPicks++
		if p.Deployment.Name == "brazil" {
			s.calmSlow++
		}
	}
}

// attempt is one try at a deployment that has given room for it.
func (s *simulation) attempt(t *trip, d *Deployment, c Claim) {
	b := s.books[d.Index]
	r := s.backend.reply(b.site, t.job, s.now)
	real := int64(0)
	if r.status == 200 {
		real = t.prompt + t.answer
	}
	b.take(c, real)
	s.compare(b, d, c)
	t.attempts++
	began := s.now
	s.after(r.whole, func() {
		if r.status == 200 {
			s.answer(t, c, b, began+r.firstByte-t.at)
			return
		}
		s.fail(t, c, b, r, began)
	})
}

// compare holds routing's windows against the book, and both against the limits.
func (s *simulation) compare(b *book, d *Deployment, c Claim) {
	p := b.page(c.Minute)
	if b.rpm > 0 && p.requests > b.rpm || b.tpm > 0 && p.counted > b.tpm {
		s.breaks(promiseLimit, "%s exceeds its limits: %d requests, %d tokens", b.name, p.requests, p.counted)
	}
	if got := (Used{d.member.requests.at(c.Minute), d.member.tokens.at(c.Minute)}); got != (Used{p.requests, p.counted}) {
		s.breaks(promiseLimit, "%s counts %v, not %d requests and %d tokens", b.name, got, p.requests, p.counted)
	}
}

// answer is a request that was served; firstByte is as its client saw it.
func (s *simulation) answer(t *trip, c Claim, b *book, firstByte time.Duration) {
	s.answered++
	s.firstByte += firstByte
	s.whole += s.now - t.at
	s.dollars += (float64(t.prompt) + 3*float64(t.answer)) * b.price / 1e6
	s.after(endTold, func() {
		tokens := t.prompt + t.answer
		if t.untold {
			b.settle(c, tokens, -1)
			s.fleet.End(c, -1)
			return
		}
		b.settle(c, tokens, tokens)
		s.fleet.End(c, tokens)
		o := Outcome{ID: c.ID, Status: 200, Began: start.Add(t.at)}
		if t.attempts == 1 {
			o.FirstByte = firstByte
		}
		s.fleet.Report(o)
	})
}

// fail is an attempt that failed: Envoy asks the next of the plan.
func (s *simulation) fail(t *trip, c Claim, b *book, r reply, began time.Duration) {
	o := Outcome{ID: c.ID, Status: r.status, Fault: azure.FaultOf(r.status), Wait: r.wait, Began: start.Add(began)}
	s.after(attemptTold, func() { s.fleet.Report(o) })
	if o.Fault == azure.FaultThrottled {
		s.throttled++
	} else {
		s.faulty++
	}
	if len(t.next) == 0 {
		s.failed++
		if t.room&^t.asked != 0 {
			s.breaks(promisePlan, "a client sees the failure of %s although others were not asked", b.name)
		}
		s.missed(t)
		s.after(endTold, func() {
			b.settle(c, 0, 0)
			s.fleet.End(c, 0)
			if o.Fault == azure.FaultThrottled {
				s.fleet.Prolong(c.ID, o.Fault, o.Wait, "")
			}
		})
		return
	}
	next := t.next[0]
	t.next = t.next[1:]
	s.after(backOff, func() {
		a, claim, err := s.Retry(s.t.Context(), next.Cluster, "m", c)
		if err != nil {
			s.cut++
			s.missed(t)
			if s.books[next.Index].hasRoom(s.minute(), t.estimate) {
				s.breaks(promiseRoom, "%s had room for a later attempt: %v", next.Name, err)
			}
			s.after(endTold, func() {
				b.settle(c, 0, 0)
				s.fleet.End(c, 0)
			})
			return
		}
		s.later++
		b.settle(c, 0, 0)
		s.fleet.End(c, 0)
		t.asked |= 1 << next.Index
		s.attempt(t, a.Deployment, claim)
	})
}

// missed counts a client that sees a failure although somebody has room who was
// not asked.
func (s *simulation) missed(t *trip) {
	for _, i := range s.withRoom(s.minute(), t.estimate) {
		if t.asked>>i&1 == 0 {
			s.missing++
			return
		}
	}
}

// finish looks through the books.
func (s *simulation) finish() {
	s.members = len(s.fleet.members)
	for _, state := range s.States() {
		s.inHand += state.InFlight
	}
	last := int(s.endOfWork / time.Minute)
	for minute := range last {
		var shares []float64
		for _, b := range s.books {
			p := b.page(minuteOf(start) + uint32(minute))
			if p.real > p.bound && b.tpm > 0 {
				s.breaks(promiseBound, "%s used %d tokens in minute %d, and at most %d may be", b.name, p.real, minute, p.bound)
			}
			if b.tpm > 0 {
				s.overshoot = max(s.overshoot, float64(p.real-b.tpm)/float64(b.tpm))
			}
			if !p.cooled {
				shares = append(shares, b.used(p))
			}
		}
		if calm(minute) {
			s.calm.add(shares)
		} else {
			s.pressed.add(shares)
		}
	}
}
