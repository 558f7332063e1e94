package routing

import (
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
)

var start = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

func TestADeploymentRestsAsItsFaultAsks(t *testing.T) {
	policy := cooldownPolicy{allowed: 2, first: 5 * time.Second}
	type step struct {
		at    float64 // seconds from the start
		fault azure.Fault
		wait  time.Duration
	}
	for _, tt := range []struct {
		name   string
		policy cooldownPolicy
		steps  []step
		want   float64 // end of the rest in seconds from the start, 0 none
		kind   azure.Fault
	}{
		{"429 with a wait", policy, []step{{0, azure.FaultThrottled, 7 * time.Second}}, 7, azure.FaultThrottled},
		{"429 without", policy, []step{{0, azure.FaultThrottled, 0}}, 5, azure.FaultThrottled},
		{"429 without, again and again", policy, []step{{0, azure.FaultThrottled, 0}, {5, azure.FaultThrottled, 0}, {15, azure.FaultThrottled, 0}}, 35, azure.FaultThrottled},
		{"the longer deadline wins", policy, []step{{0, azure.FaultThrottled, 60 * time.Second}, {1, azure.FaultThrottled, 2 * time.Second}}, 60, azure.FaultThrottled},
		{"a longer one lengthens", policy, []step{{0, azure.FaultThrottled, 2 * time.Second}, {1, azure.FaultThrottled, 60 * time.Second}}, 61, azure.FaultThrottled},
		{"two failures are allowed", policy, []step{{0, azure.FaultServer, 0}, {1, azure.FaultServer, 0}}, 0, azure.FaultNone},
		{"the third is not", policy, []step{{0, azure.FaultServer, 0}, {1, azure.FaultServer, 0}, {2, azure.FaultServer, 0}}, 7, azure.FaultServer},
		{"those that were on their way do not lengthen", policy, []step{{0, azure.FaultServer, 0}, {0, azure.FaultServer, 0}, {0, azure.FaultServer, 0}, {1, azure.FaultServer, 0}, {4, azure.FaultServer, 0}}, 5, azure.FaultServer},
		{"one more failure after the rest begins a longer one", policy, []step{{0, azure.FaultServer, 0}, {0, azure.FaultServer, 0}, {0, azure.FaultServer, 0}, {6, azure.FaultServer, 0}}, 16, azure.FaultServer},
		{"503 with a wait", cooldownPolicy{allowed: 0, first: time.Second}, []step{{0, azure.FaultServer, 20 * time.Second}}, 20, azure.FaultServer},
		{"none allowed", cooldownPolicy{allowed: 0, first: time.Second}, []step{{0, azure.FaultServer, 0}}, 1, azure.FaultServer},
		{"configured wrongly", policy, []step{{0, azure.FaultConfig, 0}}, 30, azure.FaultConfig},
		{"still configured wrongly", policy, []step{{0, azure.FaultConfig, 0}, {31, azure.FaultConfig, 0}}, 91, azure.FaultConfig},
		{"the client's own fault", policy, []step{{0, azure.FaultClient, 9 * time.Second}}, 0, azure.FaultNone},
		{"cool-downs turned off", cooldownPolicy{disabled: true, first: time.Second}, []step{{0, azure.FaultThrottled, 9 * time.Second}}, 0, azure.FaultNone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r cooldown
			for _, s := range tt.steps {
				r.fail(tt.policy, s.fault, s.wait, "why", start.Add(seconds(s.at)))
			}
			last := start.Add(seconds(tt.steps[len(tt.steps)-1].at))
			kind, until, cooling := r.at(last)
			if got := until.Sub(start).Seconds(); cooling != (tt.want > 0) || cooling && got != tt.want || kind != tt.kind {
				t.Errorf("rests %t until %v for %s, want %v for %s", cooling, got, kind, tt.want, tt.kind)
			}
		})
	}
}

func TestRestsGrowToFiveMinutesAndNoFurther(t *testing.T) {
	var r cooldown
	now := start
	for range 30 {
		until := r.fail(cooldownPolicy{first: 5 * time.Second}, azure.FaultServer, 0, "", now)
		if until.Sub(now) > maxCooldown {
			t.Fatalf("a rest of %v", until.Sub(now))
		}
		now = until
	}
	if until := r.fail(cooldownPolicy{first: 5 * time.Second}, azure.FaultServer, 0, "", now); until.Sub(now) != maxCooldown {
		t.Errorf("the last is %v", until.Sub(now))
	}
}

func TestAnAnswerEndsTheRowOfFailures(t *testing.T) {
	var r cooldown
	p := cooldownPolicy{allowed: 1, first: time.Second}
	r.fail(p, azure.FaultServer, 0, "", start)
	r.serve(start)
	if until := r.fail(p, azure.FaultServer, 0, "", start); !until.IsZero() {
		t.Error("a failure before an answer still counts")
	}
}

func TestAStreamThatBeganBeforeARestDoesNotShortenTheNext(t *testing.T) {
	var r cooldown
	p := cooldownPolicy{first: 5 * time.Second}
	r.fail(p, azure.FaultServer, 0, "", start)
	r.serve(start.Add(-time.Minute))
	if until := r.fail(p, azure.FaultServer, 0, "", start.Add(6*time.Second)); until != start.Add(16*time.Second) {
		t.Errorf("the second rest lasts until %v", until)
	}
	r.serve(start.Add(17 * time.Second))
	if until := r.fail(p, azure.FaultServer, 0, "", start.Add(18*time.Second)); until != start.Add(23*time.Second) {
		t.Errorf("the first rest after an answer lasts until %v", until)
	}
}

func TestAnAnswerEndsARestOnlyWhenItsRequestBeganAfterIt(t *testing.T) {
	var r cooldown
	r.fail(cooldownPolicy{first: time.Second}, azure.FaultThrottled, time.Minute, "", start)
	r.serve(start.Add(-time.Second))
	if _, _, cooling := r.at(start.Add(time.Second)); !cooling {
		t.Error("an answer that was on its way ended the rest")
	}
	r.serve(start.Add(time.Second))
	if _, _, cooling := r.at(start.Add(2 * time.Second)); cooling {
		t.Error("a deployment that serves still rests")
	}
}

func TestACooldownIsTakenBackWhenTheRequestWasAtFault(t *testing.T) {
	w := newWorld(t, list(entries("m", "one", "two")))
	before := w.clock.Now()
	w.clock.add(time.Second)
	w.fails("one", 404, 0)
	w.fleet.Pardon(w.clock.Now().Add(time.Second))
	if _, order := w.plan("m"); order != "two" {
		t.Errorf("a later request took it back: %s", order)
	}
	w.fails("two", 404, 0)
	w.fleet.Pardon(before)
	if _, order := w.plan("m"); sorted(order) != "one two" {
		t.Errorf("planned %s", order)
	}
	w.fails("one", 429, time.Minute)
	w.fails("two", 403, 0)
	w.fleet.Pardon(before)
	if s := w.States(); s[0].Fault != "throttled" || s[1].Fault != "config" {
		t.Errorf("a cool-down for another reason was taken back: %q, %q", s[0].Fault, s[1].Fault)
	}
}
