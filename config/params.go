package config

import (
	"slices"
	"strings"

	"github.com/azproc/azproc/azure"
)

// parameters reads what an entry says about the requests themselves.
func (l *loader) parameters(d *Deployment, params *node) {
	d.Rewrite.DropParams = l.dropParams
	if params.has("drop_params") {
		d.Rewrite.DropParams = l.boolean(params, "drop_params")
	}
	for _, item := range params.get("additional_drop_params").items {
		if strings.ContainsAny(item.text, ".[") {
			l.at(item, Warning, "additional_drop_params takes names of the top level alone: %q has no effect", item.text)
			continue
		}
		d.Rewrite.Drop = append(d.Rewrite.Drop, item.text)
	}
	for _, e := range params.entries {
		if slices.Contains(requestParams, e.key) {
			if e.value.kind == null {
				l.unsetWarning(e.value, e.key)
				continue
			}
			d.Rewrite.Defaults = append(d.Rewrite.Defaults, azure.Param{Name: e.key, Value: e.value.json()})
		}
	}
	for _, e := range params.get("extra_body").entries {
		d.Rewrite.Extra = append(d.Rewrite.Extra, azure.Param{Name: e.key, Value: e.value.json()})
	}
	for _, section := range []string{"headers", "extra_headers"} {
		for _, e := range params.get(section).entries {
			l.extraHeader(d, e)
		}
	}
}

// extraHeader reads one of extra_headers.
func (l *loader) extraHeader(d *Deployment, e entry) {
	name := strings.ToLower(strings.TrimSpace(e.key))
	switch {
	case e.value.kind != scalar:
		l.unsetWarning(e.value, e.key)
	case !isHeaderName(name), strings.ContainsAny(e.value.text, "\r\n\x00"):
		l.at(e.at, Warning, "extra_headers: %q cannot be sent as a header", e.key)
	case slices.Contains([]string{"host", "content-length", "connection", "transfer-encoding"}, name):
		l.at(e.at, Warning, "extra_headers: %s is Envoy's to set: it is left out", name)
	default:
		d.ExtraHeaders = append(d.ExtraHeaders, azure.Header{Name: name, Value: e.value.text})
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
func (l *loader) limits(d *Deployment, n, params *node) {
	pick := func(key string) int64 {
		if f, ok := l.positive(params, key); ok {
			return int64(f)
		}
		f, _ := l.positive(n, key)
		return int64(f)
	}
	d.TPM, d.RPM = pick("tpm"), pick("rpm")
	d.Weight, _ = l.positive(params, "weight")
	order, _ := l.positive(params, "order")
	d.Order = int(min(order, 1<<20))
	d.Timeout, d.StreamTimeout = l.seconds(params, "timeout"), l.seconds(params, "stream_timeout")
	for _, key := range []string{"num_retries", "max_retries"} {
		if params.has(key) {
			retries, _ := l.positive(params, key)
			d.MaxRetries = int(min(retries, 100))
		}
	}
}
