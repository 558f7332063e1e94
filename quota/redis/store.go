// Package redis shares what client keys use among replicas, in Redis.
//
// Every reservation is one call of one Lua script: it looks at every limit of the
// key and takes from all or from none, by the server's clock. All keys expire.
package redis

import (
	"context"
	_ "embed"
	"log/slog"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/azproc/azproc/quota"
)

// The scripts. Each says in its first lines what it takes and gives.
var (
	//go:embed reserve.lua
	reserveLua string
	//go:embed settle.lua
	settleLua string

	reserveScript, settleScript = redis.NewScript(reserveLua), redis.NewScript(settleLua)
)

// Server is a Redis that may be gone at times. It is the one that the limits of
// deployments are in: one pool of connections, and one opinion of whether it is
// there.
type Server interface {
	// Do calls f for a request that waits for it, and gives up after some
	// milliseconds; f may then still be at work. The word is in braces in every key
	// that f uses.
	Do(ctx context.Context, word string, f func(context.Context, redis.UniversalClient) error) error
	// Tell calls f for what nobody waits for.
	Tell(ctx context.Context, word string, f func(context.Context, redis.UniversalClient) error) error
}

// Store is a quota.Store in Redis. Make it with New and close it.
type Store struct {
	server  Server
	log     *slog.Logger
	serials *quota.Serials
	debts   debts
	stop    context.CancelFunc
	done    sync.WaitGroup
}

// New makes a store on a server, which is the caller's to close, after the store.
func New(server Server, log *slog.Logger) *Store {
	ctx, stop := context.WithCancel(context.Background())
	s := &Store{server: server, log: log, serials: quota.NewSerials(), debts: newDebts(), stop: stop}
	s.done.Go(func() { s.send(ctx) })
	return s
}

// Close ends it. What still waits to be settled is told to Redis before, if that
// is there.
func (s *Store) Close() {
	s.stop()
	s.done.Wait()
}

// word is what all keys of a client key have in braces, which keeps them on one
// node of a cluster. Names of keys have no braces.
func word(key string) string { return "key/" + key }

// keysOf are the script's for a client key.
func keysOf(key string) []string {
	begin := "azproc:{" + word(key) + "}:"
	return []string{begin + "minute", begin + "budget", begin + "holds"}
}
