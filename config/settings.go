package config

import (
	"strings"
	"time"
)

// defaultMaxBody is the largest JSON body where nothing is said, in bytes.
const defaultMaxBody = 32 << 20

// maxMaxBody is the largest limit that makes sense: Envoy counts buffers in 32
// bits.
const maxMaxBody = 1 << 30

// maxSeconds is the longest time that is taken for one: 30 days.
const maxSeconds = 30 * 24 * 60 * 60

// exampleKey stands in LiteLLM's documentation, so anyone would try it first.
const exampleKey = "sk-1234"

func (l *loader) litellmSettings(n *node) {
	l.dropParams = l.dropping(n)
	l.refresh = l.boolean(n, "enable_azure_ad_token_refresh")
	l.snapshot.Timeout = l.seconds(n, "request_timeout")
	l.retrying(n)
	l.snapshot.BatchBalancing = l.boolean(n, "enable_loadbalancing_on_batch_endpoints")
}

func (l *loader) generalSettings(n *node) {
	key := n.get("master_key")
	l.snapshot.MasterKey = Secret(strings.TrimSpace(key.text))
	if key.kind == null && key.variable == "" {
		value, _ := l.lookup("LITELLM_MASTER_KEY")
		l.snapshot.MasterKey = Secret(strings.TrimSpace(value))
	}
	open := Refused
	if l.options.AllowAnonymous || l.snapshot.Keyed {
		open = Warning
	}
	switch {
	case key.kind == mapping || key.kind == sequence:
		l.at(key, Refused, "master_key must be a text, not %s", key.kind)
	case key.unset() != "" && l.snapshot.Keyed:
		l.at(key, open, "%s: there is no master_key", noValue(key.unset()))
	case key.unset() != "":
		l.at(key, open, "%s, and it is the only key: the gateway would be open to anyone", noValue(key.unset()))
	case l.unfilled(key, "master_key"):
	case l.snapshot.MasterKey == exampleKey:
		l.at(key, Warning, "master_key is the example of LiteLLM's documentation, which anyone would try first")
	case l.snapshot.Open() && n.has("master_key"):
		l.at(key, Warning, "master_key is empty: clients need no key")
	}
	l.snapshot.IDSecret = l.snapshot.MasterKey
	switch secret := n.get("id_secret"); {
	case secret.unset() != "":
		l.at(secret, Warning, "%s: ids are authenticated with the master_key", noValue(secret.unset()))
	case secret.kind == scalar && secret.text != "":
		l.unfilled(secret, "id_secret")
		l.snapshot.IDSecret = Secret(secret.text)
	}
	l.snapshot.StreamUsage = n.get("always_include_stream_usage").kind != scalar || l.boolean(n, "always_include_stream_usage")
	limit := n.get("max_request_size_mb")
	if mib, ok := l.positive(n, "max_request_size_mb"); ok {
		l.snapshot.MaxBody = int64(min(mib, 1<<20) * (1 << 20))
		if l.snapshot.MaxBody > maxMaxBody || l.snapshot.MaxBody < 1 {
			l.at(limit, Warning, "max_request_size_mb must be at most %d: it stays %d", maxMaxBody>>20, defaultMaxBody>>20)
			l.snapshot.MaxBody = defaultMaxBody
		}
	}
}

// guardKey refuses a file whose writer believes that clients need a key, while
// it stands where nothing reads it.
func (l *loader) guardKey(root *node) {
	if !l.snapshot.Open() {
		return
	}
	severity := Refused
	if l.options.AllowAnonymous {
		severity = Warning
	}
	proper := root.get("general_settings")
	var walk func(parent *node)
	walk = func(parent *node) {
		for _, e := range parent.entries {
			switch {
			case parent == proper && e.key == "master_key":
			case (e.value.kind != null || e.value.variable != "") && isMasterKey(e.key):
				l.at(e.at, severity, "%s has no effect here, and there is no key where it has: the gateway would be open to anyone; write it as general_settings.master_key", e.key)
			}
			walk(e.value)
		}
		for _, item := range parent.items {
			walk(item)
		}
	}
	walk(root)
}

// isMasterKey is whether a key means master_key, however it is spelt.
func isMasterKey(key string) bool {
	key = strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(strings.ToLower(key))
	return strings.HasSuffix(key, "masterkey") || strings.HasSuffix(key, "masterkeys")
}

// boolean reads a switch; it is off when it is not there.
func (l *loader) boolean(n *node, key string) bool {
	v := n.get(key)
	b, ok := v.boolean()
	if !ok && v.kind != null {
		l.at(v, Warning, "%s must be true or false, not %s: it counts as false", key, v.kind)
	}
	return b
}

// dropping reads drop_params, which people take for a list of names.
func (l *loader) dropping(n *node) bool {
	if drop := n.get("drop_params"); drop.kind == sequence {
		l.at(drop, Warning, "drop_params must be true or false: it counts as true; names of parameters belong into additional_drop_params of an entry")
		return len(drop.items) > 0
	}
	return l.boolean(n, "drop_params")
}

// positive reads a number above zero.
func (l *loader) positive(n *node, key string) (float64, bool) {
	v := n.get(key)
	if v.kind == null {
		return 0, false
	}
	f, ok := v.number()
	if !ok || f < 0 {
		l.at(v, Warning, "%s must be a number: it has no effect as it stands", key)
		return 0, false
	}
	return f, f > 0
}

// seconds reads a time.
func (l *loader) seconds(n *node, key string) time.Duration {
	f, _ := l.positive(n, key)
	return time.Duration(min(f, maxSeconds) * float64(time.Second))
}

// meant is the end of a message that has a better spelling to offer.
func meant(near string) string {
	if near == "" {
		return ""
	}
	return ": did you mean " + near + "?"
}
