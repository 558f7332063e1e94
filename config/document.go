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
	depth   int
}

// maxNesting bounds how deep nodes nest, aliases included, so that a file that
// refers to itself ends.
const maxNesting = 100

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
	if r.depth++; r.depth > maxNesting {
		at := r.place(n)
		r.at(at, Refused, "nested deeper than %d levels: does an anchor contain itself?", maxNesting)
		r.depth--
		return at
	}
	defer func() { r.depth-- }()
	at := r.place(n)
	switch n := n.(type) {
	case *ast.NullNode, *ast.CommentGroupNode:
		return at
	case *ast.AnchorNode:
		r.anchors[n.Name.GetToken().Value] = n.Value
		return r.node(n.Value)
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
		return r.node(n.Value)
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
	if at.kind == scalar {
		r.environ(at)
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
		if e.key == name && !e.merged() {
			r.at(key, Warning, "the key %q stands here and in line %d: the last one counts", name, e.at.pos.Line)
		}
	}
	value := r.node(v.Value)
	if value.pos.Line == 0 {
		value.pos, value.width = key.pos, key.width
	}
	m.entries = append(m.entries, entry{key: name, at: key, value: value})
}

// merge adds the keys of a merged mapping, or of a list of them; what the
// mapping has itself wins, so they go in front.
func (r *reader) merge(m, merged *node) {
	switch merged.kind {
	case mapping:
		var added []entry
		for _, e := range merged.entries {
			if !m.has(e.key) {
				e.at = &node{pos: e.at.pos, width: e.at.width, unset: mergedMark}
				added = append(added, e)
			}
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

// mergedMark tells a key that came by a merge, which the mapping's own replaces
// without a word.
const mergedMark = "<<"

func (e entry) merged() bool { return e.at.unset == mergedMark }

// environ replaces os.environ/NAME by the variable's value.
func (r *reader) environ(n *node) {
	name, ok := strings.CutPrefix(n.text, "os.environ/")
	if !ok {
		return
	}
	value, set := r.getenv(name)
	if set && value != "" {
		n.text, n.plain = value, true
		return
	}
	n.kind, n.unset = null, name
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
	if d.Line <= len(r.lines) {
		d.Source = mask(r.lines[d.Line-1])
		d.Width = max(1, min(d.Width, runes(d.Source)-d.Col+1))
	}
	r.report.Diagnostics = append(r.report.Diagnostics, d)
}

// secretKeys are the keys whose values are never printed.
var secretKeys = []string{
	"api_key", "client_secret", "azure_password", "azure_ad_token", "master_key", "redis_password", "redis_url",
	"password", "id_secret", "database_url", "key",
}

// mask hides the values of secrets in a line of the file. A reference to the
// environment is no secret.
func mask(line string) string {
	for _, key := range secretKeys {
		from := 0
		for {
			i := strings.Index(line[from:], key)
			if i < 0 {
				break
			}
			i += from
			from = i + len(key)
			if i > 0 && isWord(line[i-1]) {
				continue
			}
			rest := strings.TrimLeft(line[from:], `"' `)
			if !strings.HasPrefix(rest, ":") {
				continue
			}
			value := strings.TrimLeft(rest[1:], " \t")
			if value == "" || strings.HasPrefix(strings.TrimLeft(value, `"'`), "os.environ/") {
				continue
			}
			start := len(line) - len(value)
			end := start + len(value)
			if strings.HasPrefix(strings.TrimLeft(line, " \t-"), "{") || strings.Contains(line[:i], "{") {
				if comma := strings.IndexAny(value, ",}"); comma >= 0 {
					end = start + comma
				}
			}
			line = line[:start] + hidden + line[end:]
			from = start + len(hidden)
		}
	}
	return line
}

func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
