package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// reader turns a file into nodes and collects what there is to say about it.
type reader struct {
	file    string
	lines   []string
	getenv  func(string) (string, bool)
	report  *Report
	anchors map[string]ast.Node
	// depth and count are of the nodes made so far; overgrown is set once there
	// are too many.
	depth, count int
	overgrown    bool
	// secrets are the texts of the file that no diagnostic may show.
	secrets []string
}

// maxNesting bounds how deep nodes nest, aliases included, so that a file that
// refers to itself ends; maxNodes bounds how many there are, so that a few
// aliases of aliases do not fill the memory.
const (
	maxNesting = 100
	maxNodes   = 1_000_000
)

// read parses the file's first document. It gives nil when the file is no YAML.
func (r *reader) read(data []byte) *node {
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.broken(err)
		return nil
	}
	r.anchors = make(map[string]ast.Node)
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return &node{pos: Position{r.file, 1, 1}}
	}
	if len(file.Docs) > 1 {
		if body := file.Docs[1].Body; body != nil {
			r.at(r.place(body), Warning, "a second YAML document begins here: only the first one is read")
		}
	}
	return r.node(file.Docs[0].Body)
}

// broken reports a syntax error where the parser found it.
func (r *reader) broken(err error) {
	at := &node{pos: Position{r.file, 1, 1}, width: 1}
	message := err.Error()
	var y yaml.Error
	if errors.As(err, &y) {
		message = y.GetMessage()
		if t := y.GetToken(); t != nil {
			at = r.token(t)
		}
	}
	r.at(at, Refused, "not valid YAML: %s", message)
}

// node converts a node of the parser.
func (r *reader) node(n ast.Node) *node {
	at := r.place(n)
	r.depth++
	defer func() { r.depth-- }()
	if r.count++; r.depth > maxNesting || r.count > maxNodes {
		if !r.overgrown {
			r.at(at, Refused, "nested deeper than %d levels, or too large: does an anchor contain itself?", maxNesting)
		}
		r.overgrown = true
	}
	if r.overgrown {
		return at
	}
	switch n := n.(type) {
	case *ast.NullNode, *ast.CommentGroupNode:
		return at
	case *ast.AnchorNode:
		r.anchors[n.Name.GetToken().Value] = n.Value
		named := r.node(n.Value)
		named.anchored = true
		return named
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		if target, ok := r.anchors[name]; ok {
			return r.node(target)
		}
		r.at(at, Refused, "the alias *%s has no anchor before it", name)
		return at
	case *ast.TagNode:
		if n.Value == nil {
			return at
		}
		tagged := r.node(n.Value)
		if n.Start.Value == "!!str" {
			tagged.plain = false
		}
		return tagged
	case *ast.MappingNode:
		at.kind = mapping
		for _, v := range n.Values {
			r.member(at, v)
		}
	case *ast.MappingValueNode:
		at.kind = mapping
		r.member(at, n)
	case *ast.SequenceNode:
		at.kind = sequence
		for _, v := range n.Values {
			at.items = append(at.items, r.node(v))
		}
	case *ast.LiteralNode:
		at.kind, at.text = scalar, n.Value.Value
	case *ast.StringNode:
		at.kind, at.text = scalar, n.Value
		at.plain = n.Token.Type != token.SingleQuoteType && n.Token.Type != token.DoubleQuoteType
	default:
		at.kind, at.text, at.plain = scalar, n.GetToken().Value, true
	}
	return at
}

// member adds a key to a mapping, or the keys of what is merged into it.
func (r *reader) member(m *node, v *ast.MappingValueNode) {
	if _, ok := v.Key.(*ast.MergeKeyNode); ok {
		r.merge(m, r.node(v.Value))
		return
	}
	key := r.place(v.Key)
	name := v.Key.GetToken().Value
	for _, e := range m.entries {
		if e.key == name && !e.merged {
			r.at(key, Warning, "the key %q stands here and in line %d: the last one counts", name, e.at.pos.Line)
		}
	}
	value := r.node(v.Value)
	if value.kind == null {
		value.pos, value.width = key.pos, key.width
	}
	if value.kind == scalar && isSecret(name) {
		r.secrets = append(r.secrets, value.text)
	}
	m.entries = append(m.entries, entry{key: name, at: key, value: value})
}

// merge adds the keys of a merged mapping, or of a list of them, in front: the
// last of equal keys counts, so that those of the mapping itself win, and those
// of the first in a list over those of the next.
func (r *reader) merge(m, merged *node) {
	switch merged.kind {
	case mapping:
		var added []entry
		for _, e := range merged.entries {
			e.merged = true
			added = append(added, e)
		}
		m.entries = append(added, m.entries...)
	case sequence:
		for _, item := range merged.items {
			r.merge(m, item)
		}
	default:
		r.at(merged, Warning, "only mappings can be merged with <<")
	}
}

// environ replaces os.environ/NAME by the variable's value, in a node and all
// below it.
func (r *reader) environ(n *node) {
	for _, e := range n.entries {
		r.environ(e.value)
	}
	for _, item := range n.items {
		r.environ(item)
	}
	name, ok := strings.CutPrefix(n.text, "os.environ/")
	if !ok || n.kind != scalar {
		return
	}
	if value, _ := r.getenv(name); value != "" {
		n.text, n.plain, n.variable = value, true, name
		return
	}
	n.kind, n.text, n.variable = null, "", name
}

// place is an empty node at the place of a parser's node.
func (r *reader) place(n ast.Node) *node {
	if n == nil {
		return &node{}
	}
	t := n.GetToken()
	if m, ok := n.(*ast.MappingValueNode); ok {
		t = m.Key.GetToken()
	}
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && !m.IsFlowStyle {
		t = m.Values[0].Key.GetToken()
	}
	if t == nil {
		return &node{}
	}
	return r.token(t)
}

func (r *reader) token(t *token.Token) *node {
	n := &node{width: max(1, runes(strings.TrimSpace(t.Origin)))}
	if t.Position != nil {
		n.pos = Position{r.file, max(t.Position.Line, 1), max(t.Position.Column, 1)}
	}
	// A broken file can put a token behind the file's end.
	n.pos.Line = min(max(n.pos.Line, 1), max(len(r.lines), 1))
	n.pos.File = r.file
	n.pos.Col = max(n.pos.Col, 1)
	return n
}

// at says something about a place.
func (r *reader) at(n *node, s Severity, format string, args ...any) {
	d := Diagnostic{Position: n.pos, Severity: s, Message: fmt.Sprintf(format, args...), Width: n.width}
	if d.Line == 0 {
		d.Position = Position{r.file, 1, 1}
	}
	r.report.Diagnostics = append(r.report.Diagnostics, d)
}

// quote adds to every diagnostic of the file the line that it is about.
func (r *reader) quote() {
	for i := range r.report.Diagnostics {
		d := &r.report.Diagnostics[i]
		if d.File != r.file || d.Line > len(r.lines) {
			continue
		}
		line := r.lines[d.Line-1]
		d.Col = min(d.Col, runes(line)+1)
		d.Source = mask(line, r.secrets)
		d.Width = max(1, min(d.Width, runes(d.Source)-d.Col+1))
	}
}
