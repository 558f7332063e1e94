package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/azproc/azproc/routing"
)

// Reserve implements routing.Store with one call of one script. An answer that
// comes later than the request waits still counts in Redis: such a request is
// counted twice at most, and forgotten never.
func (s *Store) Reserve(ctx context.Context, ask *routing.Ask) (routing.Grant, error) {
	var g routing.Grant
	err := s.Do(ctx, ask.Group, func(ctx context.Context, client redis.UniversalClient) (err error) {
		g, err = decide(ctx, client, ask)
		return err
	})
	if err != nil {
		return routing.Grant{}, err // g may be written yet
	}
	return g, nil
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
