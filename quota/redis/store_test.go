package redis

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/e2e/realredis"
	"github.com/azproc/azproc/quota"
	"github.com/azproc/azproc/routing"
	routingredis "github.com/azproc/azproc/routing/redis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open makes a store on a real store of deployments' limits, as cmd does.
func open(t testing.TB, c config.Redis) *Store {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	server, err := routingredis.New(c, log, func(routing.Cooldown) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	s := New(server, log)
	t.Cleanup(s.Close)
	return s
}

func openAt(t testing.TB, addr string) *Store {
	t.Helper()
	return open(t, config.Redis{Addresses: []string{addr}})
}

// direct is a server that is always there and as slow as it likes.
type direct struct{ client redis.UniversalClient }

func (d direct) Do(ctx context.Context, _ string, f func(context.Context, redis.UniversalClient) error) error {
	return f(ctx, d.client)
}

func (d direct) Tell(ctx context.Context, word string, f func(context.Context, redis.UniversalClient) error) error {
	return d.Do(ctx, word, f)
}

// noon is when the clocks of fixed stand.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// fixed starts a Redis whose clock the test moves, with a store that waits for it.
func fixed(t testing.TB) (*miniredis.Miniredis, *Store) {
	t.Helper()
	server := miniredis.NewMiniRedis()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.SetTime(noon)
	return server, replica(t, server)
}

func replica(t testing.TB, server *miniredis.Miniredis) *Store {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), DisableIdentity: true})
	t.Cleanup(func() { _ = client.Close() })
	s := New(direct{client}, slog.New(slog.DiscardHandler))
	t.Cleanup(s.Close)
	return s
}

// eventually polls until f says yes: for what has no event to wait for.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	for !f() {
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("not in time: %s", what)
		}
	}
}

// reserve asks until Redis has decided: this machine may have been busy for some
// milliseconds.
func reserve(t testing.TB, s *Store, ask *quota.Ask) (g quota.Grant) {
	t.Helper()
	eventually(t, "Redis decides", func() bool {
		var err error
		g, err = s.Reserve(t.Context(), ask)
		return err == nil
	})
	return g
}

// look gives what a key has used.
func look(t testing.TB, s *Store, k *config.Key) quota.View {
	t.Helper()
	return reserve(t, s, &quota.Ask{Key: k}).View
}

// awaitView waits until what a key has used is as it should be.
func awaitView(t testing.TB, s *Store, k *config.Key, used, held int64) {
	t.Helper()
	var v quota.View
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	for v = look(t, s, k); v.Budget.Used != used || v.Held != held; v = look(t, s, k) {
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("used %d and held %d, want %d and %d", v.Budget.Used, v.Held, used, held)
		}
	}
}

func daily(budget int64) *config.Key {
	return &config.Key{Name: "team a/k", Budget: budget, Period: config.Period{Length: 24 * time.Hour}}
}

func TestAServerThatIsGoneIsAnErrorAndMoneyIsToldWhenItIsBack(t *testing.T) {
	server := realredis.Start(t)
	s := openAt(t, server.Address())
	k := daily(1000)
	h := reserve(t, s, &quota.Ask{Key: k, Cost: 600}).Hold
	free := reserve(t, s, &quota.Ask{Key: k, Requests: 1}).Hold
	server.Freeze()
	eventually(t, "Redis is gone", func() bool {
		_, err := s.Reserve(t.Context(), &quota.Ask{Key: k, Cost: 1})
		return err != nil
	})
	s.Settle(h, 0, 100*config.MicroDollar)
	s.Settle(free, 0, 0)
	local := quota.Hold{Key: k.Name, ID: 1, Period: h.Period, Cost: 50, Until: h.Until}
	s.Settle(local, 0, 30*config.MicroDollar)
	server.Thaw()
	awaitView(t, s, k, 130, 0) // what the late answers took is given back
}

func TestAStoreThatIsClosedTellsWhatItKnowsBefore(t *testing.T) {
	server, s := fixed(t)
	k := daily(1000)
	h := reserve(t, s, &quota.Ask{Key: k, Cost: 600}).Hold
	other := replica(t, server)
	other.Settle(h, 0, config.MicroDollar)
	other.Close()
	if v := look(t, s, k); v.Budget.Used != 1 || v.Held != 0 {
		t.Errorf("%+v", v)
	}
}

func TestAnAnswerThatComesTooLateIsGivenBack(t *testing.T) {
	_, s := fixed(t)
	k := daily(1000)
	late := &lateServer{direct: s.server.(direct), release: make(chan struct{})}
	slow := New(late, s.log)
	defer slow.Close()
	if g, err := slow.Reserve(t.Context(), &quota.Ask{Key: k, Cost: 600}); !errors.Is(err, errLate) || !g.Hold.Empty() {
		t.Errorf("%+v %v", g, err)
	}
	close(late.release)
	eventually(t, "the late answer came", late.done.Load)
	awaitView(t, s, k, 0, 0)
}

func TestAKeyWithoutLimitsIsNotAskedAbout(t *testing.T) {
	s := New(direct{nil}, slog.New(slog.DiscardHandler)) // it would panic
	defer s.Close()
	if g, err := s.Reserve(t.Context(), &quota.Ask{Key: &config.Key{Name: "k"}, Cost: 1}); err != nil || g != (quota.Grant{}) {
		t.Errorf("%+v %v", g, err)
	}
	s.Settle(quota.Hold{}, 1, 1)
}

func TestAKeyIsOnOneNodeOfACluster(t *testing.T) {
	nodes := realredis.Cluster(t, nil)
	s := open(t, config.Redis{Addresses: []string{nodes[0].Address()}, Cluster: true})
	for _, name := range []string{"a", "b", "team/c d", "e@f", "g:h", "i", "j", "k"} {
		k := daily(100)
		k.Name, k.RPM = name, 5
		g := reserve(t, s, &quota.Ask{Key: k, Requests: 1, Cost: 60})
		if g.Refused != quota.None || g.View.Budget.Used < 60 {
			t.Errorf("%s: %+v", name, g)
		}
		s.Settle(g.Hold, 0, config.MicroDollar)
	}
	for _, n := range nodes {
		if keys := n.Client().DBSize(t.Context()).Val(); keys == 0 {
			t.Errorf("the node at %s has nothing", n.Address())
		}
	}
}
