package config

import (
	"slices"
	"strings"
)

// checkKeys says of every key of a section that is not used what becomes of it:
// each once in a file.
func (l *loader) checkKeys(n *node, s *section) {
	for _, e := range n.entries {
		k := s.find(e.key)
		if k == nil {
			if s == &litellmParams && (slices.Contains(requestParams, e.key) || isPrice(e.key)) {
				continue
			}
			if s != &modelInfo && !e.value.anchored { // a key that holds an anchor is a place for it
				l.unknownKey(e, s)
			}
			continue
		}
		if k.fate == used || asksNothing(e.value) || !l.once(s.name+"."+k.name) {
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

// asksNothing is whether a value turns off what azproc does not do anyway.
func asksNothing(n *node) bool {
	on, ok := n.boolean()
	return n.kind == null && n.variable == "" || ok && !on && n.text != "0"
}

// unknownKey warns once of a key that has no meaning anywhere, with the nearest
// one that has.
func (l *loader) unknownKey(e entry, s *section) {
	if !l.once(s.name + "." + e.key) {
		return
	}
	for _, other := range sections {
		if k := other.find(e.key); k != nil && k.fate <= later && other != s && other != &modelInfo && other != &keyEntry {
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
	candidates := make([]string, 0, len(s.keys)+len(requestParams))
	for _, k := range s.keys {
		if k.fate == used || k.fate == later || k.fate == protection {
			candidates = append(candidates, k.name)
		}
	}
	if s == &litellmParams {
		candidates = append(candidates, requestParams...)
	}
	return nearestOf(name, candidates)
}

// nearestOf is the candidate that is most like name, "" when none is alike.
func nearestOf(name string, candidates []string) string {
	best, distance := "", 1+len(name)/6
	for _, c := range candidates {
		if d := editDistance(name, c); d <= distance && (best == "" || d < distance) {
			best, distance = c, d
		}
	}
	if best != "" {
		return best
	}
	for _, c := range candidates { // retries and num_retries, litellm_environment_variables and environment_variables
		if len(name) >= 5 && strings.HasSuffix(c, "_"+name) || len(c) >= 5 && strings.HasSuffix(name, "_"+c) {
			return c
		}
	}
	return ""
}

// editDistance counts the letters to insert, delete, change or swap with their
// neighbour between two words.
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
