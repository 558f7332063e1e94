package azure

import "slices"

// usageSince is the first dated api-version that takes stream_options (Microsoft
// Learn, "Azure OpenAI API version lifecycle").
const usageSince = "2024-09-01"

// AsksUsage is whether a stream of this operation tells its usage only when it is
// asked for it. That of others does so by itself, or never.
func (op *Operation) AsksUsage() bool { return op == OpChat || op == OpCompletions }

// TellsUsage is whether the stream of an answer to r may be asked for its usage:
// where the API has stream_options.include_usage at all, and needs it.
func (t *Target) TellsUsage(r *Route) bool {
	e := &t.Endpoint
	switch {
	case !r.Op.AsksUsage(), e.Models, e.Extensions, r.Extensions:
		return false
	case e.Provider == ProviderOpenAI:
		return true
	}
	version := t.version(r)
	return version == "" || IsV1(version) || version >= usageSince
}

// HidesUsage is whether the usage of a stream is nobody's wish but azproc's, without
// which nobody can tell what the answer cost: neither the client asks for it nor does
// the operator say something of it. The answer then has a chunk that must not reach
// the client.
func (w *Rewrite) HidesUsage(d *Doc) bool {
	own := func(p Param) bool { return p.Name == "stream_options" }
	return d.Stream() && !d.usageAsked() && !slices.ContainsFunc(w.Defaults, own) && !slices.ContainsFunc(w.Extra, own)
}

// AskUsage says whether Apply and Prepare ask for the usage at the end of a stream. It
// is to be called where HidesUsage is true, and nowhere else.
func (d *Doc) AskUsage(ask bool) { d.askUsage = ask }

// usageAsked is whether the body asks for the usage: stream_options.include_usage.
func (d *Doc) usageAsked() bool {
	m := d.usageOption()
	return m.there() && string(d.text(m)) == "true"
}

// usageOption is the member include_usage of stream_options.
func (d *Doc) usageOption() (found member) {
	m := d.members[keyStreamOptions]
	if !m.there() || d.raw[m.value] != '{' {
		return member{}
	}
	eachMember(d.raw, m.value+1, func(name string, v member) {
		if name == "include_usage" {
			found = v
		}
	})
	return found
}

// askForUsage writes stream_options.include_usage where AskUsage has said so.
func (d *Doc) askForUsage(e *edits) {
	if !d.askUsage {
		return
	}
	options, option := d.members[keyStreamOptions], d.usageOption()
	switch {
	case !options.there():
		e.insert("stream_options", []byte(`{"include_usage":true}`))
	case option.there():
		e.replace(option.value, option.end, "true")
	case d.raw[options.value] != '{': // null
		e.replace(options.value, options.end, `{"include_usage":true}`)
	case d.raw[space(d.raw, options.value+1)] == '}':
		e.replace(options.value, options.end, `{"include_usage":true}`)
	default:
		e.replace(options.value+1, options.value+1, `"include_usage":true,`)
	}
}
