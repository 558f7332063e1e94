package config

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
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
	kind kind
	// pos is where the value begins; for a null one, where its key does.
	pos   Position
	width int

	// A scalar. plain is whether it stands without quotes.
	text  string
	plain bool
	// variable is the NAME of os.environ/NAME. The node is null where that has
	// no value.
	variable string

	anchored bool // an anchor names it

	entries []entry // of a mapping, in the file's order
	items   []*node // of a sequence
}

// entry is a key with its value.
type entry struct {
	key   string
	at    *node // the key itself
	value *node
	// merged is set for a key that came by <<; the mapping's own replaces it
	// without a word.
	merged bool
}

// unset is the environment variable that the node stands for and that has no
// value, "" otherwise.
func (n *node) unset() string {
	if n.kind == null {
		return n.variable
	}
	return ""
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

// keyOf is where a key of a mapping stands; the mapping itself when it does
// not.
func (n *node) keyOf(key string) *node {
	for i := len(n.entries) - 1; i >= 0; i-- {
		if n.entries[i].key == key {
			return n.entries[i].at
		}
	}
	return n
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
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// json is the node as JSON, its keys in the file's order. Plain scalars keep
// their YAML type.
func (n *node) json() []byte { return n.appendJSON(nil) }

func (n *node) appendJSON(b []byte) []byte {
	switch n.kind {
	case mapping:
		b = append(b, '{')
		first := true
		for i, e := range n.entries {
			if slices.ContainsFunc(n.entries[i+1:], func(o entry) bool { return o.key == e.key }) {
				continue // the last of equal keys counts
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(appendText(b, e.key), ':')
			b = e.value.appendJSON(b)
		}
		return append(b, '}')
	case sequence:
		b = append(b, '[')
		for i, item := range n.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.appendJSON(b)
		}
		return append(b, ']')
	case scalar:
		switch v := n.scalar().(type) {
		case bool:
			return strconv.AppendBool(b, v)
		case json.Number:
			return append(b, v...)
		}
		return appendText(b, n.text)
	}
	return append(b, "null"...)
}

func appendText(b []byte, s string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil { // it encodes every string
		return append(b, `""`...)
	}
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
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

// scalar is a scalar as YAML 1.1 reads it, as LiteLLM does: yes, no, on and off
// are booleans.
func (n *node) scalar() any {
	if !n.plain {
		return n.text
	}
	switch n.text {
	case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON":
		return true
	case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF":
		return false
	}
	if c := strings.TrimLeft(n.text, "-"); c != "" && c[0] >= '0' && c[0] <= '9' && json.Valid([]byte(n.text)) {
		return json.Number(n.text)
	}
	return n.text
}

func runes(s string) int { return utf8.RuneCountInString(s) }
