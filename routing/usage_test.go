package routing

import (
	"fmt"
	"testing"
)

// firsts asks n times and says who came first how often.
func (w *world) firsts(n int, tokens int64) map[string]int {
	w.t.Helper()
	first := make(map[string]int)
	for range n {
		p, ok := w.asks(tokens)
		if !ok {
			first["refused"]++
			continue
		}
		first[p.Deployment.Name]++
	}
	return first
}

func TestDeploymentsAreUsedByTheShareOfTheirLimits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		params [2]string
		n      int
		tokens int64
		want   string
	}{
		{"rpm", [2]string{"rpm: 10", "rpm: 100"}, 55, 0, "map[a:5 b:50]"},
		{"tpm", [2]string{"tpm: 1000", "tpm: 4000"}, 25, 100, "map[a:5 b:20]"},
		{"the fuller of both", [2]string{"rpm: 100, tpm: 1000", "rpm: 10, tpm: 100000"}, 10, 100, "map[a:5 b:5]"},
		{"no limit is the largest of the group", [2]string{"rpm: 60", "rpm: 30"}, 30, 0, "map[a:20 b:10]"},
		{"to the last request", [2]string{"rpm: 3", "rpm: 4"}, 10, 0, "map[a:3 b:4 refused:3]"},
		{"to the last token", [2]string{"tpm: 300", "tpm: 499"}, 10, 100, "map[a:3 b:4 refused:3]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, list(entries("m", "a , "+tt.params[0], "b , "+tt.params[1])))
			if got := fmt.Sprint(w.firsts(tt.n, tt.tokens)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestOneWithoutALimitIsHeldAgainstTheLargestOfItsGroup(t *testing.T) {
	w := newWorld(t, list(entries("m", "large , rpm: 40", "small , rpm: 20", "free")))
	if got := fmt.Sprint(w.firsts(100, 0)); got != "map[free:40 large:40 small:20]" {
		t.Error(got)
	}
	if got := fmt.Sprint(w.firsts(5, 0)); got != "map[free:5]" {
		t.Errorf("when the others are full: %s", got)
	}
}

func TestWithoutLimitsTheOneWithTheFewestRequestsOfTheMinuteComesFirst(t *testing.T) {
	w := newWorld(t, list(entries("m", "a", "b")))
	w.fails("a", 429, 1e9)
	w.firsts(6, 0)
	w.clock.add(2e9)
	if got := fmt.Sprint(w.firsts(6, 0)); got != "map[a:6]" {
		t.Errorf("after six for b alone: %s", got)
	}
}

func TestALargeRequestGoesWhereTokensAreLeftAndASmallOneWhereRequestsAre(t *testing.T) {
	w := newWorld(t, list(entries("m", "tokens , tpm: 100000, rpm: 100", "requests , tpm: 10000, rpm: 1000")))
	for range 5 {
		if got := w.firsts(1, 900); got["tokens"] != 1 {
			t.Errorf("a large one goes to %v", got)
		}
		if got := w.firsts(1, 10); got["requests"] != 1 {
			t.Errorf("a small one goes to %v", got)
		}
	}
}

func TestWhatIsSettledCountsForTheNextPick(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , tpm: 1000", "b , tpm: 1000")))
	p, _ := w.asks(500)
	other, _ := w.asks(400)
	w.End(p.Claim, 10) // of 500
	if got, _ := w.asks(100); got.Deployment != p.Deployment {
		t.Errorf("%s comes first with 400 used, and %s has 10", other.Deployment.Name, p.Deployment.Name)
	}
}
