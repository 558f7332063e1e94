package routing

import (
	"math"
	"time"
)

// book is what the simulation counts of one deployment by itself, to hold
// routing against: it shares no line with the windows.
type book struct {
	*site
	inFlight int64
	pages    []page // by minute since the beginning
}

// page is one minute of a book.
type page struct {
	requests int64
	counted  int64 // tokens: settled, or reserved while nobody knows
	real     int64 // tokens that its requests really use in the end
	open     int64 // of those that are not settled: real tokens less reserved ones
	bound    int64 // what real may be at most, as of the last request that was let through
	cooled   bool  // the deployment cooled down for some of the minute
}

func (b *book) page(minute uint32) *page {
	i := int(minute - minuteOf(start))
	for i >= len(b.pages) {
		b.pages = append(b.pages, page{})
	}
	return &b.pages[i]
}

// take notes that a request was let through; real is what it will use.
func (b *book) take(c Claim, real int64) {
	p := b.page(c.Minute)
	b.inFlight++
	p.requests++
	p.counted += c.Tokens
	p.real += real
	p.open += real - c.Tokens
	p.bound = b.tpm + p.open
}

// settle notes that a request is over; tokens is what is told of it. What is told
// after its minute is too late to let anything through.
func (b *book) settle(c Claim, real, tokens int64) {
	b.inFlight--
	if p := b.page(c.Minute); tokens >= 0 {
		p.counted += tokens - c.Tokens
		p.open -= real - c.Tokens
	}
}

// hasRoom is whether a request may be let through.
func (b *book) hasRoom(minute uint32, tokens int64) bool {
	p := b.page(minute)
	return (b.rpm == 0 || p.requests < b.rpm) && (b.tpm == 0 || p.counted+min(tokens, b.tpm) <= b.tpm)
}

// used is the share of its limits that was used in a minute.
func (b *book) used(p *page) (share float64) {
	if b.rpm > 0 {
		share = float64(p.requests) / float64(b.rpm)
	}
	if b.tpm > 0 {
		share = max(share, float64(p.counted)/float64(b.tpm))
	}
	return share
}

// measures say for a strategy what must be the least at the one that is picked of
// the deployments with room. The others are measured on the whole.
var measures = map[string]func(b *book, minute uint32, tokens int64) float64{
	"usage-based": func(b *book, minute uint32, tokens int64) float64 {
		p := b.page(minute)
		rpm, tpm := b.rpm, b.tpm
		if tpm > 0 {
			tokens = min(tokens, tpm)
		} else {
			tpm = largestTPM
		}
		if rpm == 0 {
			rpm = largestRPM
		}
		return max(float64(p.requests+1)/float64(rpm), float64(p.counted+tokens)/float64(tpm))
	},
	"least-busy": func(b *book, _ uint32, _ int64) float64 { return float64(b.inFlight) },
	"cost":       func(b *book, _ uint32, _ int64) float64 { return b.price },
}

// promise is what must hold for every request, whatever the strategy.
type promise int

const (
	promiseLimit promise = iota // no limit is exceeded, and both count alike
	promiseBound                // real tokens exceed a limit by no more than they may
	promiseRoom                 // nothing is refused while a deployment has room
	promisePlan                 // every deployment with room is in the plan
	promisePick                 // the strategy picks by its measure
)

// result is what the simulation of a strategy has measured.
type result struct {
	strategy string
	broken   map[promise][]string

	// What the clients saw: answers, azproc's 429 at the first attempt, Azure's last error,
	// and azproc's 429 at a later attempt; and of the last two those where
	// somebody had room meanwhile who was not asked.
	answered, refused, failed, cut, missing int
	firstByte, whole                        time.Duration // sums
	dollars                                 float64
	// Attempts that Azure answered with 429 and with other errors, and those
	// after a first.
	throttled, faulty, later int

	calm, pressed       spread
	overshoot           float64        // of the worst minute: tokens above the limit, by share of it
	picks               int            // while everyone had room
	first               map[string]int // and at whom
	calmPicks, calmSlow int            // in calm minutes, and those of the slow one

	members int
	inHand  int64
}

// spread is how differently the deployments were used, on average over minutes:
// the share of its limits that the emptiest and the fullest used. Those that
// cooled down meanwhile do not count.
type spread struct {
	minutes           int
	emptiest, fullest float64
}

func (s *spread) add(shares []float64) {
	emptiest, fullest := math.Inf(1), 0.0
	for _, x := range shares {
		emptiest, fullest = min(emptiest, x), max(fullest, x)
	}
	n := float64(s.minutes)
	s.emptiest, s.fullest = (s.emptiest*n+emptiest)/(n+1), (s.fullest*n+fullest)/(n+1)
	s.minutes++
}
