package main

import (
	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/usage"
	"github.com/azproc/azproc/usage/prices"
)

// sessionCost is what the session of a WebSocket at a deployment has cost. known is false
// when that is not all of it.
func sessionCost(t *routing.Table, d *routing.Deployment, e *envoy.Entry, parts []usage.Part) (picodollars int64, known bool) {
	known = true
	for i := range parts {
		pico, all := partCost(t, d, e, &parts[i])
		picodollars += pico
		known = known && all
	}
	return picodollars, known
}

// partCost is what a session has cost at one model. A session of the realtime API is one
// of the deployment that was asked for. Of Responses each frame names a deployment of
// the resource, and the answers name it or its model.
func partCost(t *routing.Table, d *routing.Deployment, e *envoy.Entry, part *usage.Part) (picodollars int64, known bool) {
	if e.Model != "" && e.Operation != azure.OpResponsesSocket.Name {
		return costOf(t.Pricing(), d.Deployment, t.Called(d, e.Model), e, prices.Standard, &part.Tokens)
	}
	p, ok := t.Pricing().(*pricing)
	if !ok || part.Model == "" {
		return 0, false
	}
	beside := t.Beside(d)
	for _, b := range beside {
		if b.Target.Deployment == part.Model {
			return costOf(p, b.Deployment, "", e, prices.Standard, &part.Tokens)
		}
	}
	m := p.table.Select(prices.Names{Seller: seller(d.Deployment), Answered: part.Model})
	if m == nil {
		return 0, false
	}
	for _, b := range beside { // one of that model may have a price of its own
		if own := p.of(asked{deployment: b.Deployment}).model; own != nil && own.Name == m.Name {
			return cost(own, prices.Standard, prices.Images{}, &part.Tokens)
		}
	}
	return cost(m, prices.Standard, prices.Images{}, &part.Tokens)
}
