// Package redis shares limits and cool-downs among replicas, in Redis.
//
// Every decision about a limit is one call of one Lua script: it checks and
// takes every window in one step, by the server's clock, so that a limit of N
// lets exactly N through whatever the number of replicas. All keys expire.
package redis

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/routing"
)

// The scripts. Each says in its first lines what it takes and gives. They need
// Redis 5: from then on a script may ask the time and write.
var (
	//go:embed reserve.lua
	reserveLua string
	//go:embed settle.lua
	settleLua string
	//go:embed cooldown.lua
	cooldownLua string
	//go:embed review.lua
	reviewLua string

	reserveScript, settleScript  = redis.NewScript(reserveLua), redis.NewScript(settleLua)
	cooldownScript, reviewScript = redis.NewScript(cooldownLua), redis.NewScript(reviewLua)
)

const (
	// timeout bounds every call, also those that nobody waits for.
	timeout = time.Second
	// soonest and latest are how long after one look at a Redis that is gone the
	// next one comes: each wait is twice the one before.
	soonest, latest = 50 * time.Millisecond, time.Second
)

// Store is a routing.Store in Redis. Make it with New and close it.
type Store struct {
	options  *redis.UniversalOptions
	current  atomic.Pointer[redis.UniversalClient]
	patience time.Duration
	log      *slog.Logger
	told     func(routing.Cooldown)

	gone     atomic.Bool
	answered atomic.Int64  // Unix nanoseconds of the last answer
	failed   chan string   // the group that Redis did not answer for
	looked   chan struct{} // closed when Redis was looked for once
	there    chan struct{} // closed when it was there once

	debts debts
	cools chan cool
	stop  context.CancelFunc
	done  sync.WaitGroup
}

var errGone = errors.New("redis is gone")

// New makes a store; told hears of other replicas' cool-downs, and of this one's.
// Redis need not be there yet.
func New(c config.Redis, log *slog.Logger, told func(routing.Cooldown)) (*Store, error) {
	o, err := options(c)
	if err != nil {
		return nil, err
	}
	redis.SetLogger(logger{log})
	ctx, stop := context.WithCancel(context.Background())
	s := &Store{
		options: o, patience: defaultPatience, log: log, told: told,
		failed: make(chan string, 1), looked: make(chan struct{}), there: make(chan struct{}),
		debts: newDebts(), cools: make(chan cool, waitingCools), stop: stop,
	}
	s.use(redis.NewUniversalClient(o))
	s.gone.Store(true) // until it has answered
	s.done.Go(func() { s.watch(ctx) })
	s.done.Go(func() { s.send(ctx) })
	s.done.Go(func() { s.listen(ctx) })
	<-s.looked // a Redis that is there is used from the first request on
	return s, nil
}

// Close ends everything; settlements that still wait are lost.
func (s *Store) Close() {
	s.stop()
	_ = s.client().Close()
	s.done.Wait()
	_ = s.client().Close() // another one, if it was just found
}

func (s *Store) client() redis.UniversalClient { return *s.current.Load() }

// use makes a client the one that is used from now on, and closes the one
// before.
func (s *Store) use(c redis.UniversalClient) {
	if old := s.current.Swap(&c); old != nil {
		_ = (*old).Close()
	}
}

// watch looks for Redis at the beginning, and when someone has not had an
// answer, until it is there.
func (s *Store) watch(ctx context.Context) {
	for group := ""; ; {
		s.find(ctx, group)
		select {
		case group = <-s.failed:
		case <-ctx.Done():
			return
		}
	}
}

// find returns when Redis serves a group. What it says in the log it says once,
// and nothing of a Redis that was only slow. After the first look it looks with
// a client of its own, which is then used: connections of the one before may be
// dead and not know it.
func (s *Store) find(ctx context.Context, group string) {
	client, own := s.client(), false
	for pause := soonest; ctx.Err() == nil; pause = min(2*pause, latest) {
		err := s.look(ctx, client, group)
		if err == nil {
			if own {
				s.use(client)
			}
			s.gone.Store(false)
			once(s.looked)
			once(s.there)
			s.debts.wake()
			if own {
				s.log.Info("redis is back: limits are shared")
			}
			return
		}
		if own {
			_ = client.Close()
		} else if ctx.Err() == nil {
			s.log.Warn("redis is gone: until it is back, limits are kept as on_store_failure says", "error", err)
		}
		once(s.looked)
		client, own = redis.NewUniversalClient(s.options), true
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	if own {
		_ = client.Close()
	}
	once(s.looked)
}

// once closes a channel that is closed by one goroutine alone.
func once(c chan struct{}) {
	select {
	case <-c:
	default:
		close(c)
	}
}

// look does what a request of the group does, at a deployment that is none: a
// server that answers a ping may still be read-only, full, or closed to this
// user. In a cluster it asks the node that the group is on.
func (s *Store) look(ctx context.Context, client redis.UniversalClient, group string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	_, err := decide(ctx, client, &routing.Ask{Group: group, Candidates: []routing.Candidate{{ID: "probe"}}})
	return err
}

// lost says that Redis has failed to answer for a group.
func (s *Store) lost(group string) {
	if s.gone.CompareAndSwap(false, true) {
		select {
		case s.failed <- group:
		default: // it is being looked for
		}
	}
}

// logger passes on what the client library says of its connections: that Redis
// is gone is said once, by find.
type logger struct{ log *slog.Logger }

// Printf implements the library's logger.
func (l logger) Printf(_ context.Context, format string, args ...any) {
	l.log.Debug("redis client: " + fmt.Sprintf(format, args...))
}
