package routing

import "math"

// byCost is what a token in and a token out cost together. A deployment whose
// price nobody knows comes last.
func byCost(d *Deployment, _ *view) float64 {
	if d.Cost < 0 {
		return math.MaxFloat64
	}
	return d.Cost
}
