package redis

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/quota"
)

// keptSeconds is quota.Kept.
const keptSeconds = int64(quota.Kept / time.Second)

// Reserve implements quota.Store with one call of one script. An answer that comes
// after the request has given up is given back at once.
func (s *Store) Reserve(ctx context.Context, ask *quota.Ask) (quota.Grant, error) {
	if !ask.Key.Limited() {
		return quota.Grant{}, nil
	}
	var (
		g     quota.Grant
		taken atomic.Bool // by the request, or to be given back
	)
	own := *ask // the caller may change its own once it has given up
	err := s.server.Do(ctx, word(ask.Key.Name), func(ctx context.Context, client redis.UniversalClient) (err error) {
		answer, err := decide(ctx, client, &own, s.serials.Next())
		if err != nil {
			return err
		}
		g = answer
		if !taken.CompareAndSwap(false, true) {
			s.Settle(answer.Hold, 0, 0)
		}
		return nil
	})
	if err != nil && taken.CompareAndSwap(false, true) {
		return quota.Grant{}, err
	}
	return g, nil
}

// decide calls the script.
func decide(ctx context.Context, client redis.UniversalClient, ask *quota.Ask, id uint64) (quota.Grant, error) {
	numbers, err := reserveScript.Run(ctx, client, keysOf(ask.Key.Name), arguments(ask, id, time.Now())...).Int64Slice()
	if err != nil {
		return quota.Grant{}, fmt.Errorf("redis: %w", err)
	}
	return grant(numbers, ask, id)
}

// arguments are the script's.
func arguments(ask *quota.Ask, id uint64, now time.Time) []any {
	k := ask.Key
	args := []any{max(ask.Requests, 0), max(ask.Tokens, 0), max(ask.Cost, 0), k.RPM, k.TPM, k.Budget, strconv.FormatUint(id, 36), keptSeconds}
	if k.Period.Months == 0 {
		return append(args, int64(k.Period.Length/time.Second), config.FirstPeriod)
	}
	args = append(args, 0, 0)
	// The server's clock decides, and may be a period before or behind.
	start, end := k.Period.Window(now)
	before, _ := k.Period.Window(time.Unix(start-1, 0))
	_, after := k.Period.Window(time.Unix(end, 0))
	return append(args, before, start, end, after)
}

// grant reads the script's answer.
func grant(n []int64, ask *quota.Ask, id uint64) (quota.Grant, error) {
	if len(n) != 11 || n[0] < 0 || n[0] > int64(quota.Budget) {
		return quota.Grant{}, fmt.Errorf("redis: %d numbers for a key", len(n))
	}
	k := ask.Key
	left, rest := time.Duration(n[2])*time.Millisecond, time.Duration(n[6])*time.Millisecond
	g := quota.Grant{Refused: quota.Limit(n[0])}
	v := &g.View
	v.Minute, v.Period = uint32(n[1]), n[5]
	if k.RPM > 0 {
		v.Requests = quota.Gauge{Limit: k.RPM, Used: n[3], Reset: left}
	}
	if k.TPM > 0 {
		v.Tokens = quota.Gauge{Limit: k.TPM, Used: n[4], Reset: left}
	}
	if k.Budget > 0 {
		v.Budget = quota.Gauge{Limit: k.Budget, Reset: rest}
		v.SetMoney(n[7], n[8], n[9])
	}
	if g.Refused != quota.None || ask.Requests+ask.Tokens+ask.Cost <= 0 {
		return g, nil
	}
	g.Hold = quota.Hold{Key: k.Name, ID: id, Until: n[10], Shared: true}
	if k.RPM > 0 || k.TPM > 0 {
		g.Hold.Minute, g.Hold.Tokens = v.Minute, max(ask.Tokens, 0)
	}
	if k.Budget > 0 {
		g.Hold.Period, g.Hold.Cost = v.Period, max(ask.Cost, 0)
	}
	return g, nil
}
