package usage

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Span is how far back a history looks, and in which steps.
type Span struct {
	Step  time.Duration
	Steps int
}

// The spans that a history keeps.
var (
	Hour = Span{time.Minute, 60}
	Day  = Span{15 * time.Minute, 96}
)

const (
	// mostSeries is how many names a history keeps apart in a dimension. The others
	// are counted together.
	mostSeries = 64
	// mostFailures is how many failed requests are kept, and longestText how many
	// bytes of a text that the client chose.
	mostFailures = 50
	longestText  = 128
)

// Point is what ended in one step.
type Point struct {
	Requests, Errors, Input, Output int64
	// Cost is in pico-dollars; Unpriced is how many requests used
	// something of which nobody knows the price.
	Cost, Unpriced int64
}

// Add adds another point.
func (p *Point) Add(q Point) {
	p.Requests += q.Requests
	p.Errors += q.Errors
	p.Input += q.Input
	p.Output += q.Output
	p.Cost += q.Cost
	p.Unpriced += q.Unpriced
}

// Series is a name with its points, oldest first. The last one is of the running step.
type Series struct {
	// Name is that of a model group or a key; "" is none. Rest says that it is all
	// those for which there was no room.
	Name   string
	Rest   bool
	Points []Point
}

// Failure is a request that failed. Nothing of a prompt or an answer is in it.
type Failure struct {
	Time                            time.Time // when it ended
	Request, Model, Deployment, Key string
	Status                          int
	Error                           string
}

// History is the books of the last day, in memory, for people who look: by model group
// and by key, and the last failures. It takes the same memory however much happens. It
// is safe for concurrent use, and its lock is held for less than a millisecond.
type History struct {
	mu       sync.Mutex
	models   dimension
	keys     dimension
	failures [mostFailures]Failure
	failed   int // how many there were
}

// NewHistory makes an empty history.
func NewHistory() *History {
	return &History{models: make(dimension), keys: make(dimension)}
}

// Ended implements Books.
func (h *History) Ended(r *Record) {
	end := r.Time.Add(r.Duration)
	p := Point{Requests: 1, Input: r.Tokens.Input, Output: r.Tokens.Output}
	if r.failed() {
		p.Errors = 1
	}
	switch {
	case r.Priced:
		p.Cost = r.Cost
	case r.Tokens != (Tokens{}):
		p.Unpriced = 1
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.models.of(r.Group, end).add(end, p)
	h.keys.of(r.Key, end).add(end, p)
	if p.Errors > 0 {
		h.failures[h.failed%mostFailures] = Failure{
			Time: end, Request: short(r.Request), Model: short(r.Model), Deployment: r.Deployment, Key: r.Key, Status: r.Status, Error: short(r.Error),
		}
		h.failed++
	}
}

// failed is whether the request went wrong. A client that left is nobody's failure.
func (r *Record) failed() bool {
	return !r.Left && r.errorType() != ""
}

// Models gives what the model groups used in a span that ends now, most requests first.
func (h *History) Models(s Span, now time.Time) []Series { return h.read(h.models, s, now) }

// Keys gives what the keys used.
func (h *History) Keys(s Span, now time.Time) []Series { return h.read(h.keys, s, now) }

// Failures gives the last failures, newest first.
func (h *History) Failures() []Failure {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []Failure
	for i := h.failed - 1; i >= max(0, h.failed-mostFailures); i-- {
		list = append(list, h.failures[i%mostFailures])
	}
	return list
}

// read copies what lies in a span; names without a request there are left out.
func (h *History) read(d dimension, s Span, now time.Time) []Series {
	type counted struct {
		Series
		n int64
	}
	var all []counted
	h.mu.Lock()
	for name, t := range d {
		points, n := t.read(s, now)
		if n > 0 {
			all = append(all, counted{Series{name.text, name.rest, points}, n})
		}
	}
	h.mu.Unlock()
	slices.SortFunc(all, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.n, a.n), strings.Compare(a.Name, b.Name))
	})
	list := make([]Series, len(all))
	for i, c := range all {
		list[i] = c.Series
	}
	return list
}

// seriesName is a name within a dimension, or the rest of them.
type seriesName struct {
	text string
	rest bool
}

// dimension is the tracks of names of one sort.
type dimension map[seriesName]*track

// of gives the track of a name, or that of the rest when there are too many. Names of
// which nothing is left to show make room.
func (d dimension) of(text string, now time.Time) *track {
	name := seriesName{text: text}
	if t := d[name]; t != nil {
		return t
	}
	if len(d) >= mostSeries {
		for other, t := range d {
			if t.last.Before(now.Add(-Day.Step * time.Duration(Day.Steps))) {
				delete(d, other)
			}
		}
	}
	if len(d) >= mostSeries {
		name = seriesName{rest: true}
		if t := d[name]; t != nil {
			return t
		}
	}
	name.text = strings.Clone(name.text)
	t := &track{}
	d[name] = t
	return t
}

// track is what one name used: a ring of steps for each span.
type track struct {
	last time.Time
	hour [60]step
	day  [96]step
}

// step is a point with the number of its step since 1970.
type step struct {
	at int64
	Point
}

func (t *track) add(at time.Time, p Point) {
	if at.After(t.last) {
		t.last = at
	}
	count(t.hour[:], Hour, at, p)
	count(t.day[:], Day, at, p)
}

// count adds a point to its step, unless that one has been left behind or is of no
// time at all.
func count(ring []step, s Span, at time.Time, p Point) {
	n := at.Unix() / int64(s.Step/time.Second)
	if n < 0 {
		return
	}
	e := &ring[n%int64(len(ring))]
	if e.at > n {
		return
	}
	if e.at < n {
		*e = step{at: n}
	}
	e.Add(p)
}

// read gives the points of a span, and how many requests are in them.
func (t *track) read(s Span, now time.Time) (points []Point, requests int64) {
	ring := t.hour[:]
	if s == Day {
		ring = t.day[:]
	}
	points = make([]Point, s.Steps)
	last := now.Unix() / int64(s.Step/time.Second)
	for _, e := range ring {
		if back := last - e.at; back >= 0 && back < int64(s.Steps) {
			points[int64(s.Steps)-1-back] = e.Point
			requests += e.Requests
		}
	}
	return points, requests
}

// short is a text of its own that is not too long to be kept.
func short(s string) string {
	if len(s) > longestText {
		s = strings.ToValidUTF8(s[:longestText], "") + "…"
	}
	return strings.Clone(s)
}
