package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/azproc/azproc/routing"
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

// Reserve implements routing.Store with one call of one script. While Redis is
// gone it says so at once; when it goes, after five milliseconds without any
// sign of it. An answer that comes later than that still counts in Redis: such
// a request is counted twice at most, and forgotten never.
//
// That a client has left is no reason to leave too: what is taken for it is
// given back when its request ends, and nobody would give back what was taken
// here and never handed over.
func (s *Store) Reserve(ctx context.Context, ask *routing.Ask) (routing.Grant, error) {
	if s.gone.Load() {
		return routing.Grant{}, errGone
	}
	type result struct {
		grant routing.Grant
		err   error
	}
	began := time.Now()
	answer := make(chan result, 1)
	go func() {
		c, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
		defer cancel()
		g, err := decide(c, s.client(), ask)
		if err == nil {
			s.answered.Store(time.Now().UnixNano())
		}
		answer <- result{g, err}
	}()
	timer := time.NewTimer(s.patience)
	defer timer.Stop()
	for looked := began; ; {
		select {
		case r := <-answer:
			if r.err != nil {
				s.lost(ask.Group)
			}
			return r.grant, r.err
		case <-timer.C:
			now := time.Now()
			if s.sign(looked, now) && now.Sub(began) < busy {
				looked = now
				timer.Reset(s.patience)
				continue
			}
			s.lost(ask.Group)
			return routing.Grant{}, fmt.Errorf("%w: no answer within %v", errGone, now.Sub(began).Round(time.Millisecond))
		}
	}
}

// sign is whether there was a sign since a look at the clock that Redis is there
// and an answer may only be late.
func (s *Store) sign(looked, now time.Time) bool {
	others := s.answered.Load() > looked.UnixNano()
	starved := now.Sub(looked) > s.patience+late
	return others || starved
}

// decide calls the script.
func decide(ctx context.Context, client redis.UniversalClient, ask *routing.Ask) (routing.Grant, error) {
	keys, args := arguments(ask)
	numbers, err := reserveScript.Run(ctx, client, keys, args...).Int64Slice()
	if err != nil {
		return routing.Grant{}, fmt.Errorf("redis: %w", err)
	}
	return grant(numbers, len(ask.Candidates))
}

// arguments are the script's. The numbers go by pointer, which the client
// library takes and which costs no memory.
func arguments(ask *routing.Ask) (keys []string, args []any) {
	keys, args = make([]string, len(ask.Candidates)), make([]any, 0, 2+3*len(ask.Candidates))
	least := "0"
	if ask.Least {
		least = "1"
	}
	args = append(args, &ask.Tokens, least)
	for i := range ask.Candidates {
		c := &ask.Candidates[i]
		keys[i] = key(ask.Group, c.ID)
		args = append(args, &c.Tier, &c.RPM, &c.TPM)
	}
	return keys, args
}

// key is a deployment's. The braces keep a group on one node of a cluster; one
// in the group's own name would end them too early.
func key(group, id string) string {
	return "azproc:{" + strings.ReplaceAll(group, "}", ")") + "}:" + id
}

// grant reads the script's answer.
func grant(numbers []int64, candidates int) (routing.Grant, error) {
	if len(numbers) != 3+2*candidates || numbers[0] >= int64(candidates) {
		return routing.Grant{}, fmt.Errorf("redis: %d numbers for %d deployments", len(numbers), candidates)
	}
	g := routing.Grant{
		Index: int(numbers[0]), Minute: uint32(numbers[1]), Left: time.Duration(numbers[2]) * time.Millisecond,
		Used: make([]routing.Used, candidates),
	}
	for i := range g.Used {
		g.Used[i] = routing.Used{Requests: numbers[3+2*i], Tokens: numbers[4+2*i]}
	}
	return g, nil
}
