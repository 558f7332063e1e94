package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/usage"
	"github.com/azproc/azproc/usage/prices"
)

// pricing is what one configuration knows of prices: the embedded table, the
// file of model_prices over it, and over both what the entries say themselves.
// It is safe for concurrent use.
type pricing struct {
	table *prices.Table
	file  string // of model_prices; "" is none

	mu    sync.RWMutex
	known map[asked]*prices.Model
}

// asked is what a model's price depends on.
type asked struct {
	deployment       *config.Deployment
	called, answered string
}

// keptModels bounds how many answers are remembered: what they name is Azure's.
const keptModels = 10_000

// readPrices is the config.PriceReader of every command.
func readPrices(path string, data []byte) (config.Pricing, []config.Diagnostic) {
	p := &pricing{table: prices.Embedded(), file: path, known: make(map[asked]*prices.Model)}
	if path == "" {
		return p, nil
	}
	at := func(place prices.Place) config.Position {
		return config.Position{File: path, Line: place.Line, Col: place.Col}
	}
	table, problems, err := prices.Parse(data)
	if err != nil {
		d := config.Diagnostic{Position: config.Position{File: path}, Severity: config.Refused, Message: err.Error()}
		if s := (*prices.SyntaxError)(nil); errors.As(err, &s) {
			d.Position = at(s.Place)
		}
		return nil, []config.Diagnostic{d}
	}
	p.table = p.table.With(table)
	said := make([]config.Diagnostic, len(problems))
	for i, problem := range problems {
		said[i] = config.Diagnostic{Position: at(problem.Place), Severity: config.Warning, Message: problem.String()}
	}
	return p, said
}

// model gives what a request at a deployment costs; nil is unknown. called is the
// name at Azure, where the deployment has a star; answered is the model that the
// answer names. Both may be "".
func (p *pricing) model(d *config.Deployment, called, answered string) *prices.Model {
	key := asked{d, called, answered}
	p.mu.RLock()
	m, ok := p.known[key]
	p.mu.RUnlock()
	if ok {
		return m
	}
	m, _ = p.find(key)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) < keptModels {
		p.known[key] = m
	}
	return m
}

func (p *pricing) find(a asked) (*prices.Model, []prices.Problem) {
	d := a.deployment
	own := make([]prices.Custom, len(d.Prices))
	for i, price := range d.Prices {
		own[i] = prices.Custom{Field: price.Field, Text: price.Text}
	}
	return p.table.Select(prices.Names{
		Seller: seller(d), Base: d.BaseModel, Answered: a.answered, Model: cmp.Or(a.called, d.Model),
	}).With(d.Model, own)
}

func seller(d *config.Deployment) prices.Seller {
	if d.Target.Endpoint.Provider == azure.ProviderOpenAI {
		return prices.OpenAI
	}
	return prices.Azure
}

// Check implements config.Pricing.
func (p *pricing) Check(d *config.Deployment) []config.PriceRemark {
	m, problems := p.find(asked{deployment: d})
	remarks := make([]config.PriceRemark, 0, len(problems))
	for _, problem := range problems {
		remarks = append(remarks, config.PriceRemark{Field: problem.Field, Message: problem.Field + ": " + problem.Message})
	}
	if d.BaseModel != "" && m != nil && len(d.Prices) == 0 && p.table.Find(seller(d), d.BaseModel) == nil {
		remarks = append(remarks, config.PriceRemark{Message: fmt.Sprintf("no price is known for the base_model %s: that of %s is used", d.BaseModel, m.Name)})
	}
	switch {
	case d.Wildcard: // the request names the model
	case m == nil:
		remarks = append(remarks, config.PriceRemark{Message: fmt.Sprintf("no price is known for %s: what it costs is unknown%s, or set input_cost_per_token and output_cost_per_token (0 if it is free)",
			cmp.Or(d.BaseModel, d.Model), remedy(d))})
	case m.Lacks(d.Mode) != 0:
		remarks = append(remarks, config.PriceRemark{Message: fmt.Sprintf("no price is known for the %s of %s", m.Lacks(d.Mode), m.Name)})
	}
	return remarks
}

// remedy says what else can be written for a deployment whose price is unknown.
func remedy(d *config.Deployment) string {
	if seller(d) == prices.OpenAI {
		return "; add an entry for it to the file of model_prices"
	}
	return " unless you set model_info.base_model (such as azure/gpt-4o)"
}

// batchCost is what a batch has cost, in micro-dollars. deployment is what the
// batch names; known is false when nobody knows.
func (g *gateway) batchCost(resource, deployment string, tokens usage.Tokens) (microdollars int64, known bool) {
	t := g.table.Load()
	if t == nil {
		return 0, false
	}
	d, p := t.BatchDeployment(resource, deployment), t.Pricing()
	if d == nil || p == nil {
		return 0, false
	}
	m := p.(*pricing).model(d, deployment, "")
	if m == nil {
		return 0, false
	}
	return cost(m, prices.Batch, &tokens)
}

// chargeBatch puts what a batch has cost onto the budget of a key, if it has one.
func (g *gateway) chargeBatch(key string, microdollars int64) {
	s := g.snap.Load()
	if s == nil {
		return
	}
	if i := slices.IndexFunc(s.Keys, func(k config.Key) bool { return k.Name == key }); i >= 0 {
		g.quota.Charge(context.Background(), &s.Keys[i], microdollars)
	}
}
