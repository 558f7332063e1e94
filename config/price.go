package config

import (
	"cmp"
	"path/filepath"
	"strings"
)

// Price is one price that an entry sets for its deployment.
type Price struct {
	// Field is its name in a price file; of a price in a mapping both names, with
	// a dot between.
	Field string
	// Text is the price in US dollars, as it was written.
	Text string
	// Position is where it stands.
	Position Position
}

// Pricing is what is known of prices. Whoever knows more than that there are
// some gives it by Options.Prices, and finds it in the snapshot.
type Pricing interface {
	// Check says what is wrong with the price of a deployment.
	Check(*Deployment) []PriceRemark
}

// PriceRemark is one thing to say about the price of a deployment.
type PriceRemark struct {
	// Field is which of the deployment's own prices it is about; "" is the model.
	Field   string
	Message string
}

// PriceReader makes a Pricing. path and data are of the file that model_prices
// names, "" and nil where it names none. What it has to say about that file has
// its place there; a refusal is one of the whole configuration.
type PriceReader func(path string, data []byte) (Pricing, []Diagnostic)

// isPrice is whether a key means a price; which ones there are PriceReader
// knows.
func isPrice(key string) bool {
	return strings.Contains(key, "_cost_per_") || strings.Contains(key, "_token_cost")
}

// cost reads the prices of an entry, as they stand among litellm_params or in
// model_info, where the former count.
func (e *modelReader) cost(d *Deployment) {
	d.Cost = -1
	for _, section := range []*node{e.params, e.info} {
		for _, p := range section.entries {
			if isPrice(p.key) {
				e.price(d, p.key, section.get(p.key))
			}
		}
	}
}

// price keeps a price, unless there is one of its name already.
func (e *modelReader) price(d *Deployment, field string, n *node) {
	if n.kind == mapping {
		for _, part := range n.entries {
			e.price(d, field+"."+part.key, part.value)
		}
		return
	}
	for _, p := range d.Prices {
		if p.Field == field {
			return
		}
	}
	if n.kind != scalar {
		return
	}
	if field == "input_cost_per_token" || field == "output_cost_per_token" {
		f, ok := n.number()
		if !ok || f < 0 {
			e.at(n, Warning, "%s must be a number: it has no effect as it stands", field)
			return
		}
		d.Cost = max(d.Cost, 0) + f
	}
	d.Prices = append(d.Prices, Price{Field: field, Text: strings.ReplaceAll(strings.TrimSpace(n.text), "_", ""), Position: n.pos})
}

// modelPrices reads the file that model_prices names, and looks at the price of
// every deployment. n is null where there is none.
func (l *loader) modelPrices(n *node) {
	path := n.text
	switch {
	case n.unset() != "":
		l.at(n, Warning, "%s: the embedded prices are used", noValue(n.unset()))
	case n.kind != scalar && n.kind != null:
		l.at(n, Refused, "model_prices must be the name of a file, not %s", n.kind)
		return
	case strings.Contains(path, "://"):
		l.at(n, Refused, "model_prices must be the name of a file: nothing is fetched from an address")
		return
	}
	if path != "" && !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(l.file), path)
	}
	var data []byte
	if path != "" {
		var err error
		l.report.Files = append(l.report.Files, path)
		if data, err = l.options.readFile(path); err != nil {
			l.at(n, Refused, "the file of model_prices cannot be read: %s", err)
			return
		}
		l.mix(data)
	}
	if l.options.Prices == nil {
		return
	}
	pricing, said := l.options.Prices(path, data)
	l.report.Diagnostics = append(l.report.Diagnostics, said...)
	l.snapshot.Pricing = pricing
	if pricing == nil || l.report.Refused() {
		return
	}
	for _, d := range l.snapshot.Deployments {
		for _, r := range pricing.Check(d) {
			l.at(l.priced(d, r.Field), Warning, "%s", r.Message)
		}
	}
}

// priced is the place of a deployment's own price, or of what says its model.
func (l *loader) priced(d *Deployment, field string) *node {
	for _, p := range d.Prices {
		if p.Field == field {
			return &node{pos: p.Position, width: len(p.Text)}
		}
	}
	return cmp.Or(l.models[d], &node{pos: d.Position, width: 1})
}
