package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// defaultPatience is how long a request waits for Redis when there is no sign
	// that it is there.
	defaultPatience = 5 * time.Millisecond
	// busy is how long it waits when others do get answers, or when this process
	// itself does not come to run: Redis is there, and the machine is busy.
	busy = 100 * time.Millisecond
	// late is how much after its time a timer wakes up whoever waits for it in a
	// process that is starved.
	late = time.Millisecond
)

// Do calls f for a request, which waits for it. While Redis is gone it says so at
// once; when it goes, after five milliseconds without any sign of it. f is then
// still at work, for at most a second, and what it does is done.
//
// The group is any word: f uses keys that have it in braces, as key makes them, so
// that Redis is looked for where they are.
//
// That a client has left is no reason to leave too: what is taken for it is
// given back when its request ends, and nobody would give back what was taken
// here and never handed over.
func (s *Store) Do(ctx context.Context, group string, f func(context.Context, redis.UniversalClient) error) error {
	if s.gone.Load() {
		return errGone
	}
	began := time.Now()
	answer := make(chan error, 1)
	go func() {
		c, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
		defer cancel()
		err := f(c, s.client())
		if err == nil {
			s.answered.Store(time.Now().UnixNano())
		}
		answer <- err
	}()
	timer := time.NewTimer(s.patience)
	defer timer.Stop()
	for looked := began; ; {
		select {
		case err := <-answer:
			if err != nil {
				s.lost(group)
			}
			return err
		case <-timer.C:
			now := time.Now()
			if s.sign(looked, now) && now.Sub(began) < busy {
				looked = now
				timer.Reset(s.patience)
				continue
			}
			s.lost(group)
			return fmt.Errorf("%w: no answer within %v", errGone, now.Sub(began).Round(time.Millisecond))
		}
	}
}

// Tell calls f for what no request waits for. While Redis is gone it says so at
// once.
func (s *Store) Tell(ctx context.Context, group string, f func(context.Context, redis.UniversalClient) error) error {
	if s.gone.Load() {
		return errGone
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := f(ctx, s.client())
	if err != nil {
		s.lost(group)
	}
	return err
}

// sign is whether there was a sign since a look at the clock that Redis is there
// and an answer may only be late.
func (s *Store) sign(looked, now time.Time) bool {
	others := s.answered.Load() > looked.UnixNano()
	starved := now.Sub(looked) > s.patience+late
	return others || starved
}
