package redis

import (
	"bytes"
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

	"go.uber.org/goleak"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/e2e/realredis"
	"github.com/azproc/azproc/routing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open makes a store at a server; told collects what it hears.
func open(t testing.TB, addr string, told func(routing.Cooldown)) *Store {
	t.Helper()
	s, _ := openAt(t, config.Redis{Addresses: []string{addr}}, told)
	return s
}

// openAt is open for any configuration, and gives what the store logs.
func openAt(t testing.TB, c config.Redis, told func(routing.Cooldown)) (*Store, *record) {
	t.Helper()
	if told == nil {
		told = func(routing.Cooldown) {}
	}
	log := new(record)
	s, err := New(c, slog.New(slog.NewTextHandler(log, nil)), told)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, log
}

// record is a log.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

// count is how often something was said.
func (r *record) count(what string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Count(r.text.String(), what)
}

// eventually polls until f says yes: for what has no event to wait for.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	for !f() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("not in time: %s", what)
		}
	}
}

// serves is whether a request is decided by Redis.
func serves(t testing.TB, s *Store) bool {
	t.Helper()
	_, err := s.Reserve(t.Context(), ask(false, 1, routing.Candidate{ID: "a", RPM: 1_000_000}))
	return err == nil
}

func TestRedisThatIsGoneIsSaidAtOnceAndUsedAgainWhenItIsBack(t *testing.T) {
	server := realredis.Start(t)
	s, log := openAt(t, config.Redis{Addresses: []string{server.Address()}}, nil)
	for turn := 1; turn <= 2; turn++ {
		eventually(t, "Redis serves", func() bool { return serves(t, s) })
		server.Kill()
		eventually(t, "Redis is gone", s.failing)
		if _, err := s.Reserve(t.Context(), ask(false, 1)); !errors.Is(err, errGone) {
			t.Errorf("error %v", err)
		}
		eventually(t, "the log says so", func() bool { return log.count("redis is gone") == turn })
		server.Restart()
		eventually(t, "the log says that it is back", func() bool { return log.count("redis is back") == turn })
		if !serves(t, s) {
			eventually(t, "Redis serves again", func() bool { return serves(t, s) })
		}
	}
	if log.count("redis is gone") != 2 || log.count("redis is back") != 2 {
		t.Errorf("the log:\n%s", &log.text)
	}
}

// failing is whether a request gets an error that leaves Redis gone.
func (s *Store) failing() bool {
	_, err := s.Reserve(context.Background(), ask(false, 1, routing.Candidate{ID: "a"}))
	return err != nil && s.gone.Load()
}

func TestRedisThatHangsIsNotWaitedFor(t *testing.T) {
	server := realredis.Start(t)
	s, log := openAt(t, config.Redis{Addresses: []string{server.Address()}}, nil)
	eventually(t, "Redis serves", func() bool { return serves(t, s) })
	server.Freeze()
	_, err := s.Reserve(t.Context(), ask(false, 1, routing.Candidate{ID: "a"}))
	if !errors.Is(err, errGone) || !strings.Contains(err.Error(), "no answer within") {
		t.Errorf("error %v", err)
	}
	if _, err := s.Reserve(t.Context(), ask(false, 1, routing.Candidate{ID: "a"})); err != errGone { //nolint:errorlint // the bare one: it was not waited for
		t.Errorf("the next request waits too: %v", err)
	}
	eventually(t, "the log says so", func() bool { return log.count("redis is gone") == 1 })
	server.Thaw()
	eventually(t, "Redis serves again", func() bool { return serves(t, s) })
}

// relay passes connections on to a server, until it forgets them as a front end
// does whose machine is replaced: what comes on them then is lost without a word.
type relay struct {
	net.Listener
	mu     sync.Mutex
	open   []net.Conn
	forgot *atomic.Bool // of the connections that are opened now
	done   sync.WaitGroup
}

func startRelay(t *testing.T, to string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{Listener: l, forgot: new(atomic.Bool)}
	r.done.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				_ = client.Close()
				continue
			}
			r.mu.Lock()
			r.open = append(r.open, client, server)
			forgot := r.forgot
			r.mu.Unlock()
			r.done.Go(func() { pass(server, client, forgot) })
			r.done.Go(func() { pass(client, server, forgot) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		r.mu.Lock()
		for _, c := range r.open {
			_ = c.Close()
		}
		r.mu.Unlock()
		r.done.Wait()
	})
	return r
}

func pass(to, from net.Conn, forgot *atomic.Bool) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			break
		}
		if !forgot.Load() {
			_, _ = to.Write(buf[:n])
		}
	}
	if !forgot.Load() {
		_ = to.Close()
	}
}

// forget loses what comes on the connections that are open, and gives how many
// they are.
func (r *relay) forget() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forgot.Store(true)
	r.forgot = new(atomic.Bool)
	return len(r.open) / 2
}

func TestConnectionsThatAreDeadWithoutKnowingDelayNothing(t *testing.T) {
	server := realredis.Start(t)
	front := startRelay(t, server.Address())
	s := open(t, front.Addr().String(), nil)
	s.patience = time.Minute
	server.Freeze()
	var all sync.WaitGroup
	for range connections {
		all.Go(func() { serves(t, s) })
	}
	eventually(t, "all connections are in use", func() bool { return s.client().PoolStats().TotalConns == connections })
	server.Thaw()
	all.Wait()
	s.patience = defaultPatience
	if n := front.forget(); n < connections {
		t.Errorf("only %d connections", n)
	}
	eventually(t, "Redis is gone", s.failing)
	eventually(t, "Redis serves again", func() bool { return serves(t, s) })
	if n := s.client().PoolStats().TotalConns; n > 2 {
		t.Errorf("%d connections are left", n)
	}
}

func TestASlowAnswerIsNoLoss(t *testing.T) {
	server := realredis.Start(t)
	client := server.Client()
	s, log := openAt(t, config.Redis{Addresses: []string{server.Address()}}, nil)
	eventually(t, "Redis serves", func() bool { return serves(t, s) })
	// Of its minute too: where that ends meanwhile, the count begins anew.
	counted := func() string { return fmt.Sprint(client.HGetAll(t.Context(), key("g", "a")).Val()) }
	before := counted()
	if err := client.Do(t.Context(), "client", "pause", 200, "all").Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Reserve(t.Context(), ask(false, 1, routing.Candidate{ID: "a"})); !errors.Is(err, errGone) {
		t.Errorf("error %v", err)
	}
	eventually(t, "the late answer counts", func() bool { return counted() != before })
	eventually(t, "Redis serves again", func() bool { return serves(t, s) })
	if log.count("redis is gone") != 0 {
		t.Errorf("the log:\n%s", &log.text)
	}
}

func TestARedisThatMayNotWriteIsGoneUntilItMay(t *testing.T) {
	server := realredis.Start(t)
	client := server.Client()
	s, log := openAt(t, config.Redis{Addresses: []string{server.Address()}}, nil)
	eventually(t, "Redis serves", func() bool { return serves(t, s) })
	if err := client.Do(t.Context(), "replicaof", "127.0.0.1", "1").Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a replica is no store", s.failing)
	eventually(t, "the log says why", func() bool { return log.count("READONLY") == 1 })
	if err := client.Do(t.Context(), "replicaof", "no", "one").Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "Redis serves again", func() bool { return serves(t, s) })
	if log.count("redis is gone") != 1 {
		t.Errorf("the log:\n%s", &log.text)
	}
}

func TestAWrongPasswordIsSaidOnce(t *testing.T) {
	server := realredis.Start(t, "--requirepass", "the right one")
	s, log := openAt(t, config.Redis{Addresses: []string{server.Address()}, Password: "the wrong one"}, nil)
	if serves(t, s) {
		t.Error("served")
	}
	client := server.Client("default", "the right one")
	eventually(t, "Redis is tried again and again", func() bool { return realredis.Calls(t, client)["auth"] > 2 })
	if log.count("WRONGPASS") != 1 || log.count("wrong one") != 0 {
		t.Errorf("the log:\n%s", &log.text)
	}
	if err := client.ConfigSet(t.Context(), "requirepass", "the wrong one").Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "Redis serves", func() bool { return serves(t, s) })
}

func TestARedisThatNeverAnswersDelaysTheBeginningButNoRequest(t *testing.T) {
	hung, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hung.Close()
	s := open(t, hung.Addr().String(), nil)
	if _, err := s.Reserve(t.Context(), ask(false, 1, routing.Candidate{ID: "a"})); err != errGone { //nolint:errorlint // as above
		t.Errorf("error %v", err)
	}
}
