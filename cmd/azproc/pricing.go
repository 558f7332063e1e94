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
	known map[asked]priced
	// told is the last model that an answer has named which has a price, of each
	// deployment whose own names do not tell it.
	told map[asked]string
}

// priced is what is known of an asked.
type priced struct {
	model *prices.Model // nil is unknown
	open  bool          // what answers name is to be asked, too
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
	p := &pricing{table: prices.Embedded(), file: path, known: make(map[asked]priced), told: make(map[asked]string)}
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

// served gives what a request at a deployment costs; nil is unknown. called is the
// name at Azure, where the deployment has a star; answered is the model that the
// answer names. Both may be "". The answer counts where the deployment has no
// base_model and its name tells nothing, and of a model router; an answer that names
// none is priced as the last one that did.
func (p *pricing) served(d *config.Deployment, called, answered string) *prices.Model {
	unsaid := asked{d, called, ""}
	own := p.of(unsaid)
	if !own.open {
		return own.model
	}
	p.mu.RLock()
	told := p.told[unsaid]
	p.mu.RUnlock()
	if answered == "" {
		answered = told
	}
	if answered == "" {
		return own.model
	}
	key := asked{d, called, answered}
	if answered != told && p.table.Find(seller(d), answered) != nil {
		p.mu.Lock()
		if len(p.told) < keptModels || told != "" {
			p.told[unsaid] = answered
		}
		p.mu.Unlock()
	}
	return p.of(key).model
}

// of gives what is known of an asked.
func (p *pricing) of(a asked) priced {
	p.mu.RLock()
	known, ok := p.known[a]
	p.mu.RUnlock()
	if ok {
		return known
	}
	known.model, _ = p.find(a)
	if names := p.names(a); a.answered == "" {
		named := p.table.Select(names)
		known.open = named == nil && names.Base == "" || named != nil && named.Router() != nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) < keptModels {
		p.known[a] = known
	}
	return known
}

// names are those that an asked has.
func (p *pricing) names(a asked) prices.Names {
	return prices.Names{Seller: seller(a.deployment), Base: a.deployment.BaseModel, Answered: a.answered, Model: cmp.Or(a.called, a.deployment.Model)}
}

func (p *pricing) find(a asked) (*prices.Model, []prices.Problem) {
	d := a.deployment
	own := make([]prices.Custom, len(d.Prices))
	for i, price := range d.Prices {
		own[i] = prices.Custom{Field: price.Field, Text: price.Text}
	}
	return p.table.Select(p.names(a)).With(d.Model, own)
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

// answering are the modes whose answers name their model; "" is not said.
var answering = []string{"", "chat", "completion", "responses", "embedding"}

// remedy says what else can be written for a deployment whose price is unknown.
func remedy(d *config.Deployment) string {
	switch {
	case seller(d) == prices.OpenAI:
		return "; add an entry for it to the file of model_prices"
	case d.BaseModel == "" && slices.Contains(answering, d.Mode):
		return " until an answer names a model whose price is known; set model_info.base_model (such as azure/gpt-4o)"
	}
	return " unless you set model_info.base_model (such as azure/gpt-4o)"
}

// batchCost is what a batch has cost, in pico-dollars. deployment is what the
// batch names; known is false when nobody knows.
func (g *gateway) batchCost(resource, deployment string, tokens usage.Tokens) (picodollars int64, known bool) {
	t := g.table.Load()
	if t == nil {
		return 0, false
	}
	d, p := t.BatchDeployment(resource, deployment), t.Pricing()
	if d == nil || p == nil {
		return 0, false
	}
	m := p.(*pricing).served(d, deployment, "")
	if m == nil {
		return 0, false
	}
	return cost(m, prices.Batch, prices.Images{}, &tokens)
}

// chargeBatch puts what a batch has cost onto the budget of a key, if it has one.
func (g *gateway) chargeBatch(key string, picodollars int64) {
	s := g.snap.Load()
	if s == nil {
		return
	}
	if i := slices.IndexFunc(s.Keys, func(k config.Key) bool { return k.Name == key }); i >= 0 {
		g.quota.Charge(context.Background(), &s.Keys[i], picodollars)
	}
}
