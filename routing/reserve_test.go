package routing

import "testing"

// retry is a later attempt of a plan: what extproc makes of it.
func (w *world) retry(name string, before Claim) (Claim, bool) {
	w.t.Helper()
	a, claim, err := w.Retry(w.t.Context(), w.id(name), "m", before)
	if err != nil {
		if err.Status != 429 {
			w.t.Fatal(err)
		}
		return Claim{}, false
	}
	if a.Deployment.Name != name || a.Header.Value != "key-"+name {
		w.t.Fatalf("%s is called as %s", a.Deployment.Name, a.Header.Value)
	}
	w.End(before, 0)
	return claim, true
}

// used is what is counted of a deployment's minute.
func (w *world) used(name string) Used {
	m := w.deployment(name).member
	minute := minuteOf(w.clock.Now())
	return Used{m.requests.at(minute), m.tokens.at(minute)}
}

func (w *world) asks(tokens int64) (Plan, bool) {
	w.t.Helper()
	p, err := w.Plan(w.t.Context(), &Request{Model: "m", Tokens: tokens})
	if err != nil && err.Status != 429 {
		w.t.Fatal(err)
	}
	return p, err == nil
}

func TestALaterAttemptTakesRoomOfItsOwnAndGivesTheTokensOfTheFirstBack(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , rpm: 10, tpm: 1000, order: 1", "b , rpm: 10, tpm: 1000, order: 2")))
	p, _ := w.asks(300)
	c, ok := w.retry("b", p.Claim)
	if a, b := w.used("a"), w.used("b"); !ok || a != (Used{1, 0}) || b != (Used{1, 300}) {
		t.Errorf("counted %v and %v", a, b)
	}
	w.End(c, 120)
	if b := w.used("b"); b != (Used{1, 120}) {
		t.Errorf("settled as %v", b)
	}
	for _, d := range w.States() {
		if d.InFlight != 0 {
			t.Errorf("%d in hand at %s", d.InFlight, d.Deployment.Name)
		}
	}
}

func TestALimitHoldsForLaterAttemptsToo(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , order: 1", "b , rpm: 1, order: 2")))
	first, _ := w.asks(0)
	second, _ := w.asks(0)
	if _, ok := w.retry("b", first.Claim); !ok {
		t.Error("no room for the first")
	}
	if _, ok := w.retry("b", second.Claim); ok || w.used("b").Requests != 1 {
		t.Errorf("a limit of 1 let %d through", w.used("b").Requests)
	}
}

func TestALaterAttemptReservesItsWholeEstimateWhereTheFirstCouldNot(t *testing.T) {
	w := newWorld(t, list(entries("m", "small , tpm: 1000, order: 1", "large , tpm: 100000, order: 2")))
	p, _ := w.asks(5000)
	if got := w.used("small"); got != (Used{1, 1000}) {
		t.Fatalf("counted %v", got)
	}
	w.retry("large", p.Claim)
	if got := w.used("large"); got != (Used{1, 5000}) {
		t.Errorf("counted %v of an estimate of 5000", got)
	}
}

func TestARequestThatNeedsMoreThanAMinuteIsServedWhenTheMinuteIsFree(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , tpm: 1000")))
	p, ok := w.asks(5000)
	if !ok {
		t.Fatal("refused in a free minute")
	}
	if _, ok := w.asks(1); ok {
		t.Error("a second request in a minute that is taken whole")
	}
	w.End(p.Claim, 400)
	if _, ok := w.asks(601); ok {
		t.Error("601 of 600 tokens were given")
	}
	if _, ok := w.asks(600); !ok {
		t.Error("refused what the first did not need")
	}
}
