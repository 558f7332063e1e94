package redis

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
)

const (
	// cooldowns is the hash of all cool-downs, and channel where each new one is
	// told at once.
	cooldowns = "azproc:cooldowns"
	channel   = "azproc:cooldowns"
	// review is how often the hash is read, for what the channel has missed.
	review = time.Second
	// waitingCools is how many cool-downs may wait to be told.
	waitingCools = 1024
)

// cool is a cool-down on its way to Redis: how long it lasts, in milliseconds,
// for no replica knows another one's clock.
type cool struct {
	id   string
	wait int64 // 0 ends it
	text string
}

// CoolDown implements routing.Store.
func (s *Store) CoolDown(c routing.Cooldown) {
	wait := int64(0)
	if !c.Until.IsZero() {
		wait = max(1, time.Until(c.Until).Milliseconds())
	}
	select {
	case s.cools <- cool{c.ID, wait, fmt.Sprintf("%d %s", c.Fault, c.Why)}:
	default:
		s.log.Warn("the other replicas are not told of a cool-down: too many wait for Redis", "deployment", c.ID)
	}
}

func (s *Store) coolDown(ctx context.Context, c cool) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := cooldownScript.Run(ctx, s.client(), []string{cooldowns}, channel, c.id, c.wait, c.text).Err(); err != nil && ctx.Err() == nil {
		s.log.Warn("the other replicas are not told of a cool-down", "deployment", c.id, "error", err)
	}
}

// listen hears of cool-downs by the channel, and once a second by the hash. It
// begins when Redis is there, for the library would ask again and again.
func (s *Store) listen(ctx context.Context) {
	select {
	case <-s.there:
	case <-ctx.Done():
		return
	}
	for ctx.Err() == nil {
		s.hear(ctx, s.client())
	}
}

// hear listens as long as a client is the one that is used.
func (s *Store) hear(ctx context.Context, client redis.UniversalClient) {
	sub := client.Subscribe(ctx, channel)
	defer sub.Close()
	messages := sub.Channel(redis.WithChannelHealthCheckInterval(review))
	tick := time.NewTicker(review)
	defer tick.Stop()
	s.review(ctx)
	for {
		select {
		case m, ok := <-messages:
			if !ok {
				return
			}
			if id, text, ok := strings.Cut(m.Payload, "\n"); ok {
				s.tell(id, text)
			}
		case <-tick.C:
			if s.client() != client {
				return
			}
			s.review(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// review reads all that last.
func (s *Store) review(ctx context.Context) {
	if s.gone.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	all, err := reviewScript.Run(ctx, s.client(), []string{cooldowns}).StringSlice()
	if err != nil {
		return // a request finds out
	}
	for i := 0; i+1 < len(all); i += 2 {
		s.tell(all[i], all[i+1])
	}
}

func (s *Store) tell(id, text string) {
	if c, ok := parse(id, text, time.Now()); ok {
		s.told(c)
	}
}

// parse reads "milliseconds fault why"; 0 is the end of a cool-down.
func parse(id, text string, now time.Time) (routing.Cooldown, bool) {
	wait, rest, _ := strings.Cut(text, " ")
	fault, why, ok := strings.Cut(rest, " ")
	ms, err1 := strconv.ParseUint(wait, 10, 32)
	f, err2 := strconv.ParseUint(fault, 10, 8)
	if !ok || err1 != nil || err2 != nil || f > uint64(azure.FaultConfig) || id == "" {
		return routing.Cooldown{}, false
	}
	c := routing.Cooldown{ID: id, Fault: azure.Fault(f), Why: why}
	if ms > 0 {
		c.Until = now.Add(time.Duration(ms) * time.Millisecond)
	}
	return c, true
}
