package config

import "slices"

// checkKeys says of every key of a section that is not used what becomes of it:
// each once in a file.
func (l *loader) checkKeys(n *node, s *section) {
	for _, e := range n.entries {
		k := s.find(e.key)
		if k == nil {
			if s == &litellmParams && slices.Contains(requestParams, e.key) {
				continue
			}
			if s == &topLevel && e.value.kind == mapping && len(e.key) > 0 && (e.key[0] == 'x' || e.key[0] == '.' || e.key[0] == '_') {
				continue // a place for anchors
			}
			l.unknownKey(e, s)
			continue
		}
		if k.fate == used || !l.once(s.name+"."+k.name) {
			continue
		}
		switch k.fate {
		case later:
			l.at(e.at, Warning, "%s is understood, but not acted on yet", e.key)
		case ignored:
			l.at(e.at, Warning, "%s is not provided by azproc%s", e.key, because(k.what))
		case protection:
			l.at(e.at, Warning, "%s DOES NOT PROTECT anything here: %s", e.key, k.what)
		case moved:
			l.at(e.at, Warning, "%s has no effect in %s: write it as %s", e.key, s.name, k.what)
		case forwarded:
			l.at(e.at, Warning, "%s is no parameter of a request (LiteLLM would send it to Azure): it is left out; did you mean %s?", e.key, k.what)
		}
	}
}

// unknownKey warns once of a key that has no meaning anywhere, with the nearest
// one that has.
func (l *loader) unknownKey(e entry, s *section) {
	if !l.once(s.name + "." + e.key) {
		return
	}
	for _, other := range sections {
		if k := other.find(e.key); k != nil && k.fate == used && other != s {
			l.at(e.at, Warning, "%s has no meaning in %s: it belongs into %s", e.key, s.name, other.name)
			return
		}
	}
	if near := nearest(e.key, s); near != "" {
		l.at(e.at, Warning, "unknown key %s in %s: did you mean %s?", e.key, s.name, near)
		return
	}
	l.at(e.at, Warning, "unknown key %s in %s: it has no effect", e.key, s.name)
}

// once is true the first time it is asked for a name.
func (l *loader) once(name string) bool {
	if l.said[name] {
		return false
	}
	l.said[name] = true
	return true
}

func because(what string) string {
	if what == "" {
		return ""
	}
	return ": " + what
}

// nearest is the key of a section that differs from name by little enough to be
// meant.
func nearest(name string, s *section) string {
	best, distance := "", 1+len(name)/4
	candidates := make([]string, 0, len(s.keys)+len(requestParams))
	for _, k := range s.keys {
		candidates = append(candidates, k.name)
	}
	if s == &litellmParams {
		candidates = append(candidates, requestParams...)
	}
	for _, c := range candidates {
		if d := editDistance(name, c); d <= distance && (best == "" || d < distance) {
			best, distance = c, d
		}
	}
	return best
}

// editDistance counts the letters to insert, delete or change between two words.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := diagonal
			if a[i-1] != b[j-1] {
				change++
			}
			diagonal = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
