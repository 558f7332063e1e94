package redis

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

var errLate = errors.New("no answer in time")

// lateServer gives a request up at once and does what it asked for when it is let.
type lateServer struct {
	direct
	release chan struct{}
	done    atomic.Bool
}

func (l *lateServer) Do(ctx context.Context, word string, f func(context.Context, redis.UniversalClient) error) error {
	go func() {
		<-l.release
		_ = l.direct.Do(context.WithoutCancel(ctx), word, f)
		l.done.Store(true)
	}()
	return errLate
}
