package quota

import (
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
)

// clock is one that the test moves.
type clock struct{ now atomic.Int64 }

func startClock() *clock {
	c := new(clock)
	c.now.Store(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *clock) Now() time.Time        { return time.UnixMilli(c.now.Load()).UTC() }
func (c *clock) move(by time.Duration) { c.now.Add(by.Milliseconds()) }

func daily(budget int64) *config.Key {
	return &config.Key{Name: "k", Budget: budget, Period: config.Period{Length: 24 * time.Hour}}
}

// reserve takes one request of a key.
func reserve(t testing.TB, m *Memory, k *config.Key, tokens, cost int64) Grant {
	t.Helper()
	g, err := m.Reserve(t.Context(), &Ask{Key: k, Requests: 1, Tokens: tokens, Cost: cost})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestALimitLetsExactlyItsNumberThroughEachMinute(t *testing.T) {
	c := startClock()
	m := NewMemory(c.Now)
	k := &config.Key{Name: "k", RPM: 3, TPM: 100}
	for minute := range 3 {
		c.move(20 * time.Second)
		for i, want := range []Limit{None, None, None, Requests, Requests} {
			if g := reserve(t, m, k, 10, 0); g.Refused != want || g.View.Requests.Reset != 40*time.Second || g.View.Requests.Remaining() != int64(max(0, 2-i)) {
				t.Errorf("minute %d, request %d: %+v", minute, i, g)
			}
		}
		c.move(40 * time.Second)
	}
}

func TestTokensAreReservedAndSettled(t *testing.T) {
	m := NewMemory(startClock().Now)
	k := &config.Key{Name: "k", TPM: 100}
	one, two := reserve(t, m, k, 60, 0), reserve(t, m, k, 40, 0)
	if g := reserve(t, m, k, 1, 0); g.Refused != Tokens || g.View.Tokens.Remaining() != 0 || !g.Hold.Empty() {
		t.Errorf("%+v", g)
	}
	m.Settle(one.Hold, 10, 0)
	if g := reserve(t, m, k, 51, 0); g.Refused != Tokens || g.View.Tokens.Used != 50 {
		t.Errorf("%+v", g)
	}
	if g := reserve(t, m, k, 50, 0); g.Refused != None {
		t.Errorf("%+v", g)
	}
	m.Settle(two.Hold, 140, 0) // more than was reserved counts
	if v := reserve(t, m, k, 1, 0).View; v.Tokens.Used != 200 || v.Tokens.Remaining() != 0 {
		t.Errorf("%+v", v)
	}
}

func TestTokensOfAnotherMinuteChangeNothing(t *testing.T) {
	c := startClock()
	m := NewMemory(c.Now)
	k := &config.Key{Name: "k", TPM: 100}
	old := reserve(t, m, k, 60, 0)
	c.move(time.Minute)
	reserve(t, m, k, 30, 0)
	m.Settle(old.Hold, 1000, 0)
	if v := reserve(t, m, k, 1, 0).View; v.Tokens.Used != 31 {
		t.Errorf("%+v", v)
	}
}

func TestABudgetIsReservedAndSettled(t *testing.T) {
	c := startClock()
	m := NewMemory(c.Now)
	k := daily(100)
	one := reserve(t, m, k, 0, 70)
	if v := one.View; v.Budget.Used != 70 || v.Held != 70 || v.Budget.Reset != 12*time.Hour {
		t.Errorf("%+v", v)
	}
	if g := reserve(t, m, k, 0, 31); g.Refused != Budget || g.View.Budget.Remaining() != 30 {
		t.Errorf("%+v", g)
	}
	two := reserve(t, m, k, 0, 30)
	m.Settle(one.Hold, 0, 20*config.MicroDollar)
	if v := m.reserve(&Ask{Key: k}, false).View; v.Budget.Used != 50 || v.Held != 30 {
		t.Errorf("%+v", v)
	}
	m.Settle(two.Hold, 0, 90*config.MicroDollar) // more than was reserved counts
	if g := reserve(t, m, k, 0, 0); g.Refused != Budget || g.View.Budget.Used != 110 || g.View.Held != 0 {
		t.Errorf("%+v", g)
	}
	c.move(12 * time.Hour)
	if g := reserve(t, m, k, 0, 100); g.Refused != None {
		t.Errorf("the next day: %+v", g)
	}
}

func TestMoneyOfARequestCountsInThePeriodInWhichItBegan(t *testing.T) {
	c := startClock()
	m := NewMemory(c.Now)
	k := daily(100)
	c.move(12*time.Hour - time.Second)
	late := reserve(t, m, k, 0, 100)
	c.move(time.Second)
	if g := reserve(t, m, k, 0, 100); g.Refused != None || g.View.Held != 100 {
		t.Errorf("%+v", g)
	}
	m.Settle(late.Hold, 0, 100*config.MicroDollar)
	if v := m.reserve(&Ask{Key: k}, false).View; v.Budget.Used != 100 || v.Held != 100 {
		t.Errorf("%+v", v)
	}
}

// TestManySmallRequestsAddUp embeds five tokens at 0.02 dollars a million, a million
// times: each costs a tenth of a micro-dollar.
func TestManySmallRequestsAddUp(t *testing.T) {
	m := NewMemory(startClock().Now)
	k := daily(100_002)
	for range 1_000_000 {
		g := reserve(t, m, k, 0, 1)
		if g.Refused != None {
			t.Fatalf("%+v", g)
		}
		m.Settle(g.Hold, 0, 100_000)
	}
	v := m.reserve(&Ask{Key: k}, false).View
	if v.Budget.Used != 100_000 || v.Fraction != 0 {
		t.Errorf("%+v", v)
	}
	m.Settle(reserve(t, m, k, 0, 1).Hold, 0, 100_000)
	if g := reserve(t, m, k, 0, 2); g.Refused != Budget || g.View.Budget.Used != 100_001 || g.View.Fraction != 100_000 {
		t.Errorf("more than is left: %+v", g)
	}
	if g := reserve(t, m, k, 0, 1); g.Refused != None {
		t.Errorf("what is left: %+v", g)
	}
	m.Settle(Hold{Key: k.Name, ID: 1, Period: v.Period}, 0, math.MaxInt64) // more than there is does not wrap
	if v := m.reserve(&Ask{Key: k}, false).View; v.Budget.Used < 9_223_372_036_854 || v.Fraction >= config.MicroDollar {
		t.Errorf("%+v", v)
	}
}

func TestAHoldThatIsSettledTwiceCountsOnce(t *testing.T) {
	m := NewMemory(startClock().Now)
	k := daily(100)
	h := reserve(t, m, k, 0, 50).Hold
	m.Settle(h, 0, 40*config.MicroDollar)
	m.Settle(h, 0, 40*config.MicroDollar)
	if v := m.reserve(&Ask{Key: k}, false).View; v.Budget.Used != 40 || v.Held != 0 {
		t.Errorf("%+v", v)
	}
}

func TestAHoldThatIsNeverSettledIsGivenUp(t *testing.T) {
	c := startClock()
	c.move(-11 * time.Hour)
	m := NewMemory(c.Now)
	k := daily(100)
	lost := reserve(t, m, k, 0, 60).Hold
	c.move(Kept - time.Second)
	kept := reserve(t, m, k, 0, 40).Hold
	if g := reserve(t, m, k, 0, 1); g.Refused != Budget {
		t.Errorf("given up too early: %+v", g)
	}
	c.move(time.Second)
	if g := reserve(t, m, k, 0, 60); g.Refused != None || g.View.Held != 100 {
		t.Errorf("not given up: %+v", g)
	}
	m.Settle(lost, 0, 55*config.MicroDollar) // it was no crash: what it cost counts all the same
	m.Settle(kept, 0, 5*config.MicroDollar)
	if v := m.reserve(&Ask{Key: k}, false).View; v.Budget.Used != 120 || v.Held != 60 {
		t.Errorf("%+v", v)
	}
}

func TestAHoldOfAnotherProcessCountsAsUsed(t *testing.T) {
	c := startClock()
	before, after := NewMemory(c.Now), NewMemory(c.Now)
	k := daily(100)
	k.TPM = 1000
	h := reserve(t, before, k, 500, 60).Hold
	after.serials.process = ^before.serials.process &^ (1<<32 - 1)
	reserve(t, after, k, 1, 0)
	after.Settle(h, 20, 30*config.MicroDollar)
	if v := after.reserve(&Ask{Key: k}, false).View; v.Budget.Used != 30 || v.Held != 0 || v.Tokens.Used != 21 {
		t.Errorf("%+v", v)
	}
}

func TestAHoldOfAnotherProcessCountsBeforeAnyoneHasAsked(t *testing.T) {
	c := startClock()
	before, after := NewMemory(c.Now), NewMemory(c.Now)
	after.serials.process = ^before.serials.process &^ (1<<32 - 1)
	k := daily(100)
	k.TPM = 1000
	reserve(t, after, k, 900, 90)
	c.move(24 * time.Hour)
	after.Settle(reserve(t, before, k, 500, 60).Hold, 20, 30*config.MicroDollar)
	if v := after.reserve(&Ask{Key: k}, false).View; v.Budget.Used != 30 || v.Tokens.Used != 20 {
		t.Errorf("%+v", v)
	}
}

func TestARequestThatLastsKeepsNothingElseInMemory(t *testing.T) {
	m := NewMemory(startClock().Now)
	k := daily(1000)
	reserve(t, m, k, 0, 1)
	for range 10_000 {
		m.Settle(reserve(t, m, k, 0, 1).Hold, 0, 0)
	}
	if a := m.account("k"); len(a.holds) != 1 || len(a.order) > 100 {
		t.Errorf("%d holds, %d in order", len(a.holds), len(a.order))
	}
}

func TestWhatWasUsedStaysWhenLimitsChange(t *testing.T) {
	m := NewMemory(startClock().Now)
	k := daily(100)
	m.Settle(reserve(t, m, k, 0, 80).Hold, 0, 80*config.MicroDollar)
	if g := reserve(t, m, daily(90), 0, 11); g.Refused != Budget || g.View.Budget.Remaining() != 10 {
		t.Errorf("a smaller budget: %+v", g)
	}
	if g := reserve(t, m, daily(200), 0, 120); g.Refused != None {
		t.Errorf("a larger budget: %+v", g)
	}
	month := daily(210)
	month.Period = config.Period{Months: 1}
	if g := reserve(t, m, month, 0, 11); g.Refused != Budget || g.View.Budget.Used != 200 {
		t.Errorf("a longer period: %+v", g)
	}
	hour := daily(50)
	hour.Period = config.Period{Length: time.Hour}
	if g := reserve(t, m, hour, 0, 50); g.Refused != None {
		t.Errorf("a shorter period begins anew: %+v", g)
	}
}

func TestAClockThatIsSetBackALittleGivesNothingAway(t *testing.T) {
	c := startClock()
	m := NewMemory(c.Now)
	k := &config.Key{Name: "k", RPM: 1, Budget: 100, Period: config.Period{Length: time.Minute}}
	reserve(t, m, k, 0, 100)
	c.move(-time.Second)
	if g := reserve(t, m, k, 0, 1); g.Refused != Budget || g.View.Requests.Used != 1 {
		t.Errorf("%+v", g)
	}
	c.move(-time.Hour) // that one was wrong before
	if g := reserve(t, m, k, 0, 1); g.Refused != None {
		t.Errorf("%+v", g)
	}
}

func TestALookTakesNothing(t *testing.T) {
	m := NewMemory(startClock().Now)
	k := &config.Key{Name: "k", RPM: 1, TPM: 1, Budget: 1, Period: config.Period{Months: 1}}
	g := reserve(t, m, k, 1, 1)
	for range 3 {
		look, _ := m.Reserve(t.Context(), &Ask{Key: k})
		if look.Refused != None || !look.Hold.Empty() || look.View != g.View {
			t.Errorf("%+v", look)
		}
	}
}

func TestAKeyWithoutLimitsIsNotCounted(t *testing.T) {
	m := NewMemory(startClock().Now)
	if g := reserve(t, m, &config.Key{Name: "k"}, 1e9, 1e9); g != (Grant{}) {
		t.Errorf("%+v", g)
	}
	m.Settle(Hold{}, 1, 1)
	if n := len(*m.accounts.Load()); n != 0 {
		t.Errorf("%d accounts", n)
	}
}

// TestABudgetIsNeverOverspentAndNothingIsRefusedThatFits lets many requests of a
// key come and go at once, each needing at most what it has reserved.
func TestABudgetIsNeverOverspentAndNothingIsRefusedThatFits(t *testing.T) {
	const budget, clients, each = 1_000_000, 16, 3000
	c := startClock()
	m := NewMemory(c.Now)
	k := daily(budget)
	k.RPM, k.TPM = clients*each, clients*each*1000
	var spent, refused, tokens atomic.Int64
	var all sync.WaitGroup
	for client := range clients {
		r := rand.New(rand.NewPCG(7, uint64(client)))
		all.Go(func() {
			var open []Hold
			settle := func(i int) {
				h := open[i]
				open[i] = open[len(open)-1]
				open = open[:len(open)-1]
				used := r.Int64N(h.Cost*config.MicroDollar + 1)
				spent.Add(used)
				tokens.Add(used % 1000)
				m.Settle(h, used%1000, used)
			}
			for range each {
				cost := 1 + r.Int64N(500)
				g, _ := m.Reserve(t.Context(), &Ask{Key: k, Requests: 1, Tokens: cost, Cost: cost})
				switch {
				case g.View.Budget.Used > budget:
					t.Errorf("overspent: %+v", g)
				case g.Refused == None:
					open = append(open, g.Hold)
				case g.Refused != Budget || g.View.Budget.Remaining() >= cost:
					t.Errorf("refused what fits: %+v needs %d", g, cost)
				default:
					refused.Add(1)
				}
				if len(open) > 0 && r.IntN(3) > 0 {
					settle(r.IntN(len(open)))
				}
			}
			for len(open) > 0 {
				settle(0)
			}
		})
	}
	all.Wait()
	v := m.reserve(&Ask{Key: k}, false).View
	want := View{Budget: v.Budget}
	want.SetMoney(spent.Load()/config.MicroDollar, spent.Load()%config.MicroDollar, 0)
	if v.Budget != want.Budget || v.Fraction != want.Fraction || v.Held != 0 || v.Tokens.Used != tokens.Load() || v.Requests.Used != clients*each-refused.Load() {
		t.Errorf("%+v; spent %d", v, spent.Load())
	}
	if refused.Load() == 0 || spent.Load()/config.MicroDollar < budget*9/10 {
		t.Errorf("the test refuses %d and spends %d: it shows nothing", refused.Load(), spent.Load())
	}
	if g := reserve(t, m, k, 0, v.Budget.Remaining()); g.Refused != None {
		t.Errorf("the rest is refused: %+v", g)
	}
	if g := reserve(t, m, k, 0, 1); g.Refused != Budget {
		t.Errorf("more than the rest is not: %+v", g)
	}
	if a := m.account("k"); len(a.holds) != 1 || len(a.order) > 2*len(a.holds)+65 {
		t.Errorf("%d holds, %d in order", len(a.holds), len(a.order))
	}
}

func BenchmarkReserve(b *testing.B) {
	for name, clients := range map[string]int{"alone": 0, "many": 16} {
		b.Run(name, func(b *testing.B) {
			m := NewMemory(nil)
			k := &config.Key{Name: "k", RPM: 1 << 50, TPM: 1 << 50, Budget: 1 << 50, Period: config.Period{Length: 24 * time.Hour}}
			one := func() {
				g := m.reserve(&Ask{Key: k, Requests: 1, Tokens: 100, Cost: 100}, false)
				m.Settle(g.Hold, 50, 50*config.MicroDollar)
			}
			b.ReportAllocs()
			if clients == 0 {
				for b.Loop() {
					one()
				}
				return
			}
			b.SetParallelism(clients)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					one()
				}
			})
		})
	}
}
