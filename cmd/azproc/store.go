package main

import (
	"fmt"
	"reflect"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/quota"
	quotaredis "github.com/azproc/azproc/quota/redis"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/routing/redis"
)

// sharedStore is the Redis of the configuration that serves.
type sharedStore struct {
	*redis.Store
	at   config.Redis
	keys *quotaredis.Store // of clients' keys, by the same connections
}

// open gives the store that a configuration names, nil for none: the one that is
// used already where it is the same Redis, else another one. It changes nothing: the
// caller puts it into use, and then closes the one before, or closes it.
func (g *gateway) open(at config.Redis) (*sharedStore, error) {
	switch {
	case len(at.Addresses) == 0:
		return nil, nil
	case g.store != nil && reflect.DeepEqual(g.store.at, at):
		return g.store, nil
	}
	s, err := redis.New(at, g.log, g.fleet.Told)
	if err != nil {
		return nil, fmt.Errorf("shared limits: %w", err)
	}
	return &sharedStore{s, at, quotaredis.New(s, g.log)}, nil
}

// shared is the store as routing takes it: nothing where there is none.
func (s *sharedStore) shared() routing.Store {
	if s == nil {
		return nil
	}
	return s
}

// useFor makes the store the one of the clients' keys; there may be none.
func (s *sharedStore) useFor(books *quota.Books, policy config.StorePolicy) {
	if s == nil {
		books.Use(nil, policy)
		return
	}
	books.Use(s.keys, policy)
}

// close ends a store; there may be none.
func (s *sharedStore) close() {
	if s != nil {
		s.keys.Close() // what keys have used is told to Redis before it is gone
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
