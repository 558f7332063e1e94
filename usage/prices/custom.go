package prices

import (
	"slices"
	"strings"
)

// Custom is one price that a configuration sets for a deployment.
type Custom struct {
	// Field is the name of a price field; those of a search have their size
	// behind a dot.
	Field string
	// Text is the price in dollars, as it is written.
	Text string
}

// sides are what a deployment's own price of a token replaces: whoever writes
// that input costs nothing, as on provisioned throughput, does not mean that what
// is cached costs what the price list says.
var sides = map[field][]field{
	inputToken: {
		inputToken, cachedToken, cacheWriteToken, cacheWrite1hToken, audioInputToken, cachedAudioToken, imageInputToken, cachedImageToken,
	},
	outputToken: {outputToken, reasoningToken, audioOutputToken, imageOutputToken},
}

// With lays a deployment's own prices over a model, which may be nil for one
// that nobody knows. name is the deployment's, for people. Its price of an input
// token takes the place of every price of the input, that of an output token of
// every one of the output, in all tiers and sizes; any other price of itself
// alone. A price that cannot be read is a problem and is not laid over.
func (m *Model) With(name string, own []Custom) (*Model, []Problem) {
	var problems []Problem
	var rates []rate
	for _, c := range own {
		r, ok := rate{}, false
		if size, search := strings.CutPrefix(c.Field, searchField+"."); search {
			for f := searchLow; f <= searchHigh; f++ {
				if fields[f].name == size {
					r.field, ok = f, true
				}
			}
		} else {
			r.field, r.tier, r.above, ok = parseField(c.Field)
		}
		if !ok {
			problems = append(problems, Problem{Entry: name, Field: c.Field, Message: "no price that costs are made of"})
			continue
		}
		var err error
		if r.price, err = ParsePrice(c.Text); err != nil {
			problems = append(problems, Problem{Entry: name, Field: c.Field, Message: "must be a number of US dollars: it is " + err.Error()})
			continue
		}
		rates = append(rates, r)
	}
	if len(rates) == 0 {
		return m, problems
	}
	e, with := &Entry{Name: name}, Model{Name: name, From: name, Rule: "its own prices"}
	if m != nil {
		with = *m
		with.Rule += ", and its own prices"
		if m.entry != nil {
			*e = *m.entry
			e.rates = slices.Clone(m.entry.rates)
		}
	}
	for _, r := range rates {
		if r.tier == Standard && r.above == 0 {
			e.rates = slices.DeleteFunc(e.rates, func(old rate) bool { return slices.Contains(sides[r.field], old.field) })
		}
	}
	for _, r := range rates {
		e.set(r)
	}
	with.entry = e
	if e.has(inputPixel) || e.has(inputImage) || e.has(outputImage) {
		with.sizes = nil
	}
	return &with, problems
}
