package redis

import (
	"context"
	"time"
)

// kept is how long it is remembered that something was counted: longer than Azure
// keeps a finished batch.
const kept = 40 * 24 * time.Hour

// First says whether nobody has said key before, of all replicas. known is false
// when Redis does not answer. It waits for Redis, at most for a second.
func (s *Store) First(key string) (first, known bool) {
	if s.gone.Load() {
		return false, false
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	ok, err := s.client().SetNX(ctx, "azproc:counted:"+key, 1, kept).Result()
	return ok, err == nil
}
