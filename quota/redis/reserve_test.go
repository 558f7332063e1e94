package redis

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/e2e/realredis"
	"github.com/azproc/azproc/quota"
)

// TestBothStoresDecideAlike does the same by Redis and in memory, by one clock,
// and holds every answer of one against the other's.
func TestBothStoresDecideAlike(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			server, s := fixed(t)
			now := noon
			memory := quota.NewMemory(func() time.Time { return now })
			r := rand.New(rand.NewPCG(seed, 1))
			periods := []config.Period{{Length: 5 * time.Minute}, {Length: 7 * time.Hour}, {Length: 168 * time.Hour}, {Months: 1}, {Months: 3}}
			type pair struct{ here, there quota.Hold }
			var open []pair
			refused := make(map[quota.Limit]int)
			for range 400 {
				k := &config.Key{Name: "k", RPM: 20, TPM: 1000, Budget: 2000, Period: periods[seed%5]}
				if seed%5 == 0 { // it is soon over
					k.Budget = 400
				}
				if r.IntN(10) == 0 {
					k.RPM, k.TPM = 0, 0
				}
				ask := &quota.Ask{Key: k, Requests: 1, Tokens: r.Int64N(200), Cost: r.Int64N(200)}
				if r.IntN(5) == 0 {
					ask = &quota.Ask{Key: k}
				}
				here, _ := memory.Reserve(t.Context(), ask)
				there := reserve(t, s, ask)
				if here.Refused != there.Refused || here.View != there.View || here.Hold.Cost != there.Hold.Cost ||
					here.Hold.Period != there.Hold.Period || here.Hold.Until != there.Hold.Until || here.Hold.Tokens != there.Hold.Tokens {
					t.Fatalf("%s, %+v:\nmemory %+v\nredis  %+v", now, ask, here, there)
				}
				refused[here.Refused]++
				if !here.Hold.Empty() && r.IntN(8) > 0 { // the rest is lost
					open = append(open, pair{here.Hold, there.Hold})
				}
				for len(open) > 0 && r.IntN(2) == 0 {
					i := r.IntN(len(open))
					p := open[i]
					open = append(open[:i], open[i+1:]...)
					tokens, cost := r.Int64N(250), r.Int64N(250*config.MicroDollar)
					memory.Settle(p.here, tokens, cost)
					if err := s.tell(t.Context(), "k", []debt{{p.there, tokens, cost}}); err != nil {
						t.Fatal(err)
					}
				}
				now = now.Add([]time.Duration{0, time.Second, 20 * time.Second, time.Minute, 40 * time.Minute, 3 * time.Hour}[min(r.IntN(12), r.IntN(12), r.IntN(12))%6])
				server.SetTime(now)
			}
			if refused[quota.None] < 20 || refused[quota.Budget] < 5 {
				t.Errorf("%v: it shows nothing", refused)
			}
		})
	}
}

func TestALimitLetsExactlyItsNumberThroughWhateverTheReplicas(t *testing.T) {
	server, s := fixed(t)
	k := &config.Key{Name: "k", RPM: 100, TPM: 10_000}
	var through, refused atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		mine := s
		for range 4 {
			all.Go(func() {
				for range 20 {
					if reserve(t, mine, &quota.Ask{Key: k, Requests: 1, Tokens: 1}).Refused == quota.None {
						through.Add(1)
					} else {
						refused.Add(1)
					}
				}
			})
		}
		s = replica(t, server)
	}
	all.Wait()
	if through.Load() != 100 || refused.Load() != 220 {
		t.Errorf("%d went through, %d were refused", through.Load(), refused.Load())
	}
}

// TestABudgetIsNeverOverspentByFourReplicas lets requests come and go at four
// replicas of a real server, each needing at most what it has reserved.
func TestABudgetIsNeverOverspentByFourReplicas(t *testing.T) {
	server := realredis.Start(t)
	const budget = 100_000
	k := &config.Key{Name: "k", Budget: budget, Period: config.Period{Months: 12}}
	var spent, refused atomic.Int64
	var all sync.WaitGroup
	var last *Store
	for n := range 4 {
		s := openAt(t, server.Address())
		last = s
		for worker := range 4 {
			r := rand.New(rand.NewPCG(uint64(n), uint64(worker)))
			all.Go(func() {
				for range 200 {
					cost := 1 + r.Int64N(100)
					g := reserve(t, s, &quota.Ask{Key: k, Requests: 1, Cost: cost})
					switch {
					case g.View.Budget.Used > budget:
						t.Errorf("overspent: %+v", g)
					case g.Refused == quota.Budget && g.View.Budget.Remaining() < cost:
						refused.Add(1)
					case g.Refused != quota.None:
						t.Errorf("refused what fits: %+v needs %d", g, cost)
					default:
						used := r.Int64N(cost*config.MicroDollar + 1)
						spent.Add(used)
						s.Settle(g.Hold, 0, used)
					}
				}
			})
		}
	}
	all.Wait()
	used, fraction := spent.Load()/config.MicroDollar, spent.Load()%config.MicroDollar
	if fraction > 0 {
		used++
	}
	awaitView(t, last, k, used, 0)
	if v := look(t, last, k); v.Fraction != fraction {
		t.Errorf("%d pico-dollars beyond, want %d", v.Fraction, fraction)
	}
	for remaining := budget - used; remaining > 0; remaining = 0 {
		if g := reserve(t, last, &quota.Ask{Key: k, Cost: remaining}); g.Refused != quota.None {
			t.Errorf("the rest is refused: %+v", g)
		}
	}
	if g := reserve(t, last, &quota.Ask{Key: k, Cost: 1}); g.Refused != quota.Budget {
		t.Errorf("more than the rest is not: %+v", g)
	}
}

func TestTheServersClockDecides(t *testing.T) {
	server, s := fixed(t)
	k := &config.Key{Name: "k", RPM: 1, Budget: 100, Period: config.Period{Months: 1}}
	far := time.Now().AddDate(0, 1, 0) // no more than a month ahead of the replica's
	server.SetTime(far)
	start, end := k.Period.Window(far)
	g := reserve(t, s, &quota.Ask{Key: k, Requests: 1, Cost: 1})
	if g.View.Period != start || g.View.Minute != uint32(far.Unix()/60) || g.View.Budget.Reset.Round(time.Second) != time.Unix(end, 0).Sub(far).Round(time.Second) {
		t.Errorf("%+v at %v", g, far)
	}
	server.SetTime(time.Now().AddDate(1, 0, 0))
	if _, err := s.Reserve(t.Context(), &quota.Ask{Key: k, Cost: 1}); err == nil {
		t.Error("clocks that differ by a year")
	}
}

func TestWhatWasUsedStaysWhenThePeriodBecomesALongerOne(t *testing.T) {
	_, s := fixed(t)
	k := daily(100)
	k.Period.Length = time.Hour
	g := reserve(t, s, &quota.Ask{Key: k, Cost: 60})
	s.Settle(g.Hold, 0, 50*config.MicroDollar)
	awaitView(t, s, k, 50, 0)
	if v := look(t, s, daily(100)); v.Budget.Used != 50 || v.Budget.Reset != 12*time.Hour {
		t.Errorf("%+v", v)
	}
}

func TestEveryKeyExpires(t *testing.T) {
	server, s := fixed(t)
	k := daily(100)
	k.RPM = 10
	g := reserve(t, s, &quota.Ask{Key: k, Requests: 1, Cost: 10})
	s.Settle(quota.Hold{Key: "other", ID: 7, Period: g.Hold.Period, Until: g.Hold.Until}, 0, 5*config.MicroDollar)
	eventually(t, "it is settled", func() bool { return len(server.Keys()) == 5 })
	for _, key := range server.Keys() {
		if ttl := server.TTL(key); ttl <= 0 || ttl > 32*24*time.Hour {
			t.Errorf("%s expires after %v", key, ttl)
		}
	}
	server.FastForward(33 * 24 * time.Hour)
	if _, err := server.ZAdd(keysOf(k.Name)[2], 1, "1 2 abc"); err != nil { // a look at what is over creates nothing
		t.Fatal(err)
	}
	look(t, s, k)
	if keys := server.Keys(); len(keys) != 0 {
		t.Errorf("%v", keys)
	}
}

func TestAnAnswerThatIsNoneIsAnError(t *testing.T) {
	k := daily(1)
	for _, numbers := range [][]int64{nil, {0}, {4, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {-1, 1, 1, 1, 1, 1, 1, 1, 1, 1}} {
		if _, err := grant(numbers, &quota.Ask{Key: k}, 1); err == nil {
			t.Errorf("%v was taken", numbers)
		}
	}
}

// BenchmarkReserve is of a key with every limit, on a real server.
func BenchmarkReserve(b *testing.B) {
	server := realredis.Start(b)
	s := openAt(b, server.Address())
	k := &config.Key{Name: "k", RPM: 1 << 40, TPM: 1 << 40, Budget: 1 << 50, Period: config.Period{Months: 1}}
	reserve(b, s, &quota.Ask{Key: k, Requests: 1})
	b.ReportAllocs()
	b.SetParallelism(8)
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			g, err := s.Reserve(b.Context(), &quota.Ask{Key: k, Requests: 1, Tokens: 10, Cost: 10})
			if err != nil {
				continue // this machine is busy
			}
			s.Settle(g.Hold, 5, 5*config.MicroDollar)
		}
	})
}
