package config

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
)

// keyName is what a key may be called: it stands in logs, metrics and Redis.
var keyName = regexp.MustCompile(`^[\w.@:+/-]([\w.@:+/ -]{0,62}[\w.@:+/-])?$`)

// digestPrefix is how the digest of a key is written.
const digestPrefix = "sha256:"

// keyReader reads lists of keys.
type keyReader struct {
	*loader
	names   map[string]*node
	digests map[[sha256.Size]byte]string // whose it is
}

func (r *keyReader) list(n *node, what string) {
	switch {
	case n.kind == sequence:
		for _, item := range n.items {
			r.entry(item)
		}
	case n.unset() != "":
		r.at(n, Refused, "%s: keys has no value", noValue(n.unset()))
	case n.kind != null:
		r.at(n, Refused, "%s must be a list of {name: NAME, key: sha256:HEX}, not %s", what, n.kind)
	}
}

// entry reads one key. One that is not wholly understood is not accepted: what
// is not understood may be a limit.
func (r *keyReader) entry(n *node) {
	r.hide(n)
	if n.kind != mapping {
		r.at(n, EntryRefused, "a key is written {name: NAME, key: sha256:HEX}, not %s", n.kind)
		return
	}
	before := len(r.report.Diagnostics)
	k := Key{Position: n.pos}
	r.fields(n)
	k.Name = r.name(n)
	k.Digests = r.shown(n.get("key"), n)
	k.Models = r.models(n.get("models"))
	k.RPM, k.TPM = r.limit(n.get("rpm"), "rpm"), r.limit(n.get("tpm"), "tpm")
	k.Budget, k.Period = r.budget(n)
	k.Expires = r.expires(n.get("expires"))
	if m := n.get("metadata"); m.kind != null {
		k.Metadata = m.json()
	}
	for _, d := range r.report.Diagnostics[before:] {
		if d.Severity != Warning {
			return
		}
	}
	r.snapshot.Keys = append(r.snapshot.Keys, k)
}

// hide keeps the text of a key out of everything that is printed, wherever it
// stands in the entry.
func (r *keyReader) hide(n *node) {
	for _, e := range n.entries {
		if k := strings.ToLower(e.key); k == "key" || k == "token" || k == "keys" || isSecret(k) {
			r.hideText(e.value)
		}
	}
	if n.kind == scalar {
		r.hideText(n)
	}
}

func (r *keyReader) hideText(n *node) {
	n = joined(n)
	if n.kind == scalar && n.variable == "" {
		_, is := parseDigest(n.text)
		if _, bare := parseDigest(digestPrefix + n.text); !is && !bare {
			r.secrets = append(r.secrets, n.text)
		}
	}
	for _, item := range n.items {
		r.hideText(item)
	}
	for _, e := range n.entries {
		r.hideText(e.value)
	}
}

// joined is sha256:HEX where the parser has taken it for a mapping, as it does in
// [a list] within {a mapping}.
func joined(n *node) *node {
	if n.kind != mapping || len(n.entries) != 1 || n.entries[0].key+":" != digestPrefix || n.entries[0].value.kind != scalar {
		return n
	}
	return &node{kind: scalar, text: digestPrefix + n.entries[0].value.text, pos: n.pos, width: n.width}
}

// fields refuses what has no meaning in an entry.
func (r *keyReader) fields(n *node) {
	for _, e := range n.entries {
		switch k := keyEntry.find(e.key); {
		case k == nil:
			r.at(e.at, EntryRefused, "unknown key %s in %s%s", e.key, keyEntry.name, meant(nearest(e.key, &keyEntry)))
		case k.fate == moved:
			r.at(e.at, EntryRefused, "%s has no meaning here: write %s instead", e.key, k.what)
		case k.fate == protection && !asksNothing(e.value):
			r.at(e.at, EntryRefused, "%s DOES NOT PROTECT anything here: %s", e.key, k.what)
		case k.fate == ignored && r.once(keyEntry.name+"."+e.key):
			r.at(e.at, Warning, "%s is not provided by azproc%s", e.key, because(k.what))
		}
	}
}

// misnamed is whether a field stands in the entry under another name, of which
// was said what there is to say.
func misnamed(n *node, field string) bool {
	return slices.ContainsFunc(keyEntry.keys, func(k known) bool { return k.fate == moved && k.what == field && n.has(k.name) })
}

func (r *keyReader) name(n *node) string {
	name := n.get("name")
	switch {
	case name.unset() != "":
		r.at(name, EntryRefused, "%s: name has no value", noValue(name.unset()))
	case name.kind != scalar || name.text == "":
		if !misnamed(n, "name") {
			r.at(n, EntryRefused, "the key has no name")
		}
	case !keyName.MatchString(name.text):
		r.at(name, EntryRefused, "name must be at most 64 letters, digits, spaces and . _ @ : + / -")
	case name.text == MasterName:
		r.at(name, EntryRefused, "the name %s is that of general_settings.master_key", MasterName)
	case r.names[name.text] != nil:
		r.at(name, EntryRefused, "the name %s is another key's, in %s", name.text, r.names[name.text].pos)
	default:
		r.names[name.text] = name
	}
	return name.text
}

// shown reads key: one text, or a list of them.
func (r *keyReader) shown(n, entry *node) [][sha256.Size]byte {
	items := []*node{n}
	if n.kind == sequence {
		items = n.items
	}
	if n.kind == null && n.variable == "" || len(items) == 0 {
		if !misnamed(entry, "key") {
			r.at(entry, EntryRefused, "the entry has no key: azproc keys new makes one")
		}
		return nil
	}
	var all [][sha256.Size]byte
	for _, item := range items {
		d, ok := r.oneKey(item)
		if !ok {
			continue
		}
		if other := r.digests[d]; other != "" {
			r.at(item, EntryRefused, "the key is the same as that of %s", other)
			continue
		}
		r.digests[d] = entry.get("name").text
		all = append(all, d)
	}
	return all
}

func (r *keyReader) oneKey(n *node) (d [sha256.Size]byte, ok bool) {
	n = joined(n)
	text := strings.TrimSpace(n.text)
	if n.unset() != "" {
		r.at(n, EntryRefused, "%s: the key has no value", noValue(n.unset()))
		return d, false
	}
	if n.kind != scalar || text == "" {
		r.at(n, EntryRefused, "key must be sha256:HEX or os.environ/NAME, not %s", n.kind)
		return d, false
	}
	if d, ok = parseDigest(text); ok {
		return d, true
	}
	switch bare, isBare := parseDigest(digestPrefix + text); {
	case strings.HasPrefix(text, digestPrefix):
		r.at(n, EntryRefused, "key must have 64 hexadecimal digits after sha256:")
	case isBare && n.variable == "":
		r.at(n, EntryRefused, "key is written with sha256: before the digits, if this is its digest")
		return bare, false
	case n.variable == "":
		r.at(n, EntryRefused, "key must not stand in a file as it is shown: write sha256:HEX (azproc keys hash prints it) or os.environ/NAME")
	default:
		if text == exampleKey {
			r.at(n, Warning, "the key is the example of LiteLLM's documentation, which anyone would try first")
		}
		return sha256.Sum256([]byte(text)), true
	}
	return d, false
}

// parseDigest reads sha256:HEX.
func parseDigest(text string) (d [sha256.Size]byte, ok bool) {
	digits, ok := strings.CutPrefix(strings.TrimSpace(text), digestPrefix)
	if !ok || len(digits) != 2*len(d) {
		return d, false
	}
	_, err := hex.Decode(d[:], []byte(digits))
	return d, err == nil
}

// allModels are names by which LiteLLM means every model, or none.
var allModels = []string{"all-proxy-models", "all-team-models", "no-default-models"}

func (r *keyReader) models(n *node) []string {
	switch {
	case n.kind == null && n.variable == "":
		return nil
	case n.kind != sequence:
		r.at(n, EntryRefused, "models must be a list of model_names, not %s", n.kind)
		return nil
	case len(n.items) == 0:
		r.at(n, EntryRefused, "models is empty: leave it out for every model")
		return nil
	}
	var all []string
	for _, item := range n.items {
		switch {
		case item.kind != scalar || item.text == "":
			r.at(item, EntryRefused, "models must be a list of model_names, not of %s", item.kind)
		case strings.Count(item.text, "*") > 1:
			r.at(item, EntryRefused, "the model %q has more than one star", item.text)
		case slices.Contains(allModels, item.text):
			r.at(item, EntryRefused, "%s is no model: leave models out for every model", item.text)
		default:
			all = append(all, item.text)
			r.asked = append(r.asked, item)
		}
	}
	return all
}

func (r *keyReader) limit(n *node, key string) int64 {
	if n.kind == null && n.variable == "" {
		return 0
	}
	f, ok := n.number()
	if !ok || f < 1 || f > 1e12 || f != float64(int64(f)) {
		r.at(n, EntryRefused, "%s must be a whole number above zero; leave it out for no limit", key)
		return 0
	}
	return int64(f)
}

func (r *keyReader) budget(n *node) (int64, Period) {
	amount, period := n.get("budget"), n.get("period")
	there := func(n *node) bool { return n.kind != null || n.variable != "" }
	if !there(amount) {
		if there(period) {
			r.at(period, EntryRefused, "period is of a budget, and there is none")
		}
		return 0, Period{}
	}
	micro, err := microDollars(amount.text)
	switch {
	case err != nil:
		r.at(amount, EntryRefused, "budget: %v", err)
	case micro == 0:
		r.at(amount, EntryRefused, "budget must be above zero; leave it out for no budget, and the entry for no key")
	}
	if !there(period) {
		r.at(amount, EntryRefused, "budget needs a period after which it begins anew: period: 1d or 1mo")
		return micro, Period{}
	}
	p, err := ParsePeriod(period.text)
	if err != nil {
		r.at(period, EntryRefused, "period: %v", err)
	}
	return micro, p
}

// expires reads a moment, or a date: the key is good to the end of that day, UTC.
func (r *keyReader) expires(n *node) time.Time {
	if n.kind == null && n.variable == "" {
		return time.Time{}
	}
	text := strings.TrimSpace(n.text)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t.AddDate(0, 0, 1)
	}
	r.at(n, EntryRefused, "expires must be a date (2026-12-31: to the end of that day, UTC) or a moment (2026-12-31T18:00:00Z)")
	return time.Time{}
}
