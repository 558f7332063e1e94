package config

import (
	"slices"
	"strings"

	"github.com/azproc/azproc/azure"
)

// parameters reads what an entry says about the requests themselves.
func (e *modelReader) parameters(d *Deployment) {
	d.Rewrite.DropParams = e.dropParams
	if e.params.get("drop_params").kind != null {
		d.Rewrite.DropParams = e.dropping(e.params)
	}
	e.dropped(d)
	for _, p := range e.params.entries {
		if slices.Contains(requestParams, p.key) {
			setParam(&d.Rewrite.Defaults, p)
		}
	}
	extra := e.params.get("extra_body")
	if extra.kind != mapping && extra.kind != null {
		e.at(extra, Warning, "extra_body must be a mapping, not %s: it has no effect as it stands", extra.kind)
	}
	for _, p := range extra.entries {
		setParam(&d.Rewrite.Extra, p)
	}
	for _, section := range []string{"headers", "extra_headers"} {
		for _, h := range e.params.get(section).entries {
			e.extraHeader(d, h)
		}
	}
}

// dropped reads additional_drop_params, a list or one name.
func (e *modelReader) dropped(d *Deployment) {
	n := e.params.get("additional_drop_params")
	names := n.items
	if n.kind == scalar {
		names = []*node{n}
	}
	for _, item := range names {
		switch {
		case item.kind != scalar || item.text == "":
		case strings.ContainsAny(item.text, ".["):
			e.at(item, Warning, "additional_drop_params takes names of the top level alone: %q has no effect", item.text)
		default:
			d.Rewrite.Drop = append(d.Rewrite.Drop, item.text)
		}
	}
}

// setParam adds a parameter; the last of equal names counts, and an empty one
// is none.
func setParam(to *[]azure.Param, p entry) {
	*to = slices.DeleteFunc(*to, func(o azure.Param) bool { return o.Name == p.key })
	if p.value.kind != null {
		*to = append(*to, azure.Param{Name: p.key, Value: p.value.json()})
	}
}

// extraHeader reads one of extra_headers.
func (e *modelReader) extraHeader(d *Deployment, h entry) {
	name := strings.ToLower(strings.TrimSpace(h.key))
	switch {
	case h.value.kind == null:
	case h.value.kind != scalar, !isHeaderName(name), !printable(h.value.text):
		e.at(h.at, Warning, "extra_headers: %q cannot be sent as a header", h.key)
	case slices.Contains([]string{"host", "content-length", "connection", "transfer-encoding"}, name):
		e.at(h.at, Warning, "extra_headers: %s is Envoy's to set: it is left out", name)
	default:
		d.ExtraHeaders = slices.DeleteFunc(d.ExtraHeaders, func(o azure.Header) bool { return o.Name == name })
		d.ExtraHeaders = append(d.ExtraHeaders, azure.Header{Name: name, Value: h.value.text})
	}
}

func isHeaderName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

// limits reads the numbers of an entry. tpm and rpm may stand beside
// litellm_params too.
func (e *modelReader) limits(d *Deployment) {
	n, params := e.entry, e.params
	pick := func(key string) int64 {
		if f, ok := e.positive(params, key); ok {
			return int64(f)
		}
		f, _ := e.positive(n, key)
		return int64(f)
	}
	d.TPM, d.RPM = pick("tpm"), pick("rpm")
	d.Weight, _ = e.positive(params, "weight")
	order, _ := e.positive(params, "order")
	d.Order = int(min(order, 1<<20))
	d.Timeout, d.StreamTimeout = e.seconds(params, "timeout"), e.seconds(params, "stream_timeout")
	d.Cooldown = e.seconds(params, "cooldown_time")
	d.MaxRetries = -1
	for _, key := range []string{"num_retries", "max_retries"} {
		if n, ok := e.count(params, key); ok {
			d.MaxRetries = n
		}
	}
	e.cost(d)
}
