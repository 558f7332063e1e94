package routing

import (
	"math"
	"testing"
)

// keeps fails for every strategy that broke a promise.
func keeps(t *testing.T, p promise) {
	t.Helper()
	for _, r := range results(t) {
		for _, how := range r.broken[p] {
			t.Errorf("%s, %s", r.strategy, how)
		}
	}
}

// of is the result of a strategy.
func of(t *testing.T, strategy string) *result {
	t.Helper()
	for _, r := range results(t) {
		if r.strategy == strategy {
			return r
		}
	}
	t.Fatalf("%s is not compared", strategy)
	return nil
}

func TestNoLimitIsEverExceeded(t *testing.T) { keeps(t, promiseLimit) }

func TestRealTokensExceedALimitByNoMoreThanTheEstimatesInFlightAreOff(t *testing.T) {
	keeps(t, promiseBound)
	for _, r := range results(t) {
		if r.overshoot <= 0 {
			t.Errorf("%s: no estimate was ever too low: nothing is tested", r.strategy)
		}
	}
}

func TestNothingIsRefusedWhileADeploymentHasRoom(t *testing.T) {
	keeps(t, promiseRoom)
	for _, r := range results(t) {
		if r.pressed.emptiest < 0.99 {
			t.Errorf("%s: when requests are refused a deployment is used for %.3f of its limits", r.strategy, r.pressed.emptiest)
		}
	}
}

func TestEveryDeploymentWithRoomIsAskedBeforeAClientSeesAFailure(t *testing.T) { keeps(t, promisePlan) }

func TestAStrategyPicksTheLeastByItsMeasure(t *testing.T) { keeps(t, promisePick) }

func TestEveryRequestHasOneEnd(t *testing.T) {
	for _, r := range results(t) {
		if n := r.answered + r.refused + r.failed + r.cut; n != simulatedRequests {
			t.Errorf("%s: %d requests ended", r.strategy, n)
		}
		if r.inHand != 0 {
			t.Errorf("%s: %d requests are in hand for ever", r.strategy, r.inHand)
		}
		if r.members != len(sites) {
			t.Errorf("%s: %d deployments are remembered", r.strategy, r.members)
		}
	}
}

// Who has room when the plan is made is asked before a client sees a failure
// (promisePlan). What remains is that all their room is taken while the first still fails,
// and that somebody else has got some meanwhile.
func TestFailuresReachHardlyAnyClient(t *testing.T) {
	for _, r := range results(t) {
		if r.missing > simulatedRequests/2000 {
			t.Errorf("%s: %d clients saw a failure although somebody had room", r.strategy, r.missing)
		}
		if r.faulty < 100 || r.throttled < 10 {
			t.Errorf("%s: only %d and %d attempts failed: nothing is tested", r.strategy, r.faulty, r.throttled)
		}
	}
}

func TestUsageBasedRunsDeploymentsFullTogether(t *testing.T) {
	for _, r := range results(t) {
		apart := r.calm.fullest - r.calm.emptiest
		if even := r.strategy == "usage-based"; even != (apart < 0.02) {
			t.Errorf("%s: between %.3f and %.3f are used", r.strategy, r.calm.emptiest, r.calm.fullest)
		}
	}
}

func TestWeightsAreHonouredToWithinChance(t *testing.T) {
	r, sum := of(t, "simple-shuffle"), 0
	for _, s := range sites {
		sum += s.weight
	}
	for _, s := range sites {
		share := float64(s.weight) / float64(sum)
		want, sigma := share*float64(r.picks), math.Sqrt(share*(1-share)*float64(r.picks))
		if got := float64(r.first[s.name]); math.Abs(got-want) > 4*sigma {
			t.Errorf("%s came first %.0f times of %d, want %.0f±%.0f", s.name, got, r.picks, want, sigma)
		}
	}
}

func TestLatencyPrefersTheFast(t *testing.T) {
	r := of(t, "latency")
	if r.calmSlow*1000 > r.calmPicks {
		t.Errorf("the slow one was picked %d times of %d while others had room", r.calmSlow, r.calmPicks)
	}
	if r.calmSlow == 0 {
		t.Error("the slow one was never tried")
	}
	for _, other := range results(t) {
		if other != r && r.perAnswer(r.firstByte.Seconds()) >= other.perAnswer(other.firstByte.Seconds()) {
			t.Errorf("answers begin sooner with %s", other.strategy)
		}
	}
}

func TestCostPrefersTheCheap(t *testing.T) {
	r := of(t, "cost")
	for _, other := range results(t) {
		if other != r && r.perAnswer(r.dollars) >= other.perAnswer(other.dollars) {
			t.Errorf("answers cost less with %s", other.strategy)
		}
	}
}

// perAnswer is the share of a sum that falls to each answer.
func (r *result) perAnswer(sum float64) float64 { return sum / float64(r.answered) }
