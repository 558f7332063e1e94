package redis

import (
	"strings"
	"testing"

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
		if err := s.tell(t.Context(), k.Name, []debt{{h, 0, 100}, {local, 0, 30}}); err != nil {
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
		if err := s.tell(t.Context(), k.Name, []debt{{lost, 0, 7}}); err != nil {
			t.Fatal(err)
		}
	}
	if v := look(t, s, k); v.Budget.Used != 137 || v.Held != 0 {
		t.Errorf("%+v", v)
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
		list[i] = debt{h, 0, 3}
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
