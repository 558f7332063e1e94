package messages

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
)

// writeSampling writes temperature, top_p and top_k. Their default, 1, is left out:
// it is the same and no model refuses it. A temperature above 1 becomes 1, as in
// Anthropic's own layer (platform.claude.com, "OpenAI SDK compatibility").
func (r *request) writeSampling() *azure.Error {
	t, p, k := r.given["temperature"], r.given["top_p"], r.given["top_k"]
	if err := inRange("temperature", t, 2); err != nil {
		return err
	}
	if err := inRange("top_p", p, 1); err != nil {
		return err
	}
	if t.Num >= 1 {
		t = gjson.Result{}
	}
	if p.Num >= 1 {
		p = gjson.Result{}
	}
	both := t.Exists() && p.Exists()
	for _, s := range []struct {
		name  string
		value gjson.Result
		wrong bool
		why   string
	}{
		{"temperature", t, r.model.sampling == sampleFixed, "This model takes no temperature but the default, 1."},
		{"temperature", t, r.thinks, "While it thinks (reasoning_effort), this model takes no temperature but the default, 1."},
		{"top_p", p, r.model.sampling == sampleFixed, "This model takes no top_p but the default, 1."},
		{"top_p", p, r.model.sampling == sampleOne && both, "This model takes temperature or top_p, not both."},
		{"top_p", p, r.thinks && p.Num < 0.95, "While it thinks (reasoning_effort), this model takes a top_p from 0.95 on."},
		{"top_k", k, r.model.sampling == sampleFixed, "This model takes no top_k."},
		{"top_k", k, r.thinks, "While it thinks (reasoning_effort), this model takes no top_k."},
	} {
		if !s.value.Exists() || !s.wrong {
			continue
		}
		if err := r.unsupported(s.name, "%s", s.why); err != nil {
			return err
		}
		switch s.name {
		case "temperature":
			t = gjson.Result{}
		case "top_p":
			p = gjson.Result{}
		default:
			k = gjson.Result{}
		}
	}
	for _, s := range []struct {
		name  string
		value gjson.Result
	}{{"temperature", t}, {"top_p", p}, {"top_k", k}} {
		if s.value.Exists() {
			r.member(s.name, []byte(s.value.Raw))
		}
	}
	return nil
}

func inRange(name string, v gjson.Result, most float64) *azure.Error {
	if v.Exists() && (v.Type != gjson.Number || v.Num < 0 || v.Num > most) {
		return invalid("invalid_value", name, "%s must be a number from 0 to %g.", name, most)
	}
	return nil
}

// writeStops writes stop_sequences. One of nothing but white space is refused:
// Anthropic's API does so ("each stop sequence must contain non-whitespace"), and
// without it the answer would go on where the client wants its end.
func (r *request) writeStops() *azure.Error {
	stop := r.given["stop"]
	if !stop.Exists() {
		return nil
	}
	if stop.Type != gjson.String && !stop.IsArray() {
		return invalid("invalid_value", "stop", "stop must be a string or a list of strings.")
	}
	var list []byte
	var err *azure.Error
	stop.ForEach(func(_, s gjson.Result) bool { // a string is a list of itself
		switch {
		case s.Type != gjson.String:
			err = invalid("invalid_value", "stop", "stop must be a string or a list of strings.")
		case strings.TrimSpace(s.Str) == "":
			err = r.unsupported("stop", "Claude takes no stop sequence that is only white space.")
		default:
			list = append(append(list, ','), s.Raw...)
		}
		return err == nil
	})
	if err != nil || len(list) == 0 {
		return err
	}
	list[0] = '['
	r.member("stop_sequences", append(list, ']'))
	return nil
}
