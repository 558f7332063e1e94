package routing

import "github.com/azproc/azproc/config"

// strategy gives the place of a deployment among those of its tier that may
// serve: the lowest comes first. Of equals the one whose turn it is comes first.
type strategy func(d *Deployment, v *view) float64

// view is what a strategy may look at beside the deployment: the same for every
// deployment of one decision.
type view struct {
	minute uint32
	unix   int64 // seconds
	tokens int64 // estimate for the request
	group  *group
	draw   func() float64 // exponentially distributed numbers
}

// strategies are all of them, each in a file of its own.
var strategies = map[config.Strategy]strategy{
	config.StrategyUsage:   byUsage,
	config.StrategyShuffle: byWeight,
	config.StrategyBusy:    byLoad,
	config.StrategyLatency: byLatency,
	config.StrategyCost:    byCost,
}
