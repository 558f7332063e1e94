package config

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// clientKeys reads keys and keys_file. The master_key is known.
func (l *loader) clientKeys(root *node) {
	r := &keyReader{loader: l, names: make(map[string]*node), digests: make(map[[sha256.Size]byte]string)}
	if l.snapshot.MasterKey != "" {
		r.digests[sha256.Sum256([]byte(l.snapshot.MasterKey.Reveal()))] = "the master_key"
	}
	r.list(root.get("keys"), "keys")
	if second := l.keysFile(root.get("keys_file")); second != nil {
		r.list(second, "the list of keys")
	}
	if l.report.Refused() || !l.snapshot.Keyed || l.snapshot.MasterKey != "" {
		return
	}
	where := root.keyOf("keys")
	if root.has("keys_file") {
		where = root.keyOf("keys_file")
	}
	switch {
	case len(l.snapshot.Keys) == 0:
		l.at(where, Warning, "there is no key that clients could show, and no master_key: nobody is let in")
	case l.snapshot.IDSecret == "":
		l.at(where, Warning, "without a master_key the ids of files, batches and the like are not authenticated: set general_settings.id_secret")
	}
}

// keyed is whether the file asks for client keys, whatever becomes of them.
func keyed(root *node) bool {
	for _, key := range []string{"keys", "keys_file"} {
		if n := root.get(key); n.kind != null || n.variable != "" {
			return true
		}
	}
	return false
}

// keysFile reads the second file and gives its list; nil where there is none.
func (l *loader) keysFile(n *node) *node {
	switch {
	case n.unset() != "":
		l.at(n, Refused, "%s: keys_file has no value", noValue(n.unset()))
		return nil
	case n.kind == null:
		return nil
	case n.kind != scalar || n.text == "":
		l.at(n, Refused, "keys_file must be the name of a file, not %s", n.kind)
		return nil
	}
	path := n.text
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(l.file), path)
	}
	l.snapshot.KeysFile = path
	l.report.Files = append(l.report.Files, path)
	read := l.options.ReadFile
	if read == nil {
		read = os.ReadFile
	}
	data, err := read(path)
	if err != nil {
		l.at(n, Refused, "keys_file cannot be read: %v", err)
		return nil
	}
	l.mix(data)
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	second := &reader{file: path, lines: splitLines(string(data)), getenv: l.lookup, report: l.report}
	l.second = second
	root := second.read(data)
	if root == nil || l.report.Refused() {
		return nil
	}
	second.environ(root)
	if root.kind != mapping {
		return root
	}
	for _, e := range root.entries {
		if e.key != "keys" {
			l.at(e.at, Refused, "the keys_file holds a list of keys, or a mapping with keys alone: %s has no effect here", e.key)
		}
	}
	return root.get("keys")
}

// askedModels warns of models of keys that nobody can ask for. The model list is
// known.
func (l *loader) askedModels() {
	for _, n := range l.asked {
		k := Key{Models: []string{n.text}}
		fits := slices.ContainsFunc(l.snapshot.Groups, func(g *Group) bool {
			if g.Wildcard {
				_, covers := match(g.Name, n.text)
				return covers || g.Name == n.text || strings.Contains(n.text, "*")
			}
			return k.Allows(g.Name)
		})
		if !fits {
			var names []string
			for _, g := range l.snapshot.Groups {
				names = append(names, g.Name)
			}
			l.at(n, Warning, "no model_name of this configuration is %q%s", n.text, meant(nearestOf(n.text, names)))
		}
	}
}
