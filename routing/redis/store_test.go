package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"go.uber.org/goleak"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/routing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open makes a store at a server; told collects what it hears.
func open(t *testing.T, addr string, told func(routing.Cooldown)) *Store {
	t.Helper()
	if told == nil {
		told = func(routing.Cooldown) {}
	}
	s, err := New(config.Redis{Addresses: []string{addr}}, slog.New(slog.DiscardHandler), told)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func ask(least bool, tokens int64, candidates ...routing.Candidate) *routing.Ask {
	return &routing.Ask{Group: "g", Tokens: tokens, Least: least, Candidates: candidates}
}

func reserve(t *testing.T, s *Store, a *routing.Ask) routing.Grant {
	t.Helper()
	for {
		g, err := s.Reserve(t.Context(), a)
		if errors.Is(err, errGone) { // this machine was busy for 5 ms
			time.Sleep(probe)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
}

func TestALimitLetsExactlyItsNumberThrough(t *testing.T) {
	server := miniredis.RunT(t)
	server.SetTime(time.Unix(1_800_000_000, 0))
	var through, refused atomic.Int64
	var all sync.WaitGroup
	for range 4 { // replicas
		s := open(t, server.Addr(), nil)
		s.patience = time.Minute
		for range 4 {
			all.Go(func() {
				for range 20 {
					if reserve(t, s, ask(false, 1, routing.Candidate{ID: "a", RPM: 100})).Index == 0 {
						through.Add(1)
					} else {
						refused.Add(1)
					}
				}
			})
		}
	}
	all.Wait()
	if through.Load() != 100 || refused.Load() != 220 {
		t.Errorf("%d went through, %d were refused", through.Load(), refused.Load())
	}
}

func TestTheFirstWithRoomIsTaken(t *testing.T) {
	server := miniredis.RunT(t)
	server.SetTime(time.Unix(1_800_000_000, 0))
	s := open(t, server.Addr(), nil)
	a := ask(false, 60, routing.Candidate{ID: "a", RPM: 5, TPM: 100}, routing.Candidate{ID: "b", RPM: 1}, routing.Candidate{ID: "c", Tier: 2})
	for i, want := range []int{0, 1, 2, 2} {
		if g := reserve(t, s, a); g.Index != want {
			t.Errorf("request %d went to %d, want %d: %+v", i, g.Index, want, g)
		}
	}
	g := reserve(t, s, a)
	if g.Used[0] != (routing.Used{Requests: 1, Tokens: 60}) || g.Used[1].Requests != 1 || g.Used[2].Requests != 3 || g.Minute != 1_800_000_000/60 {
		t.Errorf("%+v", g)
	}
}

func TestTheLeastUsedByShareOfItsLimitIsTaken(t *testing.T) {
	server := miniredis.RunT(t)
	server.SetTime(time.Unix(1_800_000_000, 0))
	s := open(t, server.Addr(), nil)
	counts := make([]int, 3)
	for range 60 {
		counts[reserve(t, s, ask(true, 1, routing.Candidate{ID: "a", RPM: 10}, routing.Candidate{ID: "b", RPM: 50}, routing.Candidate{ID: "late", Tier: 1})).Index]++
	}
	if fmt.Sprint(counts) != "[10 50 0]" {
		t.Errorf("shared as %v", counts)
	}
	if g := reserve(t, s, ask(true, 1, routing.Candidate{ID: "a", RPM: 10}, routing.Candidate{ID: "late", Tier: 1})); g.Index != 1 {
		t.Errorf("a full tier is not left: %+v", g)
	}
}

func TestNoneHasRoomTakesNothing(t *testing.T) {
	server := miniredis.RunT(t)
	server.SetTime(time.Unix(1_800_000_000, 0))
	s := open(t, server.Addr(), nil)
	a := ask(true, 100, routing.Candidate{ID: "a", RPM: 9, TPM: 150})
	reserve(t, s, a)
	if g := reserve(t, s, a); g.Index != -1 || g.Used[0] != (routing.Used{Requests: 1, Tokens: 100}) {
		t.Errorf("%+v", g)
	}
	server.SetTime(time.Unix(1_800_000_060, 0))
	if g := reserve(t, s, a); g.Index != 0 || g.Used[0].Requests != 1 {
		t.Errorf("the next minute: %+v", g)
	}
}

func TestARequestLargerThanAMinuteTakesTheWholeMinute(t *testing.T) {
	server := miniredis.RunT(t)
	server.SetTime(time.Unix(1_800_000_000, 0))
	s := open(t, server.Addr(), nil)
	if g := reserve(t, s, ask(false, 9999, routing.Candidate{ID: "a", TPM: 100})); g.Index != 0 || g.Used[0].Tokens != 100 {
		t.Errorf("%+v", g)
	}
}

func TestWhatWasReservedIsSettledInItsMinute(t *testing.T) {
	server := miniredis.RunT(t)
	server.SetTime(time.Unix(1_800_000_000, 0))
	s := open(t, server.Addr(), nil)
	g := reserve(t, s, ask(false, 100, routing.Candidate{ID: "a"}))
	tokens := func() string { return server.HGet(key("g", "a"), "t") }
	s.Settle("g", "a", g.Minute, -70)
	eventually(t, func() bool { return tokens() == "30" })
	s.Settle("g", "a", g.Minute, -70)
	eventually(t, func() bool { return tokens() == "0" })
	s.Settle("g", "a", g.Minute-1, 1000)
	s.Settle("g", "a", g.Minute, 7)
	eventually(t, func() bool { return tokens() == "7" })
	if server.TTL(key("g", "a")) == 0 {
		t.Error("the counter never expires")
	}
}

func TestReplicasHearOfCooldowns(t *testing.T) {
	server := miniredis.RunT(t)
	heard := make(chan routing.Cooldown, 100)
	one := open(t, server.Addr(), nil)
	open(t, server.Addr(), func(c routing.Cooldown) { heard <- c })
	until := time.Now().Add(time.Minute).Truncate(time.Millisecond)
	want := routing.Cooldown{ID: "a name", Fault: azure.FaultThrottled, Until: until, Why: "429 too many\nrequests"}
	one.CoolDown(want)
	if got := <-heard; got.ID != want.ID || got.Fault != want.Fault || !got.Until.Equal(until) || got.Why != want.Why {
		t.Errorf("heard %+v", got)
	}
	one.CoolDown(routing.Cooldown{ID: "a name", Fault: azure.FaultServer, Until: until.Add(-time.Second)})
	one.CoolDown(routing.Cooldown{ID: "other"})
	for got := range heard { // a shorter one is told to nobody; the hash may tell the first again
		if got.ID == "other" {
			break
		}
		if !got.Until.Equal(until) {
			t.Fatalf("heard %+v", got)
		}
	}
}

func TestACooldownThatWasMissedIsReadFromTheHash(t *testing.T) {
	server := miniredis.RunT(t)
	one := open(t, server.Addr(), nil)
	until := time.Now().Add(time.Minute)
	one.CoolDown(routing.Cooldown{ID: "a", Fault: azure.FaultConfig, Until: until})
	eventually(t, func() bool { return server.HGet(cooldowns, "a") != "" })
	heard := make(chan routing.Cooldown, 100)
	open(t, server.Addr(), func(c routing.Cooldown) { heard <- c })
	if got := <-heard; got.ID != "a" || got.Fault != azure.FaultConfig {
		t.Errorf("heard %+v", got)
	}
}

func TestRedisThatIsGoneIsSaidAtOnceAndUsedAgainWhenItIsBack(t *testing.T) {
	server := miniredis.RunT(t)
	s := open(t, server.Addr(), nil)
	a := ask(false, 1, routing.Candidate{ID: "a", RPM: 1000})
	reserve(t, s, a)
	server.Close()
	if _, err := s.Reserve(t.Context(), a); err == nil {
		t.Fatal("no error without Redis")
	}
	if _, err := s.Reserve(t.Context(), a); !errors.Is(err, errGone) {
		t.Errorf("error %v", err)
	}
	if err := server.Restart(); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { _, err := s.Reserve(t.Context(), a); return err == nil })
}

func TestRedisThatHangsIsNotWaitedFor(t *testing.T) {
	hung, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hung.Close()
	s := open(t, hung.Addr().String(), nil)
	s.gone.Store(false) // as if it had answered until now
	if _, err := s.Reserve(t.Context(), ask(false, 1, routing.Candidate{ID: "a", RPM: 1})); !errors.Is(err, errGone) || !strings.Contains(err.Error(), "no answer within") {
		t.Errorf("error %v", err)
	}
	if !s.gone.Load() {
		t.Error("the next request waits too")
	}
}

func TestAnAnswerThatIsNoneIsAnError(t *testing.T) {
	for _, numbers := range [][]int64{nil, {0}, {5, 1, 2, 3}, {0, 1, 2}} {
		if _, err := grant(numbers, 1); err == nil {
			t.Errorf("%v was taken", numbers)
		}
	}
}

func FuzzCooldownsFromRedisAreReadOrLeft(f *testing.F) {
	f.Add("id", "1700000000000 2 why")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, id, text string) {
		if c, ok := parse(id, text); ok && (c.ID == "" || c.Fault > azure.FaultConfig) {
			t.Errorf("%+v", c)
		}
	})
}

func TestAWrongCAFileIsAnError(t *testing.T) {
	for _, file := range []string{"/no/such/file", "store_test.go"} {
		_, err := New(config.Redis{Addresses: []string{"127.0.0.1:1"}, TLS: true, CAFile: file}, slog.New(slog.DiscardHandler), nil)
		if err == nil || !strings.Contains(err.Error(), "redis_ssl_ca_certs") {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// eventually polls until f says yes: Redis is told afterwards.
func eventually(t *testing.T, f func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	for !f() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			t.Fatal("not in time")
		}
	}
}
