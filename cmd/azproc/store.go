package main

import (
	"fmt"
	"reflect"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/routing/redis"
)

// sharedStore is the Redis of the configuration that serves.
type sharedStore struct {
	*redis.Store
	at config.Redis
}

// shared gives the store that a configuration names, nil for none. The one that
// is open stays open while it is the same; another one is left for the caller to
// close when nothing is decided with it any more.
func (g *gateway) shared(at config.Redis) (store routing.Store, old *sharedStore, err error) {
	switch {
	case g.store != nil && reflect.DeepEqual(g.store.at, at):
		return g.store, nil, nil
	case len(at.Addresses) == 0:
		old, g.store = g.store, nil
		return nil, old, nil
	}
	s, err := redis.New(at, g.log, g.fleet.Told)
	if err != nil {
		return nil, nil, fmt.Errorf("shared limits: %w", err)
	}
	old, g.store = g.store, &sharedStore{s, at}
	return g.store, old, nil
}

// close ends a store; there may be none.
func (s *sharedStore) close() {
	if s != nil {
		s.Store.Close()
	}
}

// firstOfAll asks the shared store, when there is one, whether nobody has counted
// something yet.
func (g *gateway) firstOfAll(key string) (first, known bool) {
	if s := g.once.Load(); s != nil {
		return s.First(key)
	}
	return false, false
}
