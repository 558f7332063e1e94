package azure

import (
	"encoding/json"
	"slices"
	"strconv"
)

// edit replaces the bytes from start to end by text.
type edit struct {
	start, end int
	text       string
}

// edits are the changes to one body, collected first and made in one go, so
// that every byte outside them stays what it was. The zero value is no change.
type edits struct {
	list     []edit
	deleted  []int // members, by the offset of their key
	inserted []Param
}

func (e *edits) none() bool {
	return len(e.list) == 0 && len(e.deleted) == 0 && len(e.inserted) == 0
}

func (e *edits) replace(start, end int, text string) {
	e.list = append(e.list, edit{start, end, text})
}

// delete takes a top-level member away, with its comma.
func (e *edits) delete(m member) {
	if !e.isDeleted(m) {
		e.deleted = append(e.deleted, m.key)
	}
}

func (e *edits) isDeleted(m member) bool { return slices.Contains(e.deleted, m.key) }

// insert adds a top-level member; value is JSON.
func (e *edits) insert(name string, value []byte) {
	e.inserted = append(e.inserted, Param{Name: name, Value: value})
}

// apply makes the edited body. The bytes are the caller's. It leaves in e.list
// the edits that were made, in order.
func (e *edits) apply(d *Doc) []byte {
	kept := !d.empty
	if len(e.deleted) > 0 {
		kept = e.cutMembers(d)
	}
	if text := e.insertion(kept); text != "" {
		e.replace(d.first, d.first, text)
	}
	// Edits inside of a deleted member go with it.
	slices.SortStableFunc(e.list, func(a, b edit) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return a.end - b.end // an insertion comes before what is replaced there
	})
	size, at := len(d.raw), 0
	made := e.list[:0]
	for _, x := range e.list {
		if x.start < at {
			continue
		}
		size += len(x.text) - (x.end - x.start)
		at = x.end
		made = append(made, x)
	}
	e.list = made
	out, at := make([]byte, 0, size), 0
	for _, x := range e.list {
		out = append(out, d.raw[at:x.start]...)
		out = append(out, x.text...)
		at = x.end
	}
	return append(out, d.raw[at:]...)
}

// cutMembers turns the deleted members into edits and says whether any member
// is left. A member goes with the comma behind it; those at the end of the
// object go with the comma before them.
func (e *edits) cutMembers(d *Doc) (kept bool) {
	from := -1   // of a run of deleted members
	lastEnd := 0 // of the last kept member's value
	end := 0     // of the last deleted member's value
	d.each(func(_ string, m member) {
		if e.isDeleted(m) {
			if from < 0 {
				from = m.key
			}
			end = m.end
			return
		}
		if from >= 0 {
			e.replace(from, m.key, "")
			from = -1
		}
		kept, lastEnd = true, m.end
	})
	if from >= 0 {
		if kept {
			from = lastEnd
		}
		e.replace(from, end, "")
	}
	return kept
}

// insertion is the text of the new members, to stand right behind the brace.
func (e *edits) insertion(before bool) string {
	if len(e.inserted) == 0 {
		return ""
	}
	var b []byte
	for i, p := range e.inserted {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, quote(p.Name)...)
		b = append(b, ':')
		b = append(b, p.Value...)
	}
	if before {
		b = append(b, ',')
	}
	return string(b)
}

// quote writes s as a JSON string.
func quote(s string) string {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			b, err := json.Marshal(s)
			if err != nil {
				return strconv.Quote(s) // strings always marshal
			}
			return string(b)
		}
	}
	return `"` + s + `"`
}
