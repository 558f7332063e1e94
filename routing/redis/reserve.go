package redis

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/azproc/azproc/routing"
)

// Reserve implements routing.Store with one call of one script. While Redis is
// gone it says so at once; when it goes, after at most five milliseconds without
// any answer from it. An answer that comes later than that still counts in
// Redis: the request is then counted twice at most, and forgotten never.
func (s *Store) Reserve(ctx context.Context, ask *routing.Ask) (routing.Grant, error) {
	if s.gone.Load() {
		return routing.Grant{}, errGone
	}
	keys, args := arguments(ask)
	began := time.Now()
	looked := began // when Redis was last looked at for a sign of life
	type result struct {
		grant routing.Grant
		err   error
	}
	answer := make(chan result, 1)
	go func() {
		c, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		numbers, err := reserveScript.Run(c, s.client, keys, args...).Int64Slice()
		if err != nil {
			answer <- result{err: fmt.Errorf("redis: %w", err)}
			return
		}
		s.answered.Store(time.Now().UnixNano())
		g, err := grant(numbers, len(ask.Candidates))
		answer <- result{g, err}
	}()
	timer := time.NewTimer(s.patience)
	defer timer.Stop()
	for {
		select {
		case r := <-answer:
			if r.err != nil {
				s.lost(r.err)
			}
			return r.grant, r.err
		case <-ctx.Done():
			return routing.Grant{}, ctx.Err()
		case now := <-timer.C:
			if now.Sub(began) < busy && s.answered.Load() > looked.UnixNano() {
				looked = now
				timer.Reset(s.patience)
				continue
			}
			err := fmt.Errorf("%w: no answer within %v", errGone, now.Sub(began).Round(time.Millisecond))
			s.lost(err)
			return routing.Grant{}, err
		}
	}
}

// arguments are the script's.
func arguments(ask *routing.Ask) (keys []string, args []any) {
	keys, args = make([]string, len(ask.Candidates)), make([]any, 0, 2+3*len(ask.Candidates))
	least := "0"
	if ask.Least {
		least = "1"
	}
	args = append(args, ask.Tokens, least)
	for i, c := range ask.Candidates {
		keys[i] = key(ask.Group, c.ID)
		args = append(args, c.Tier, c.RPM, c.TPM)
	}
	return keys, args
}

// key is a deployment's. The braces keep a group on one node of a cluster.
func key(group, id string) string { return "azproc:{" + group + "}:" + id }

func grant(numbers []int64, candidates int) (routing.Grant, error) {
	if len(numbers) != 2+2*candidates || numbers[0] >= int64(candidates) {
		return routing.Grant{}, fmt.Errorf("redis: %d numbers for %d deployments", len(numbers), candidates)
	}
	g := routing.Grant{Index: int(numbers[0]), Minute: uint32(numbers[1]), Used: make([]routing.Used, candidates)}
	for i := range g.Used {
		g.Used[i] = routing.Used{Requests: numbers[2+2*i], Tokens: numbers[3+2*i]}
	}
	return g, nil
}

// Settle implements routing.Store.
func (s *Store) Settle(group, id string, minute uint32, tokens int64) {
	if tokens == 0 {
		return
	}
	s.afterwards(func(ctx context.Context) error {
		return settleScript.Run(ctx, s.client, []string{key(group, id)}, strconv.FormatUint(uint64(minute), 10), tokens).Err()
	})
}
