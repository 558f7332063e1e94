package config

import (
	"slices"
	"strings"
)

// fallbackKeys are the lists of {model_name: [model_name, ...]}.
var fallbackKeys = []string{"fallbacks", "context_window_fallbacks", "content_policy_fallbacks"}

// fallbacks checks the shape of the chains and the names in them; what they do
// is another matter.
func (l *loader) fallbacks(root *node) {
	for _, section := range []string{"router_settings", "litellm_settings"} {
		for _, key := range fallbackKeys {
			l.fallbackList(key, root.get(section).get(key))
		}
	}
}

func (l *loader) fallbackList(key string, list *node) {
	if list.kind == null {
		return
	}
	if list.kind != sequence {
		l.at(list, Warning, "%s must be a list of {model_name: [model_name, ...]}, not %s", key, list.kind)
		return
	}
	for _, item := range list.items {
		if item.kind != mapping || len(item.entries) != 1 || item.entries[0].value.kind != sequence {
			l.at(item, Warning, "%s: each item is written {model_name: [model_name, ...]} (with anything else LiteLLM would not start)", key)
			continue
		}
		chain := item.entries[0]
		l.fallbackName(key, chain.at, chain.key)
		for _, to := range chain.value.items {
			if to.kind == scalar {
				l.fallbackName(key, to, to.text)
			}
		}
	}
}

// fallbackName warns of a name that is no model_name.
func (l *loader) fallbackName(key string, at *node, name string) {
	if name == "*" || l.groups[name] != nil {
		return
	}
	var names []string
	for group := range l.groups {
		if _, fits := match(group, name); fits && strings.Contains(group, "*") {
			return
		}
		names = append(names, group)
	}
	slices.Sort(names)
	near := nearestOf(name, names)
	for group, state := range l.groups {
		if slices.Contains(state.models, name) {
			near = group
		}
	}
	l.at(at, Warning, "%s: %q is no model_name of this file%s", key, name, meant(near))
}
