package redis

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/e2e/realredis"
	"github.com/azproc/azproc/routing"
)

// hear opens a store and gives what it hears, once it listens.
func hear(t *testing.T, addr string) <-chan routing.Cooldown {
	t.Helper()
	heard := make(chan routing.Cooldown, 1000)
	client := redis.NewClient(&redis.Options{Addr: addr})
	defer client.Close()
	listening := func() int64 { return client.PubSubNumSub(t.Context(), channel).Val()[channel] }
	before := listening()
	open(t, addr, func(c routing.Cooldown) { heard <- c })
	eventually(t, "it listens", func() bool { return listening() > before })
	return heard
}

// until gives the first that is heard for which f says yes.
func until(t *testing.T, heard <-chan routing.Cooldown, f func(routing.Cooldown) bool) routing.Cooldown {
	t.Helper()
	late := time.After(15 * time.Second)
	for {
		select {
		case c := <-heard:
			if f(c) {
				return c
			}
		case <-late:
			t.Fatal("what is waited for is not heard")
		}
	}
}

func anything(routing.Cooldown) bool { return true }

// about is whether a cool-down ends when it should; it is told by how long it
// lasts, and that takes a moment.
func about(got, want time.Time) bool { return got.Sub(want).Abs() < 20*time.Second }

func TestReplicasHearOfCooldowns(t *testing.T) {
	server := realredis.Start(t)
	one := open(t, server.Address(), nil)
	heard := hear(t, server.Address())
	end := time.Now().Add(time.Minute)
	want := routing.Cooldown{ID: "a name", Fault: azure.FaultThrottled, Until: end, Why: "429 too many\nrequests"}
	one.CoolDown(want)
	if got := until(t, heard, anything); got.ID != want.ID || got.Fault != want.Fault || !about(got.Until, end) || got.Why != want.Why {
		t.Errorf("heard %+v", got)
	}
	one.CoolDown(routing.Cooldown{ID: "a name", Fault: azure.FaultServer, Until: end.Add(-30 * time.Second)})
	one.CoolDown(routing.Cooldown{ID: "other"})
	until(t, heard, func(c routing.Cooldown) bool { // a shorter one is told to nobody; the hash may tell the first again
		other := c.ID == "other" && c.Until.IsZero()
		if !other && (c.Fault != want.Fault || !about(c.Until, end)) {
			t.Errorf("heard %+v", c)
		}
		return other
	})
	one.CoolDown(routing.Cooldown{ID: "a name"})
	until(t, heard, func(c routing.Cooldown) bool { return c.ID == "a name" && c.Until.IsZero() })
}

func TestReplicasListenAgainWhenRedisIsBack(t *testing.T) {
	server := realredis.Start(t)
	s := open(t, server.Address(), nil)
	eventually(t, "Redis serves", func() bool { return serves(t, s) })
	server.Kill()
	eventually(t, "Redis is gone", s.failing)
	server.Restart()
	client := server.Client()
	eventually(t, "it listens", func() bool { return client.PubSubNumSub(t.Context(), channel).Val()[channel] == 1 })
}

func TestACooldownThatWasMissedIsReadFromTheHash(t *testing.T) {
	server := realredis.Start(t)
	client := server.Client()
	one := open(t, server.Address(), nil)
	end := time.Now().Add(time.Minute)
	one.CoolDown(routing.Cooldown{ID: "a", Fault: azure.FaultConfig, Until: end, Why: "401"})
	eventually(t, "it is noted", func() bool { return client.HExists(t.Context(), cooldowns, "a").Val() })
	if got := until(t, hear(t, server.Address()), anything); got.ID != "a" || got.Fault != azure.FaultConfig || !about(got.Until, end) || got.Why != "401" {
		t.Errorf("heard %+v", got)
	}
}

func TestCooldownsAreByTheServersClock(t *testing.T) {
	server := miniredis.NewMiniRedis()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	server.SetTime(time.Unix(1_800_000_000, 0)) // no replica's clock is so late
	one := open(t, server.Addr(), nil)
	one.patience = time.Minute
	end := time.Now().Add(time.Minute)
	one.CoolDown(routing.Cooldown{ID: "a", Fault: azure.FaultThrottled, Until: end})
	eventually(t, "it is noted", func() bool { return server.HGet(cooldowns, "a") != "" })
	if got := until(t, hear(t, server.Addr()), anything); !about(got.Until, end) {
		t.Errorf("heard %+v", got)
	}
	server.SetTime(time.Unix(1_800_000_061, 0))
	eventually(t, "it is over and forgotten", func() bool { return !server.Exists(cooldowns) })
}

func TestWhatIsOverIsForgottenAndNothingElse(t *testing.T) {
	server := realredis.Start(t)
	client := server.Client()
	ctx := t.Context()
	now := client.Time(ctx).Val().UnixMilli()
	if err := client.HSet(ctx, cooldowns, "over", "1 2 why", "broken", "x", "lasts", now+60_000).Err(); err != nil {
		t.Fatal(err)
	}
	if err := client.HSet(ctx, cooldowns, "lasts", "9999999999999 2 why not").Err(); err != nil {
		t.Fatal(err)
	}
	all, err := reviewScript.Run(ctx, client, []string{cooldowns}).StringSlice()
	if err != nil || len(all) != 2 || all[0] != "lasts" {
		t.Errorf("%q %v", all, err)
	}
	if left := client.HGetAll(ctx, cooldowns).Val(); len(left) != 1 || left["lasts"] == "" {
		t.Errorf("left %q", left)
	}
}

func TestACooldownThatIsAlmostOverIsNoEnd(t *testing.T) {
	server := realredis.Start(t)
	one := open(t, server.Address(), nil)
	heard := hear(t, server.Address())
	one.CoolDown(routing.Cooldown{ID: "a", Fault: azure.FaultServer, Until: time.Now().Add(-time.Second)})
	if got := until(t, heard, anything); got.Until.IsZero() {
		t.Errorf("heard %+v", got)
	}
}

func FuzzCooldownsFromRedisAreReadOrLeft(f *testing.F) {
	f.Add("id", "20000 2 why")
	f.Add("id", "0 0 ")
	f.Add("", "x")
	now := time.Unix(1_800_000_000, 0)
	f.Fuzz(func(t *testing.T, id, text string) {
		if c, ok := parse(id, text, now); ok && (c.ID == "" || c.Fault > azure.FaultConfig || !c.Until.IsZero() && c.Until.Before(now)) {
			t.Errorf("%+v", c)
		}
	})
}
