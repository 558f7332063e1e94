package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/azproc/azproc/e2e/realredis"
)

// replicas are several gateways of one configuration that share a Redis.
type replicas []*gateway

// startReplicas starts n of them.
func startReplicas(t *testing.T, n int, config string) replicas {
	t.Helper()
	all := make(replicas, n)
	for i := range all {
		all[i] = launch(t, config, nil)
	}
	for _, g := range all {
		g.await()
	}
	return all
}

// sharedAt says in a configuration which Redis shares the limits; more are
// further settings of the router.
func sharedAt(s *realredis.Server, more string) string {
	return fmt.Sprintf("router_settings: {redis_host: 127.0.0.1, redis_port: %s%s}", s.Port(), more)
}

// together sends requests through all replicas at once, some at a time through
// each, and gives every answer.
func (r replicas) together(atATime, each int, send func(*gateway) answer) []answer {
	var mu sync.Mutex
	var got []answer
	var all sync.WaitGroup
	for _, g := range r {
		for range atATime {
			all.Go(func() {
				for range each {
					a := send(g)
					mu.Lock()
					got = append(got, a)
					mu.Unlock()
				}
			})
		}
	}
	all.Wait()
	return got
}

// alone is how many decisions each replica has made without Redis.
func (r replicas) alone() string {
	var all []string
	for _, g := range r {
		for line := range strings.SplitSeq(do(g.t, "GET", g.admin+"/metrics", "").body, "\n") {
			if n, ok := strings.CutPrefix(line, "azproc_store_failures_total "); ok {
				all = append(all, n)
			}
		}
	}
	return strings.Join(all, " ")
}

// say is whether every replica has said something in its log, once.
func (r replicas) say(what string) bool {
	for _, g := range r {
		if strings.Count(g.log.String(), what) != 1 {
			return false
		}
	}
	return true
}

// attempts is how often a test of what comes within one minute may begin again.
const attempts = 10

// again gives as many models as there are attempts, m0 and so on, each of the
// same members.
func again(members ...member) []member {
	var all []member
	for i := range attempts {
		for _, m := range members {
			m.group = fmt.Sprintf("m%d", i)
			all = append(all, m)
		}
	}
	return all
}

// inOneMinute runs something with a model of again's, so that all of it comes
// within one minute of Redis' clock and Redis decides it all. When the minute
// ends meanwhile, or the machine is too busy for that (azproc waits for Redis
// five milliseconds and no more), it runs once more with the next model.
func (r replicas) inOneMinute(t *testing.T, c redis.UniversalClient, run func(model string) []answer) (string, []answer) {
	t.Helper()
	r.together(2, 5, func(g *gateway) answer { return g.chat("m0") }) // connections are opened
	for i := range attempts - 1 {
		model := fmt.Sprintf("m%d", i+1)
		began, alone := minute(t, c), r.alone()
		answers := run(model)
		if minute(t, c) == began && r.alone() == alone {
			return model, answers
		}
		t.Logf("Redis has not decided all of %v in one minute", statuses(answers))
	}
	t.Fatal("there is no minute in which Redis decides all")
	return "", nil
}

// minute is that of Redis' clock.
func minute(t *testing.T, c redis.UniversalClient) int64 {
	t.Helper()
	now, err := c.Time(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	return now.Unix() / 60
}

// statuses counts answers by their status.
func statuses(answers []answer) map[int]int {
	n := make(map[int]int)
	for _, a := range answers {
		n[a.status]++
	}
	return n
}

// inRedis is what Redis has counted within a minute for one deployment.
type inRedis struct{ requests, tokens int }

// counted is what Redis has counted for each deployment, by its name.
func counted(t *testing.T, c redis.UniversalClient) map[string]inRedis {
	t.Helper()
	all := make(map[string]inRedis)
	for _, key := range keysOf(t, c) {
		_, id, _ := strings.Cut(key, "}:")
		if name, _, ok := strings.Cut(id, "~"); ok {
			h := c.HGetAll(t.Context(), key).Val()
			requests, _ := strconv.Atoi(h["r"])
			tokens, _ := strconv.Atoi(h["t"])
			all[name] = inRedis{requests, tokens}
		}
	}
	return all
}

func keysOf(t *testing.T, c redis.UniversalClient) []string {
	t.Helper()
	keys, err := c.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
