package main

import (
	"cmp"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/usage"
	"github.com/azproc/azproc/usage/prices"
)

// What is taken for a model's limits where nobody knows them, in tokens: the largest that
// OpenAI's and Anthropic's models have.
const (
	unsaidInput  = 1_050_000
	unsaidOutput = 128_000
)

// Most implements extproc.Prices: by the dearest deployment that may serve the model, and
// by the most that it reads and writes where the request does not say. A model that
// nobody serves may be any. Deployments without a known price count nothing.
func (g *gateway) Most(model string, x *azure.Extent, on azure.Terms) (microdollars, images int64) {
	t := g.table.Load()
	if t == nil {
		return 0, 0
	}
	p, ok := t.Pricing().(*pricing)
	if !ok {
		return 0, 0
	}
	look := func(d *routing.Deployment, called string) {
		cost, seen := p.most(d, called, x, &on)
		microdollars, images = max(microdollars, cost), max(images, seen)
	}
	if t.Serves(model) {
		t.Candidates(model, look)
		return microdollars, images
	}
	for _, d := range t.Deployments {
		look(d, t.Called(d, model))
	}
	return microdollars, images
}

// most is what a request costs at most at one deployment, and how many tokens the images
// in it are.
func (p *pricing) most(d *routing.Deployment, called string, x *azure.Extent, on *azure.Terms) (microdollars, images int64) {
	m := p.served(d.Deployment, called, "")
	if m == nil {
		return 0, 0
	}
	each, hidden, known := prices.ImageTokens(m.Name)
	if !known && d.BaseModel != "" {
		each, hidden, known = prices.ImageTokens(d.BaseModel)
	}
	input, output := p.table.Windows(m)
	input, output = cmp.Or(input, unsaidInput), cmp.Or(output, unsaidOutput)
	images = x.Images * each
	b := prices.Bound{
		Tier: prices.TierOf(d.Rewrite.Tier(azure.OpChat, on.Tier)), Made: imagesOf(on),
		Text: x.Text, Image: images, Sound: x.Sound, Output: cmp.Or(x.Answers, 1) * output, Speaks: x.Speaks,
		Characters: x.Characters, Audio: time.Duration(x.Seconds) * time.Second,
	}
	if x.Output >= 0 {
		b.Output = x.Answers * x.Output
	}
	if x.Unseen || x.Images > 0 && !known { // what is seen is part of what the model reads
		b.Text, b.Image = 0, images+input*hidden
		if x.Sound > 0 {
			b.Image, b.Sound = images, input*hidden
		}
	}
	return m.Most(&b).MicroUp(), images
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
