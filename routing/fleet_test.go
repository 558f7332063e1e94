package routing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
)

// board is a store that answers nothing and keeps what it is told.
type board struct {
	cooled  []Cooldown
	settled []string
}

var errBoard = errors.New("no answer")

func (b *board) Reserve(context.Context, *Ask) (Grant, error) { return Grant{}, errBoard }
func (b *board) CoolDown(c Cooldown)                          { b.cooled = append(b.cooled, c) }

func (b *board) Settle(group, id string, minute uint32, tokens int64) {
	b.settled = append(b.settled, fmt.Sprint(group, " ", id, " ", minute, " ", tokens))
}

// newSharedWorld is newWorld with a board for a store.
func newSharedWorld(t *testing.T, file string) (*world, *board) {
	t.Helper()
	w, b := newWorld(t, file), new(board)
	w.store = b
	w.reload(file)
	return w, b
}

func TestALimitHoldsAcrossReloads(t *testing.T) {
	file := list(entries("m", "a , rpm: 10, tpm: 1000"))
	w := newWorld(t, file)
	through := 0
	var last Claim
	for i := range 20 {
		if p, ok := w.asks(10); ok {
			through++
			last = p.Claim
		}
		if i%3 == 0 {
			w.reload(file)
		}
	}
	if through != 10 || w.used("a") != (Used{10, 100}) {
		t.Errorf("%d went through, counted as %v", through, w.used("a"))
	}
	w.fleet.End(last, 3) // of a plan that a table before has made
	if w.used("a") != (Used{10, 93}) || w.States()[0].InFlight != 9 {
		t.Errorf("counted %v, %d in hand", w.used("a"), w.States()[0].InFlight)
	}
}

func TestAReloadChangesTheLimitsAndTheCooldownsOfADeploymentThatStays(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , rpm: 10")))
	w.firsts(10, 0)
	w.reload(list(entries("m", "a , rpm: 12, cooldown_time: 40")))
	if got := w.firsts(5, 0); got["a"] != 2 {
		t.Errorf("%d of two more went through", got["a"])
	}
	w.fails("a", 429, 0)
	if until := w.States()[0].CoolUntil; until.Sub(w.clock.Now()) != 40*time.Second {
		t.Errorf("cools down until %v", until)
	}
	w.reload(list(entries("m", "a")) + "router_settings: {disable_cooldowns: true}\n")
	w.clock.add(time.Minute)
	w.fails("a", 429, time.Minute)
	w.fleet.Prolong(w.id("a"), azure.FaultThrottled, time.Minute, "")
	w.fleet.Told(Cooldown{ID: w.id("a"), Fault: azure.FaultServer, Until: w.clock.Now().Add(time.Minute)})
	if s := w.States()[0]; s.Fault != "" || s.Failed != 2 {
		t.Errorf("cools down for %q although that is turned off; %d failures", s.Fault, s.Failed)
	}
}

func TestNothingGrowsWithTime(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , rpm: 100", "b")))
	for i := range 1000 {
		p, _ := w.plan("m")
		if i%3 > 0 { // and every third is never told
			w.fleet.End(p.Claim, 1)
		}
		w.fails("b", 500, 0)
		w.clock.add(time.Minute)
		w.reload(list(entries("m", "a , rpm: 100", "b", fmt.Sprintf("d%d", i))))
	}
	if n := len(w.fleet.members); n > 4 {
		t.Errorf("%d deployments are remembered of 3 and one before", n)
	}
	for _, s := range w.States() {
		if len(s.Failures) > keptFailures || s.InFlight > 16 {
			t.Errorf("%s: %d failures, %d in hand", s.Deployment.Name, len(s.Failures), s.InFlight)
		}
	}
}

func TestWhatIsSaidOfDeploymentsThatAreGoneChangesNothing(t *testing.T) {
	w, b := newSharedWorld(t, list(entries("m", "a")))
	w.fleet.Report(Outcome{ID: "gone", Fault: azure.FaultThrottled, Wait: time.Minute})
	w.fleet.Prolong("gone", azure.FaultThrottled, time.Minute, "")
	w.fleet.Told(Cooldown{ID: "gone", Until: start.Add(time.Hour)})
	w.fleet.End(Claim{ID: "gone", Shared: true}, 3)
	if len(w.told.cooled) > 0 || len(b.cooled) > 0 || len(b.settled) > 0 || len(w.fleet.members) != 1 {
		t.Errorf("told %v, shared %v, settled %v", w.told.cooled, b.cooled, b.settled)
	}
}

func TestACooldownIsToldToTheMetricsAndToOtherReplicasOnce(t *testing.T) {
	w, b := newSharedWorld(t, list(entries("m", "a")))
	for range 5 { // the third in a row is one too many, and the rest were on their way
		w.fails("a", 500, 0)
	}
	want := Cooldown{ID: w.id("a"), Fault: azure.FaultServer, Until: start.Add(5 * time.Second), Why: "because"}
	if !slices.Equal(b.cooled, []Cooldown{want}) || !slices.Equal(w.told.cooled, []string{"a server"}) {
		t.Errorf("shared %v, told %v", b.cooled, w.told.cooled)
	}
	w.clock.add(time.Second)
	w.answers("a", 0)
	w.answers("a", 0)
	if len(b.cooled) != 2 || b.cooled[1] != (Cooldown{ID: w.id("a")}) {
		t.Errorf("that it serves was shared as %v", b.cooled[1:])
	}
}

func TestWhatAnotherReplicaSaysOfADeploymentCounts(t *testing.T) {
	w, b := newSharedWorld(t, list(entries("m", "a")))
	said := Cooldown{ID: w.id("a"), Fault: azure.FaultThrottled, Until: start.Add(30 * time.Second), Why: "said"}
	w.fleet.Told(said)
	if s := w.States()[0]; s.Fault != "throttled" || !s.CoolUntil.Equal(said.Until) || s.Why != "said" {
		t.Errorf("cools down for %q until %v: %s", s.Fault, s.CoolUntil, s.Why)
	}
	said.Until = start.Add(10 * time.Second) // the longer wins
	w.fleet.Told(said)
	if s := w.States()[0]; s.CoolUntil.Sub(start) != 30*time.Second {
		t.Errorf("cools down until %v", s.CoolUntil)
	}
	w.clock.add(time.Second)
	w.fleet.Told(Cooldown{ID: w.id("a")})
	if s := w.States()[0]; s.Fault != "" {
		t.Errorf("cools down for %q although it serves another replica", s.Fault)
	}
	if len(b.cooled) > 0 {
		t.Errorf("what was heard is said again: %v", b.cooled)
	}
}

func TestACooldownIsProlongedByWhatIsLearntLater(t *testing.T) {
	w, b := newSharedWorld(t, list(entries("m", "a")))
	w.fails("a", 429, 0) // nothing was said in the headers: 5 seconds
	w.fleet.Prolong(w.id("a"), azure.FaultThrottled, 0, "")
	w.fleet.Prolong(w.id("a"), azure.FaultThrottled, 2*time.Second, "")
	if s := w.States()[0]; s.CoolUntil.Sub(start) != 5*time.Second || len(b.cooled) != 1 {
		t.Errorf("cools down until %v, shared %v", s.CoolUntil, b.cooled)
	}
	w.fleet.Prolong(w.id("a"), azure.FaultThrottled, time.Minute, "the text says so")
	if s := w.States()[0]; s.CoolUntil.Sub(start) != time.Minute || s.Why != "the text says so" || len(b.cooled) != 2 {
		t.Errorf("cools down until %v: %s; shared %v", s.CoolUntil, s.Why, b.cooled)
	}
}

func TestAFailureIsExplainedByWhatIsLearntLater(t *testing.T) {
	w := newWorld(t, list(entries("m", "a")))
	why := func() string { s := w.States()[0]; return s.Failures[0].Why + ", " + s.Why }
	w.fleet.Explain(w.id("a"), azure.FaultThrottled, 429, "of nothing")
	w.fails("a", 429, 0)
	w.fleet.Explain("gone", azure.FaultThrottled, 429, "of nobody")
	w.fleet.Explain(w.id("a"), azure.FaultServer, 500, "of another failure")
	if got := why(); got != "because, because" {
		t.Errorf("failed and rests because: %s", got)
	}
	w.fleet.Explain(w.id("a"), azure.FaultThrottled, 429, "in Azure's words")
	if got := why(); got != "in Azure's words, in Azure's words" {
		t.Errorf("failed and rests because: %s", got)
	}
}

func TestAClaimIsSettledByWhomeverHearsOfItsEnd(t *testing.T) {
	w, b := newSharedWorld(t, list(entries("m", "a , tpm: 1000")))
	p, _ := w.asks(100) // the store does not answer: counted here
	if p.Claim.Shared {
		t.Fatal("shared without a store's word")
	}
	w.fleet.End(Claim{ID: w.id("a"), Minute: p.Claim.Minute, Tokens: 50, Shared: true, Process: p.Claim.Process + 1}, 20)
	if want := fmt.Sprint("m ", w.id("a"), " ", p.Claim.Minute, " -30"); !slices.Equal(b.settled, []string{want}) {
		t.Errorf("settled in the store as %v, want %s", b.settled, want)
	}
	if w.used("a") != (Used{1, 100}) || w.States()[0].InFlight != 1 {
		t.Errorf("another process's claim changed this one's counters: %v, %d in hand", w.used("a"), w.States()[0].InFlight)
	}
	w.fleet.End(p.Claim, -1)
	if w.used("a") != (Used{1, 100}) || w.States()[0].InFlight != 0 || len(b.settled) != 1 {
		t.Errorf("an end without usage: %v, %d in hand, settled %v", w.used("a"), w.States()[0].InFlight, b.settled)
	}
}

func TestTheLastFailuresAreRememberedTheLatestFirst(t *testing.T) {
	w := newWorld(t, list(entries("m", "a")))
	for i := range keptFailures + 3 {
		w.fails("a", 500+i, 0)
		w.clock.add(time.Second)
	}
	var statuses []int
	s := w.States()[0]
	for _, f := range s.Failures {
		statuses = append(statuses, f.Status)
	}
	if !slices.Equal(statuses, []int{507, 506, 505, 504, 503}) || s.Failures[0].At != start.Add(7*time.Second) || s.Failures[0].Why != "because" || s.Failed != 8 {
		t.Errorf("%v of %d, %+v", statuses, s.Failed, s.Failures[0])
	}
}
