package redis

import (
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/e2e/realredis"
	"github.com/azproc/azproc/quota"
)

func TestMoneyCountsOnceHoweverOftenItIsTold(t *testing.T) {
	server, s := fixed(t)
	k := daily(1000)
	h := reserve(t, s, &quota.Ask{Key: k, Cost: 600}).Hold
	local := quota.Hold{Key: k.Name, ID: 1, Period: h.Period, Cost: 50, Until: h.Until}
	for range 3 {
		if err := s.tell(t.Context(), k.Name, []debt{{h, 0, 100 * config.MicroDollar}, {local, 0, 30 * config.MicroDollar}}); err != nil {
			t.Fatal(err)
		}
	}
	if v := look(t, s, k); v.Budget.Used != 130 || v.Held != 0 {
		t.Errorf("%+v", v)
	}
	lost := reserve(t, s, &quota.Ask{Key: k, Cost: 600}).Hold
	server.SetTime(noon.Add(quota.Kept))
	if v := look(t, s, k); v.Budget.Used != 130 || v.Held != 0 {
		t.Errorf("not given up: %+v", v)
	}
	for range 3 {
		if err := s.tell(t.Context(), k.Name, []debt{{lost, 0, 7 * config.MicroDollar}}); err != nil {
			t.Fatal(err)
		}
	}
	if v := look(t, s, k); v.Budget.Used != 137 || v.Held != 0 {
		t.Errorf("%+v", v)
	}
}

// TestFractionsAddUp settles less than a micro-dollar many times, also with what azproc
// kept in Redis before it knew of fractions, and a hold that is told again.
func TestFractionsAddUp(t *testing.T) {
	server, s := fixed(t)
	k := daily(1000)
	h := reserve(t, s, &quota.Ask{Key: k, Cost: 1}).Hold
	server.HDel(keysOf(k.Name)[1], "f")
	for range 3 {
		if err := s.tell(t.Context(), k.Name, []debt{{h, 0, 900_001}}); err != nil {
			t.Fatal(err)
		}
	}
	if v := look(t, s, k); v.Budget.Used != 1 || v.Fraction != 900_001 {
		t.Errorf("%+v", v)
	}
	for range 100 {
		h := reserve(t, s, &quota.Ask{Key: k, Cost: 1}).Hold
		if err := s.tell(t.Context(), k.Name, []debt{{h, 0, 100_000}}); err != nil {
			t.Fatal(err)
		}
	}
	if v := look(t, s, k); v.Budget.Used != 11 || v.Fraction != 900_001 || v.Held != 0 {
		t.Errorf("%+v", v)
	}
	if g := reserve(t, s, &quota.Ask{Key: k, Cost: 990}); g.Refused != quota.Budget {
		t.Errorf("more than is left: %+v", g)
	}
	if g := reserve(t, s, &quota.Ask{Key: k, Cost: 989}); g.Refused != quota.None {
		t.Errorf("what is left: %+v", g)
	}
	server.SetTime(noon.Add(24 * time.Hour))
	if v := look(t, s, k); v.Budget.Used != 0 || v.Fraction != 0 {
		t.Errorf("the next day: %+v", v)
	}
	if v := reserve(t, s, &quota.Ask{Key: k, Cost: 5}).View; v.Budget.Used != 5 || v.Fraction != 0 {
		t.Errorf("the next day: %+v", v)
	}
	early := quota.Hold{Key: "early", ID: 9, Period: h.Period, Until: h.Until} // before anybody has asked
	if err := s.tell(t.Context(), "early", []debt{{early, 0, 2_500_000}}); err != nil {
		t.Fatal(err)
	}
	if u, f := server.HGet(keysOf("early")[1], "u"), server.HGet(keysOf("early")[1], "f"); u != "2" || f != "500000" {
		t.Errorf("%s and %s", u, f)
	}
}

func TestTokensAreSettledInTheirMinute(t *testing.T) {
	_, s := fixed(t)
	k := &config.Key{Name: "k", TPM: 1000}
	h := reserve(t, s, &quota.Ask{Key: k, Requests: 1, Tokens: 600}).Hold
	s.Settle(h, 50, 0)
	eventually(t, "it is settled", func() bool { return look(t, s, k).Tokens.Used == 50 })
	h.Minute--
	s.Settle(h, 5000, 0)
	h.Minute++
	h.Tokens = 40
	s.Settle(h, 0, 0)
	eventually(t, "another minute does not count", func() bool { return look(t, s, k).Tokens.Used == 10 })
	h.Tokens = 9999
	s.Settle(h, 0, 0)
	h.Tokens = 0
	s.Settle(h, 7, 0)
	eventually(t, "there is never less than nothing", func() bool { return look(t, s, k).Tokens.Used == 7 })
}

func TestAnyNumberOfSettlementsIsFewCalls(t *testing.T) {
	server := realredis.Start(t)
	client := server.Client()
	s := openAt(t, server.Address())
	k := daily(1 << 40)
	h := reserve(t, s, &quota.Ask{Key: k, Cost: 1}).Hold
	eventually(t, "what cost nothing is settled without an error", func() bool {
		free := reserve(t, s, &quota.Ask{Key: k, Requests: 1}).Hold
		err := s.tell(t.Context(), k.Name, []debt{{free, 0, 0}})
		if err != nil && strings.Contains(err.Error(), "ERR") {
			t.Fatal(err)
		}
		return err == nil
	})
	before := realredis.Calls(t, client)
	h.Shared = false
	const n = 10_000
	list := make([]debt, n)
	for i := range list {
		h.ID = uint64(i)
		list[i] = debt{h, 0, 3 * config.MicroDollar}
	}
	s.debts.add(list...)
	awaitView(t, s, k, 3*n+1, 1)
	after := realredis.Calls(t, client)
	looks := after["zrangebyscore"] - before["zrangebyscore"]
	if calls := after["evalsha"] + after["eval"] - before["evalsha"] - before["eval"] - looks - (after["hgetall"] - before["hgetall"]); calls > n/atOnce+10 {
		t.Errorf("%d calls", calls)
	}
}

func TestSettlementsThatWaitAreBounded(t *testing.T) {
	d := newDebts()
	for i := range mostDebts + 10 {
		d.add(debt{hold: quota.Hold{Key: "k", ID: uint64(i)}})
	}
	if all, lost := d.take(); len(all["k"]) != mostDebts || lost != 10 {
		t.Errorf("%d wait, %d are lost", len(all["k"]), lost)
	}
	if all, lost := d.take(); len(all) != 0 || lost != 0 {
		t.Error("told twice")
	}
}
