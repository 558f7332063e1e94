package routing

import (
	"math"
	"math/rand/v2"
	"testing"
)

const shuffled = "router_settings: {routing_strategy: simple-shuffle}\n"

func TestAWeightSaysHowOftenADeploymentComesFirst(t *testing.T) {
	for _, tt := range []struct {
		name   string
		params [3]string
		want   [3]float64 // shares
	}{
		{"weight", [3]string{", weight: 1", ", weight: 2", ", weight: 7"}, [3]float64{0.1, 0.2, 0.7}},
		{"weight before rpm", [3]string{", weight: 1, rpm: 9000000", ", weight: 1, rpm: 1000000", ", weight: 2"}, [3]float64{0.25, 0.25, 0.5}},
		{"rpm", [3]string{", rpm: 10000000, tpm: 90000000", ", rpm: 30000000, tpm: 10000000", ", rpm: 60000000"}, [3]float64{0.1, 0.3, 0.6}},
		{"tpm", [3]string{", tpm: 10000000", ", tpm: 10000000", ", tpm: 20000000"}, [3]float64{0.25, 0.25, 0.5}},
		{"none", [3]string{}, [3]float64{1. / 3, 1. / 3, 1. / 3}},
		{"none of the group's kind", [3]string{", weight: 1", ", weight: 3"}, [3]float64{0.25, 0.75, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, list(entries("m", "a "+tt.params[0], "b "+tt.params[1], "c "+tt.params[2]))+shuffled)
			w.fleet.draw = rand.New(rand.NewPCG(1, 2)).ExpFloat64 //nolint:gosec // a test
			const n = 10_000
			first := w.firsts(n, 0)
			for i, name := range []string{"a", "b", "c"} {
				share := tt.want[i]
				if off := math.Abs(float64(first[name]) - share*n); off > 4*math.Sqrt(share*(1-share)*n) {
					t.Errorf("%s came first %d times of %d, want %.0f", name, first[name], n, share*n)
				}
			}
		})
	}
}

// The rest of the plan is drawn as well: it is a draw without replacement.
func TestTheSecondIsDrawnByItsWeightToo(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , weight: 1", "b , weight: 1", "c , weight: 8"))+shuffled)
	w.fleet.draw = rand.New(rand.NewPCG(1, 2)).ExpFloat64 //nolint:gosec // a test
	var afterA, cAfterA float64
	for range 10_000 {
		p, _ := w.asks(0)
		if p.Deployment.Name == "a" {
			afterA++
			if p.Next[0].Name == "c" {
				cAfterA++
			}
		}
	}
	if share := cAfterA / afterA; math.Abs(share-8./9) > 0.04 {
		t.Errorf("c comes second in %.3f of the plans that a begins, want %.3f", share, 8./9)
	}
}

func TestAWeightOfNothingServesOnlyWhenNobodyElseCan(t *testing.T) {
	w := newWorld(t, list(entries("m", "a , weight: 3, rpm: 5", "b"))+shuffled)
	for i := range 7 {
		p, ok := w.asks(0)
		if want := map[bool]string{true: "a", false: "b"}[i < 5]; !ok || p.Deployment.Name != want {
			t.Errorf("request %d went to %s, want %s", i, p.Deployment.Name, want)
		}
	}
}
