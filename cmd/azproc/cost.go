package main

import (
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/usage"
	"github.com/azproc/azproc/usage/prices"
)

// unsaidOutput is how many tokens an answer has at most whose request gives no limit
// and whose model's own nobody knows.
const unsaidOutput = 16_384

// Most implements extproc.Prices: by the dearest deployment that may serve the model,
// and by the most that it writes where the request does not say. Deployments without
// a known price count nothing.
func (g *gateway) Most(model string, input, output int64, on azure.Terms) (microdollars int64) {
	t := g.table.Load()
	if t == nil {
		return 0
	}
	p, ok := t.Pricing().(*pricing)
	if !ok {
		return 0
	}
	t.Candidates(model, func(d *routing.Deployment, called string) {
		m := p.served(d.Deployment, called, "")
		if m == nil {
			return
		}
		out := output
		if out < 0 {
			out = unsaidOutput
			if e := m.Entry(); e != nil && e.MaxOutput > 0 {
				out = e.MaxOutput
			}
		}
		tokens := prices.Usage{Tier: prices.TierOf(d.Rewrite.Tier(azure.OpChat, on.Tier)), Input: input, Output: out, Characters: on.Characters}
		written, made := tokens, prices.Usage{Images: imagesOf(&on)}
		written.CacheWrite = input // the dearest that an input can be
		for _, u := range []*prices.Usage{&tokens, &written, &made} {
			microdollars = max(microdollars, m.Cost(u).Amount.MicroUp())
		}
	})
	return microdollars
}

// imagesOf are the images that a request asks for.
func imagesOf(t *azure.Terms) prices.Images {
	return prices.Images{Number: t.Images, Width: t.Width, Height: t.Height, Quality: t.Quality}
}

// costOf is what a request has cost, in pico-dollars; known is false when nobody
// knows. called is the deployment's name at Azure.
func costOf(by config.Pricing, d *config.Deployment, called string, e *envoy.Entry, tier prices.Tier, t *usage.Tokens) (picodollars int64, known bool) {
	p, ok := by.(*pricing)
	if !ok {
		return 0, false
	}
	m := p.served(d, called, e.Answered)
	if m == nil {
		return 0, false
	}
	return cost(m, tier, imagesOf(&e.Terms), t)
}

// cost is what tokens, and images, of a model have cost in a tier.
func cost(m *prices.Model, tier prices.Tier, made prices.Images, t *usage.Tokens) (picodollars int64, known bool) {
	c := m.Cost(&prices.Usage{
		Tier: tier, Input: t.Input, Cached: t.Cached, CacheWrite: t.CacheWrite, AudioInput: t.AudioIn, ImageInput: t.ImageIn, CachedAudio: t.CachedAudio,
		Output: t.Output, Reasoning: t.Reasoning, AudioOutput: t.AudioOut, ImageOutput: t.ImageOut,
		Characters: t.Characters, Audio: time.Duration(t.Milliseconds) * time.Millisecond,
		Images: made,
	})
	return c.Amount.Pico(), c.Known()
}
