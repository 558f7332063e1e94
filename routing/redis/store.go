// Package redis shares limits and cool-downs among replicas, in Redis.
//
// Every decision about a limit is one call of one Lua script: it checks and
// takes every window in one step, by the server's clock, so that a limit of N
// lets exactly N through whatever the number of replicas. All keys expire.
package redis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/routing"
)

// The scripts. Each says in its first lines what it takes and gives.
var (
	//go:embed reserve.lua
	reserveLua string
	//go:embed settle.lua
	settleLua string
	//go:embed cooldown.lua
	cooldownLua string

	reserveScript, settleScript, cooldownScript = redis.NewScript(reserveLua), redis.NewScript(settleLua), redis.NewScript(cooldownLua)
)

const (
	// defaultPatience is how long a request waits for Redis when nothing at all
	// has come from it meanwhile.
	defaultPatience = 5 * time.Millisecond
	// busy is how long it waits when others do get answers: Redis is there, and
	// this machine is busy.
	busy = 250 * time.Millisecond
	// probe is how often a Redis that is gone is looked for.
	probe = 100 * time.Millisecond
	// queued is how many settlements and cool-downs may wait to be sent.
	queued = 4096
)

// Store is a routing.Store in Redis. Make it with New and close it.
type Store struct {
	client   redis.UniversalClient
	patience time.Duration
	log      *slog.Logger
	told     func(routing.Cooldown)

	gone     atomic.Bool
	answered atomic.Int64 // Unix nanoseconds of the last answer

	later chan func(context.Context) error
	stop  context.CancelFunc
	done  sync.WaitGroup
}

var errGone = errors.New("redis is gone")

// New makes a store; told hears of other replicas' cool-downs, and of this one's.
// Redis need not be there yet.
func New(c config.Redis, log *slog.Logger, told func(routing.Cooldown)) (*Store, error) {
	o := &redis.UniversalOptions{
		Addrs: c.Addresses, Username: c.Username, Password: c.Password.Reveal(), DB: c.DB, IsClusterMode: c.Cluster,
		MaxRetries: -1, ContextTimeoutEnabled: true, PoolSize: 64,
		DialTimeout: time.Second, ReadTimeout: time.Second, WriteTimeout: time.Second,
		DialerRetries: 1,
	}
	if c.TLS {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		if c.CAFile != "" {
			pem, err := os.ReadFile(c.CAFile)
			if err != nil {
				return nil, fmt.Errorf("redis_ssl_ca_certs: %w", err)
			}
			o.TLSConfig.RootCAs = x509.NewCertPool()
			if !o.TLSConfig.RootCAs.AppendCertsFromPEM(pem) {
				return nil, fmt.Errorf("redis_ssl_ca_certs: no certificate in %s", c.CAFile)
			}
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	redis.SetLogger(logger{log})
	s := &Store{client: redis.NewUniversalClient(o), patience: defaultPatience, log: log, told: told, later: make(chan func(context.Context) error, queued), stop: stop}
	s.gone.Store(true) // until it has answered
	first := make(chan struct{})
	s.done.Go(func() { s.watch(ctx, first) })
	s.done.Go(func() { s.send(ctx) })
	s.done.Go(func() { s.listen(ctx) })
	select { // a Redis that is there is used from the first request on
	case <-first:
	case <-time.After(time.Second):
		log.Warn("redis does not answer: limits are kept as on_store_failure says until it does", "addresses", c.Addresses)
	}
	return s, nil
}

// Close ends everything; settlements that still wait are lost.
func (s *Store) Close() {
	s.stop()
	_ = s.client.Close()
	s.done.Wait()
}

// watch looks whether Redis is there: often while it is gone, and whenever
// someone has said that it is.
func (s *Store) watch(ctx context.Context, first chan struct{}) {
	tick := time.NewTicker(probe)
	defer tick.Stop()
	var once sync.Once
	for {
		if s.gone.Load() {
			c, cancel := context.WithTimeout(ctx, time.Second)
			err := s.client.Ping(c).Err()
			cancel()
			if err == nil && s.gone.CompareAndSwap(true, false) {
				s.log.Info("redis is there")
				once.Do(func() { close(first) })
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// lost says that Redis has failed to answer.
func (s *Store) lost(err error) {
	if s.gone.CompareAndSwap(false, true) {
		s.log.Warn("redis is gone: limits are kept as on_store_failure says until it is back", "error", err)
	}
}

// send does what nobody waits for.
func (s *Store) send(ctx context.Context) {
	for {
		select {
		case do := <-s.later:
			if s.gone.Load() {
				continue
			}
			c, cancel := context.WithTimeout(ctx, time.Second)
			if err := do(c); err != nil && ctx.Err() == nil {
				s.lost(err)
			}
			cancel()
		case <-ctx.Done():
			return
		}
	}
}

// afterwards queues a call that nobody waits for. When the queue is full it is
// dropped: what was reserved then stays counted until the minute ends.
func (s *Store) afterwards(do func(context.Context) error) {
	select {
	case s.later <- do:
	default:
	}
}

// logger passes on what the client library says of its connections: that Redis
// is gone is said once, by lost.
type logger struct{ log *slog.Logger }

// Printf implements the library's logger.
func (l logger) Printf(_ context.Context, format string, args ...any) {
	l.log.Debug("redis client: " + fmt.Sprintf(format, args...))
}
