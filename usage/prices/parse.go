package prices

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// Place is where something stands in a file. Both count from 1; columns count
// bytes.
type Place struct{ Line, Col int }

// Problem is something wrong with an entry of a file. What it is about counts as
// not written: a price is then unknown, never 0.
type Problem struct {
	Place
	// Entry is the entry's key, Field the field's, where it is about one.
	Entry, Field string
	Message      string
}

// String is "ENTRY: FIELD: what is wrong".
func (p Problem) String() string {
	if p.Field == "" {
		return fmt.Sprintf("%q: %s", p.Entry, p.Message)
	}
	return fmt.Sprintf("%q: %s: %s", p.Entry, p.Field, p.Message)
}

// SyntaxError is why a file cannot be read at all.
type SyntaxError struct {
	Place
	What string
}

// Error is what is wrong, without the place.
func (e *SyntaxError) Error() string { return e.What }

// Parse reads a price file: a JSON object with an object for each model, as
// LiteLLM's model_prices_and_context_window.json is. Fields that are no prices
// are passed over, and so is sample_spec. The error is a *SyntaxError.
func Parse(data []byte) (*Table, []Problem, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var raw json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		fault := &SyntaxError{Place: placeAt(data, len(data)), What: "not valid JSON: " + err.Error()}
		if s := (*json.SyntaxError)(nil); errors.As(err, &s) {
			fault.Place = placeAt(data, int(s.Offset)-1)
		}
		return nil, nil, fault
	}
	root := gjson.ParseBytes(data)
	if !root.IsObject() {
		return nil, nil, &SyntaxError{Place: Place{1, 1}, What: "not a price file: it must be an object with an entry for each model"}
	}
	p := &parser{data: data, seen: make(map[string]bool)}
	root.ForEach(func(key, value gjson.Result) bool {
		p.entry(key, value)
		return true
	})
	if len(p.entries) == 0 {
		return nil, nil, &SyntaxError{Place: Place{1, 1}, What: "not a price file: no entry in it has a price"}
	}
	return newTable(p.entries), p.problems, nil
}

// parser reads the entries of a file.
type parser struct {
	data     []byte
	entries  []*Entry
	problems []Problem
	seen     map[string]bool
	at       gjson.Result // the key of the entry in hand
}

func (p *parser) problem(at gjson.Result, field, format string, args ...any) {
	p.problems = append(p.problems, Problem{
		Place: placeAt(p.data, at.Index), Entry: p.at.Str, Field: field, Message: fmt.Sprintf(format, args...),
	})
}

func (p *parser) entry(key, value gjson.Result) {
	p.at = key
	switch name := strings.ToLower(key.Str); {
	case name == "sample_spec":
		return
	case name == "":
		p.problem(key, "", "an entry without a name")
		return
	case !value.IsObject():
		p.problem(value, "", "an entry must be an object")
		return
	case p.seen[name]:
		p.problem(key, "", "the file has an entry of this name already: the last one counts")
	default:
		p.seen[name] = true
	}
	e := &Entry{Name: key.Str}
	value.ForEach(func(field, v gjson.Result) bool {
		p.field(e, field.Str, v)
		return true
	})
	if provider, _, ok := strings.Cut(key.Str, "/"); ok && e.Provider == "" {
		e.Provider = provider
	}
	if len(e.rates) > 0 {
		p.entries = append(p.entries, e)
	}
}

func (p *parser) field(e *Entry, name string, v gjson.Result) {
	switch name {
	case "litellm_provider":
		e.Provider = v.String()
	case "mode":
		e.Mode = v.String()
	case "max_input_tokens":
		e.MaxInput = p.count(name, v)
	case "max_output_tokens":
		e.MaxOutput = p.count(name, v)
	case searchField:
		if v.Type == gjson.Null {
			return
		}
		if !v.IsObject() {
			p.problem(v, name, "must be an object with %s, %s and %s", fields[searchLow].name, fields[searchMedium].name, fields[searchHigh].name)
			return
		}
		v.ForEach(func(size, price gjson.Result) bool {
			for f := searchLow; f <= searchHigh; f++ {
				if size.Str == fields[f].name {
					p.price(e, name+"."+size.Str, rate{field: f}, price)
				}
			}
			return true
		})
	default:
		if f, tier, above, ok := parseField(name); ok {
			p.price(e, name, rate{field: f, tier: tier, above: above}, v)
		}
	}
}

// price reads a number, or a text that is one: people quote them in YAML, and
// LiteLLM takes both.
func (p *parser) price(e *Entry, name string, r rate, v gjson.Result) {
	text := v.Raw
	switch v.Type {
	case gjson.Null:
		return
	case gjson.String:
		text = v.Str
	case gjson.Number:
	default:
		p.problem(v, name, "must be a number of US dollars")
		return
	}
	var err error
	if r.price, err = ParsePrice(text); err != nil {
		p.problem(v, name, "%q is %s", text, err)
		return
	}
	e.set(r)
}

// count reads a number of tokens; sample_spec's words and the like are none.
func (p *parser) count(name string, v gjson.Result) int64 {
	if v.Type == gjson.Null {
		return 0
	}
	n := v.Int()
	if v.Type != gjson.Number || n < 0 || float64(n) != v.Num {
		p.problem(v, name, "must be a whole number of tokens")
		return 0
	}
	return n
}

// placeAt is the line and the column of a byte.
func placeAt(data []byte, offset int) Place {
	before := data[:max(0, min(offset, len(data)))]
	line := bytes.Count(before, []byte("\n"))
	return Place{line + 1, len(before) - bytes.LastIndexByte(before, '\n')}
}
