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
)

// CoolDown implements routing.Store.
func (s *Store) CoolDown(c routing.Cooldown) {
	until := int64(0)
	if !c.Until.IsZero() {
		until = c.Until.UnixMilli()
	}
	text := fmt.Sprintf("%d %d %s", until, c.Fault, c.Why)
	s.afterwards(func(ctx context.Context) error {
		return cooldownScript.Run(ctx, s.client, []string{cooldowns}, channel, c.ID, until, text).Err()
	})
}

// listen hears of cool-downs by the channel, and once a second by the hash.
func (s *Store) listen(ctx context.Context) {
	sub := s.client.Subscribe(ctx, channel)
	defer sub.Close()
	messages := sub.Channel(redis.WithChannelHealthCheckInterval(review))
	tick := time.NewTicker(review)
	defer tick.Stop()
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
			s.review(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// review reads the whole hash and takes away what is over.
func (s *Store) review(ctx context.Context) {
	if s.gone.Load() {
		return
	}
	c, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	all, err := s.client.HGetAll(c, cooldowns).Result()
	if err != nil {
		return // a request finds out
	}
	var over []string
	for id, text := range all {
		if cool, ok := parse(id, text); ok && time.Now().Before(cool.Until) {
			s.told(cool)
		} else {
			over = append(over, id)
		}
	}
	if len(over) > 0 {
		_ = s.client.HDel(c, cooldowns, over...).Err()
	}
}

func (s *Store) tell(id, text string) {
	if cool, ok := parse(id, text); ok {
		s.told(cool)
	}
}

// parse reads "until fault why"; until 0 is the end of a cool-down.
func parse(id, text string) (routing.Cooldown, bool) {
	until, rest, _ := strings.Cut(text, " ")
	fault, why, ok := strings.Cut(rest, " ")
	ms, err1 := strconv.ParseInt(until, 10, 64)
	f, err2 := strconv.ParseUint(fault, 10, 8)
	if !ok || err1 != nil || err2 != nil || f > uint64(azure.FaultConfig) || id == "" {
		return routing.Cooldown{}, false
	}
	c := routing.Cooldown{ID: id, Fault: azure.Fault(f), Why: why}
	if ms > 0 {
		c.Until = time.UnixMilli(ms)
	}
	return c, true
}
