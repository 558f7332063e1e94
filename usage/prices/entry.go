package prices

import (
	"cmp"
	"slices"
)

// Entry is one entry of a price file. It is never changed.
type Entry struct {
	// Name is its key, as it is written in the file.
	Name string
	// Provider is litellm_provider, else what stands before the key's slash: azure,
	// azure_ai, azure_text, openai, ...
	Provider string
	// Mode is what kind of model it is: chat, embedding, image_generation, ...
	Mode string
	// MaxInput and MaxOutput are the model's limits in tokens; 0 is unknown.
	MaxInput, MaxOutput int64

	rates []rate // by field, tier, threshold; a handful
}

// rate is one price: of one unit of a field, for requests of a tier with more
// input than above tokens.
type rate struct {
	field field
	tier  Tier
	above int64
	price Amount
}

func compareRates(a, b rate) int {
	return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.tier, b.tier), cmp.Compare(a.above, b.above))
}

// set adds a price, or puts it in the place of another, while an entry is made.
func (e *Entry) set(r rate) {
	i, found := slices.BinarySearchFunc(e.rates, r, compareRates)
	if found {
		e.rates[i] = r
		return
	}
	e.rates = slices.Insert(e.rates, i, r)
}

// find gives the price of a field for exactly a tier and a threshold.
func (e *Entry) find(f field, tier Tier, above int64) (Amount, bool) {
	for i := range e.rates {
		if r := &e.rates[i]; r.field == f && r.tier == tier && r.above == above {
			return r.price, true
		}
	}
	return Amount{}, false
}

// has is whether there is any price of a field.
func (e *Entry) has(f field) bool {
	return slices.ContainsFunc(e.rates, func(r rate) bool { return r.field == f })
}

// threshold is the highest that a request with so much input has passed, among
// the prices of a field in a tier and the usual ones; 0 is none.
func (e *Entry) threshold(f field, tier Tier, input int64) int64 {
	var above int64
	for i := range e.rates {
		r := &e.rates[i]
		if r.field == f && (r.tier == tier || r.tier == Standard) && r.above < input {
			above = max(above, r.above)
		}
	}
	return above
}

// Line is one price of an entry, for people.
type Line struct {
	// Field is the name of the price in a price file.
	Field string
	// Unit is what it is the price of: 1M tokens, image, second, ...
	Unit string
	// Dollars is the price of a unit in US dollars, a decimal number.
	Dollars string
}

// Lines are the prices of an entry in the order of the fields' table.
func (e *Entry) Lines() []Line {
	lines := make([]Line, 0, len(e.rates))
	for _, r := range e.rates {
		l := Line{Field: fieldName(r.field, r.tier, r.above), Unit: fields[r.field].of, Dollars: r.price.Dollars()}
		switch l.Unit {
		case "token", "character", "pixel":
			l.Unit, l.Dollars = "1M "+l.Unit+"s", r.price.PerMillion()
		}
		lines = append(lines, l)
	}
	return lines
}
