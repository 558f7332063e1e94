package routing

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// site is a deployment of the simulation and what stands behind it at Azure.
type site struct {
	name     string
	rpm, tpm int64 // 0 is no limit
	weight   int
	price    float64 // of a million tokens in, in dollars; out they cost three times that

	firstByte time.Duration // half as much to one and a half times as much, evenly
	speed     int64         // tokens a second

	flaky   int    // 500s among a hundred answers
	real    int64  // requests that Azure lets through in a minute, when that is less than rpm
	down    [2]int // from and to which minute it answers 503
	summary string // of its failures, for people
}

// sites are ten deployments that have little in common.
var sites = []site{
	{name: "east", rpm: 600, tpm: 600_000, weight: 6, price: 2.5, firstByte: 350 * time.Millisecond, speed: 80},
	{name: "west", rpm: 600, tpm: 600_000, weight: 6, price: 2.5, firstByte: 450 * time.Millisecond, speed: 80, down: [2]int{9, 12}, summary: "503 for three minutes"},
	{name: "north", rpm: 400, tpm: 250_000, weight: 4, price: 2, firstByte: 600 * time.Millisecond, speed: 60},
	{name: "south", rpm: 400, tpm: 300_000, weight: 4, price: 2, firstByte: 500 * time.Millisecond, speed: 60},
	{name: "centre", rpm: 300, tpm: 300_000, weight: 3, price: 2.5, firstByte: 400 * time.Millisecond, speed: 80, flaky: 5, summary: "500 for 5 % of its requests"},
	{name: "france", rpm: 300, tpm: 300_000, weight: 3, price: 1.5, firstByte: 700 * time.Millisecond, speed: 50, real: 200, summary: "429 with retry-after above 200 a minute: its rpm is set too high"},
	{name: "japan", rpm: 200, tpm: 150_000, weight: 2, price: 1, firstByte: 1200 * time.Millisecond, speed: 40},
	{name: "brazil", rpm: 200, tpm: 200_000, weight: 2, price: 1, firstByte: 4 * time.Second, speed: 30, summary: "slow"},
	{name: "sweden", rpm: 120, weight: 1, price: 3, firstByte: 300 * time.Millisecond, speed: 90},
	{name: "india", tpm: 100_000, weight: 1, price: 1, firstByte: 900 * time.Millisecond, speed: 50},
}

// largestRPM and largestTPM are the largest limits of the sites: they stand for
// those that have none.
const largestRPM, largestTPM = 600, 600_000

// simulationFile is the configuration of the sites.
func simulationFile(strategy string) string {
	var params []string
	for _, s := range sites {
		p := fmt.Sprintf("%s , weight: %d, input_cost_per_token: %.9f, output_cost_per_token: %.9f", s.name, s.weight, s.price/1e6, 3*s.price/1e6)
		if s.rpm > 0 {
			p += fmt.Sprintf(", rpm: %d", s.rpm)
		}
		if s.tpm > 0 {
			p += fmt.Sprintf(", tpm: %d", s.tpm)
		}
		params = append(params, p)
	}
	return list(entries("m", params...)) + "router_settings: {routing_strategy: " + strategy + "}\n"
}

// job is a request of a client.
type job struct {
	at             time.Duration // since the beginning
	prompt, answer int64         // what it really needs, in tokens
	estimate       int64
	untold         bool // its client leaves before the usage is told
}

const (
	simulatedRequests = 100_000
	// perfectMinute is what the sites serve in a minute, about: the sum of their
	// limits, in requests of the workload.
	perfectMinute = 3200
)

// loads are the shares of perfectMinute that come in, minute by minute, again and
// again: three calm ones, and three of pressure.
var loads = [6]float64{0.4, 0.5, 0.6, 1.2, 1.3, 1.4}

func calm(minute int) bool { return loads[minute%len(loads)] < 1 }

// workload is the same for every strategy.
func workload() []job {
	r := rand.New(rand.NewPCG(4, 2026)) //nolint:gosec // a simulation
	jobs := make([]job, simulatedRequests)
	var at time.Duration
	for i := range jobs {
		rate := loads[int(at/time.Minute)%len(loads)] * perfectMinute
		at += time.Duration(r.ExpFloat64() * float64(time.Minute) / rate)
		jobs[i] = newJob(at, r)
	}
	return jobs
}

// newJob draws a request. The estimate is off as it is in life: a quarter of the
// bytes is between 0.7 and 1.6 times the prompt's tokens, the limit that is given for the
// answer is seldom needed, and an answer without one may exceed the 256 that
// stand for it.
func newJob(at time.Duration, r *rand.Rand) job {
	j := job{at: at, prompt: 20 + int64(r.ExpFloat64()*400), answer: 1 + int64(r.ExpFloat64()*200), untold: r.IntN(100) == 0}
	if r.IntN(10_000) == 0 {
		j.prompt = 150_000 // more than some deployments may have in a minute
	}
	j.estimate = j.prompt*(70+r.Int64N(90))/100 + 256
	if r.IntN(2) == 0 {
		limit := int64(128) << r.IntN(4)
		j.answer = min(j.answer, limit)
		j.estimate += limit - 256
	}
	return j
}

// reply is how a deployment answers one request.
type reply struct {
	status    int
	wait      time.Duration // that it asks to be left alone for
	firstByte time.Duration
	whole     time.Duration
}

// backend is what the sites do at Azure, by rules that routing does not know.
type backend struct {
	rand   *rand.Rand
	window map[string]*[2]int64 // of the sites that throttle: minute and requests
}

// throttledOffset is by how much Azure's minutes begin later than the clock's.
const throttledOffset = 17 * time.Second

func (a *backend) reply(s *site, j *job, now time.Duration) reply {
	minute := int(now / time.Minute)
	if minute >= s.down[0] && minute < s.down[1] {
		return reply{status: 503, whole: 30 * time.Millisecond}
	}
	if s.real > 0 {
		if a.window[s.name] == nil {
			a.window[s.name] = new([2]int64)
		}
		w, in := a.window[s.name], now+time.Minute-throttledOffset
		if m := int64(in / time.Minute); m != w[0] {
			*w = [2]int64{m, 0}
		}
		if w[1] >= s.real {
			left := time.Minute - in%time.Minute
			return reply{status: 429, wait: left.Truncate(time.Second) + time.Second, whole: 20 * time.Millisecond}
		}
		w[1]++
	}
	first := s.firstByte/2 + time.Duration(a.rand.Int64N(int64(s.firstByte)))
	if a.rand.IntN(100) < s.flaky {
		return reply{status: 500, whole: first}
	}
	return reply{status: 200, firstByte: first, whole: first + time.Duration(j.answer)*time.Second/time.Duration(s.speed)}
}

// describeSites is the table of the sites, for the documentation.
func describeSites() string {
	var b strings.Builder
	b.WriteString("| deployment | rpm | tpm | weight | $ per million tokens in, out | first byte | tokens a second | fails |\n|---|---|---|---|---|---|---|---|\n")
	for _, s := range sites {
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %g, %g | %g s | %d | %s |\n", s.name, limitInWords(s.rpm), limitInWords(s.tpm), s.weight, s.price, 3*s.price, s.firstByte.Seconds(), s.speed, s.summary)
	}
	return b.String()
}

func limitInWords(n int64) string {
	if n == 0 {
		return "–"
	}
	return inWords(int(n))
}

// inWords writes a number with its thousands apart.
func inWords(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
