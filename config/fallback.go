package config

import (
	"slices"
	"strings"
)

// Fallbacks are the other groups to ask, in order, by the model_name that they
// stand in for.
type Fallbacks struct {
	// Set says that the file has the list at all.
	Set bool

	byGroup map[string][]string
	others  []string // of every group that has none of its own: "*"
}

// For gives the groups that stand in for a model: those of its own name, else of
// everybody.
func (f *Fallbacks) For(model string) []string {
	if own, ok := f.byGroup[model]; ok {
		return own
	}
	return f.others
}

func (f *Fallbacks) add(model string, to []string) {
	f.Set = true
	if model == "*" {
		f.others = append(f.others, to...)
		return
	}
	if f.byGroup == nil {
		f.byGroup = make(map[string][]string)
	}
	f.byGroup[model] = append(f.byGroup[model], to...)
}

// fallbacks reads the lists of {model_name: [model_name, ...]}, wherever they
// stand, and default_fallbacks.
func (l *loader) fallbacks(root *node) {
	r := &l.snapshot.Router
	for _, section := range []string{"router_settings", "litellm_settings"} {
		n := root.get(section)
		l.fallbackList("fallbacks", n.get("fallbacks"), &r.Fallbacks)
		l.fallbackList("context_window_fallbacks", n.get("context_window_fallbacks"), &r.ContextWindow)
		l.fallbackList("content_policy_fallbacks", n.get("content_policy_fallbacks"), &r.ContentPolicy)
		if d := n.get("default_fallbacks"); d.kind == sequence {
			if to := l.fallbackNames("default_fallbacks", d); len(r.Fallbacks.others) == 0 {
				r.Fallbacks.add("*", to)
			}
		} else if d.kind != null {
			l.at(d, Warning, "default_fallbacks must be a list of model_names, not %s", d.kind)
		}
	}
}

func (l *loader) fallbackList(key string, list *node, into *Fallbacks) {
	if list.kind == null {
		return
	}
	if list.kind != sequence {
		l.at(list, Warning, "%s must be a list of {model_name: [model_name, ...]}, not %s", key, list.kind)
		return
	}
	into.Set = true
	for _, item := range list.items {
		if item.kind != mapping || len(item.entries) != 1 || item.entries[0].value.kind != sequence {
			l.at(item, Warning, "%s: each item is written {model_name: [model_name, ...]} (with anything else LiteLLM would not start)", key)
			continue
		}
		chain := item.entries[0]
		l.fallbackName(key, chain.at, chain.key)
		into.add(chain.key, l.fallbackNames(key, chain.value))
	}
}

// fallbackNames are the names of a list that can be asked.
func (l *loader) fallbackNames(key string, list *node) []string {
	var names []string
	for _, to := range list.items {
		if to.kind != scalar {
			continue
		}
		l.fallbackName(key, to, to.text)
		if _, _, ok := l.snapshot.Find(to.text); ok && !slices.Contains(names, to.text) {
			names = append(names, to.text)
		}
	}
	return names
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
