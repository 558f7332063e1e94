package config

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is what a node of the file is.
type kind uint8

const (
	null kind = iota
	scalar
	mapping
	sequence
)

func (k kind) String() string {
	return [...]string{"empty", "a value", "a mapping", "a list"}[k]
}

// node is a value of the file with its place. Anchors, aliases, merges and tags
// are resolved, and so is os.environ/NAME.
type node struct {
	kind  kind
	pos   Position
	width int

	// A scalar. plain is whether it stands without quotes.
	text  string
	plain bool
	// unset is the name of an environment variable that has no value; the node
	// is then null.
	unset string

	entries []entry // of a mapping, in the file's order
	items   []*node // of a sequence
}

// entry is a key with its value.
type entry struct {
	key   string
	at    *node // the key itself
	value *node
}

// get finds a key of a mapping; the result is a null node when it is not there.
func (n *node) get(key string) *node {
	if n != nil {
		for i := len(n.entries) - 1; i >= 0; i-- {
			if n.entries[i].key == key {
				return n.entries[i].value
			}
		}
	}
	return &node{}
}

func (n *node) has(key string) bool {
	for _, e := range n.entries {
		if e.key == key {
			return true
		}
	}
	return false
}

// boolean reads true, yes and on in any case, quoted or not.
func (n *node) boolean() (value, ok bool) {
	switch strings.ToLower(n.text) {
	case "true", "yes", "on", "1":
		return true, n.kind == scalar
	case "false", "no", "off", "0":
		return false, n.kind == scalar
	}
	return false, false
}

// number reads a number, quoted or not. An underscore may group digits.
func (n *node) number() (float64, bool) {
	if n.kind != scalar {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(n.text), "_", ""), 64)
	return f, err == nil
}

// json is the node as JSON. Plain scalars keep their YAML type.
func (n *node) json() []byte {
	b, err := json.Marshal(n.any())
	if err != nil {
		return []byte("null") // strings, numbers, booleans, maps and lists of them
	}
	return b
}

// any is the node as Go's own types.
func (n *node) any() any {
	switch n.kind {
	case scalar:
		return n.scalar()
	case mapping:
		m := make(map[string]any, len(n.entries))
		for _, e := range n.entries {
			m[e.key] = e.value.any()
		}
		return m
	case sequence:
		s := make([]any, len(n.items))
		for i, item := range n.items {
			s[i] = item.any()
		}
		return s
	}
	return nil
}

func (n *node) scalar() any {
	if !n.plain {
		return n.text
	}
	switch n.text {
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	}
	if json.Valid([]byte(n.text)) { // a number as JSON writes it
		return json.Number(n.text)
	}
	if f, err := strconv.ParseFloat(n.text, 64); err == nil && !strings.ContainsAny(n.text, "xXpPiInN_") {
		return f
	}
	return n.text
}

func runes(s string) int { return utf8.RuneCountInString(s) }
