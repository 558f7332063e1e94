package config

import (
	"maps"
	"slices"
)

// credentialList reads credential_list.
func (l *loader) credentialList(list *node) {
	if list.kind != sequence {
		if list.kind != null {
			l.at(list, Warning, "credential_list must be a list, not %s: it has no effect as it stands", list.kind)
		}
		return
	}
	for _, item := range list.items {
		name, values := item.get("credential_name"), item.get("credential_values")
		if name.kind != scalar {
			l.at(item, Warning, "an entry of credential_list has no credential_name: it has no effect")
			continue
		}
		if values.kind != mapping && slices.ContainsFunc(item.entries, func(e entry) bool { return litellmParams.find(e.key) != nil }) {
			l.at(item, Warning, "the keys of credential %q stand beside credential_values: they belong under it (LiteLLM would not start)", name.text)
			values = item
		} else {
			l.checkKeys(item, &credentialEntry)
			l.checkKeys(values, &litellmParams)
		}
		l.credentials[name.text] = values
	}
}

// withCredential fills an entry's params with those of the credential that it
// names; what the entry says itself wins.
func (l *loader) withCredential(params *node) *node {
	name := params.get("litellm_credential_name")
	if name.kind != scalar {
		return params
	}
	values, ok := l.credentials[name.text]
	if !ok {
		names := slices.Sorted(maps.Keys(l.credentials))
		l.at(name, Warning, "credential_list has no credential %q%s", name.text, meant(nearestOf(name.text, names)))
		return params
	}
	filled := *params
	filled.entries = nil
	for _, e := range values.entries {
		if !params.has(e.key) && litellmParams.find(e.key) != nil {
			filled.entries = append(filled.entries, e)
		}
	}
	filled.entries = append(filled.entries, params.entries...)
	return &filled
}
