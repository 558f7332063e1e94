package prices

import (
	"maps"
	"slices"
	"strings"
)

// Table is the entries of a price file, or of several. It is never changed and
// may be used by many at once.
type Table struct {
	entries map[string]*Entry // by key in lower case
	order   []string          // keys of entries, sorted
	// sizes are the entries azure/QUALITY/SIZE/MODEL by azure/MODEL and
	// quality/size, in lower case.
	sizes map[string]map[string]*Entry
	// dated are the keys with a date, by what they are without it.
	dated map[string][]string
}

// newTable makes a table; of equal names the last counts. An entry of Azure's
// whose key does not say so is known under the key that does, too.
func newTable(entries []*Entry) *Table {
	all := make(map[string]*Entry, len(entries))
	for _, e := range entries {
		all[strings.ToLower(e.Name)] = e
	}
	for _, e := range entries {
		key := strings.ToLower(e.Name)
		if azure := e.Provider + "/" + key; slices.Contains(azureProviders, e.Provider) && !strings.HasPrefix(key, "azure") && all[azure] == nil {
			all[azure] = e
		}
	}
	return index(all)
}

func index(all map[string]*Entry) *Table {
	t := &Table{
		entries: all, order: slices.Sorted(maps.Keys(all)),
		sizes: make(map[string]map[string]*Entry), dated: make(map[string][]string),
	}
	for _, key := range t.order {
		if name, dated := withoutDate(key); dated {
			t.dated[name] = append(t.dated[name], key)
		}
		model, kind, ok := imageKey(key)
		if !ok {
			continue
		}
		if t.sizes[model] == nil {
			t.sizes[model] = make(map[string]*Entry)
		}
		t.sizes[model][kind] = all[key]
	}
	return t
}

// With is the table with another one laid over it: of entries with equal names
// the other's count. other may be nil.
func (t *Table) With(other *Table) *Table {
	if other == nil {
		return t
	}
	all := maps.Clone(t.entries)
	maps.Copy(all, other.entries)
	return index(all)
}

// Len is how many entries there are.
func (t *Table) Len() int { return len(t.entries) }

// Names are the keys of the entries in lower case, sorted. The caller must not
// change them.
func (t *Table) Names() []string { return t.order }
