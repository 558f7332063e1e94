package redis

import (
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/realredis"
	"github.com/azproc/azproc/routing"
)

func TestWhatWasReservedIsSettledInItsMinute(t *testing.T) {
	server, s := fixed(t)
	g := reserve(t, s, ask(false, 100, routing.Candidate{ID: "a"}))
	counts := func(tokens string) func() bool {
		return func() bool { return server.HGet(key("g", "a"), "t") == tokens }
	}
	s.Settle("g", "a", g.Minute, -70)
	eventually(t, "what was too much is given back", counts("30"))
	s.Settle("g", "a", g.Minute, -70)
	eventually(t, "there is never less than nothing", counts("0"))
	s.Settle("g", "a", g.Minute-1, 1000)
	s.Settle("g", "a", g.Minute, 7)
	eventually(t, "another minute does not count", counts("7"))
	if server.TTL(key("g", "a")) == 0 {
		t.Error("the counter never expires")
	}
}

func TestAnyNumberOfSettlementsIsFewCalls(t *testing.T) {
	server := realredis.Start(t)
	client := server.Client()
	s := open(t, server.Address(), nil)
	s.patience = time.Minute
	g := reserve(t, s, ask(false, 1_000_000, routing.Candidate{ID: "a"}))
	server.Freeze()
	for range 100_000 {
		s.Settle("g", "a", g.Minute, -9)
	}
	server.Thaw()
	eventually(t, "all are counted", func() bool { return client.HGet(t.Context(), key("g", "a"), "t").Val() == "100000" })
	if n := realredis.Calls(t, client)["hincrby"]; n > 1000 {
		t.Errorf("%d calls", n)
	}
}

func TestWhatIsSettledWhileRedisIsGoneIsToldWhenItIsBack(t *testing.T) {
	server, s := fixed(t)
	g := reserve(t, s, ask(false, 100, routing.Candidate{ID: "a"}))
	s.gone.Store(true)
	s.Settle("g", "a", g.Minute, -70)
	s.failed <- "g"
	eventually(t, "it is settled", func() bool { return server.HGet(key("g", "a"), "t") == "30" })
}

func TestSettlementsThatWaitAreBounded(t *testing.T) {
	d := newDebts()
	for minute := range uint32(2 * mostDebts) {
		d.add(window{"g", "a", minute}, 1)
	}
	d.add(window{"g", "a", 0}, 1)
	if all := d.take(); len(all) != mostDebts || all[window{"g", "a", 0}] != 2 {
		t.Errorf("%d wait", len(all))
	}
	if len(d.take()) != 0 {
		t.Error("told twice")
	}
}
