package azure

import (
	"bytes"
	"unicode/utf8"
)

// modelPath is where a line of a batch input file has its model.
const modelPath = "body.model"

var modelKeys = [...]string{"body", "model"}

// requestModel reads one line of a batch input file, checking all of JSON's
// grammar, and gives the place of its model. A blank line has none and is no
// error. Nothing is allocated, unless keys are written with escapes.
func requestModel(line []byte) (member, *Error) {
	i := space(line, 0)
	if i == len(line) {
		return member{}, nil
	}
	if !utf8.Valid(line) {
		return member{}, invalid("invalid_json_line", "file", "It is not UTF-8, at byte %d.", validTo(line))
	}
	if line[i] != '{' {
		if bytes.HasPrefix(line[i:], []byte(bom)) {
			return member{}, invalid("invalid_json_line", "file", "It begins with a byte order mark, at byte %d.", i)
		}
		return member{}, invalid("invalid_json_line", "file", "It is not a JSON object.")
	}
	m, i, err := findModel(line, i, 0)
	if err != nil {
		return member{}, err
	}
	if i = space(line, i); i < len(line) {
		return member{}, badLine(i)
	}
	if !m.there() || line[m.value] != '"' {
		return member{}, invalid("invalid_value", modelPath, "It names no model: %s must be a string.", modelPath)
	}
	return m, nil
}

// findModel reads the object whose brace stands at i, and finds in it the member
// that modelKeys name from a level on, and the object's end.
func findModel(b []byte, i, level int) (m member, end int, err *Error) {
	i = space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return m, i + 1, nil
	}
	for seen := false; ; i = space(b, i+1) {
		if i >= len(b) || b[i] != '"' {
			return m, 0, badLine(i)
		}
		key := i
		keyEnd, escaped, ok := str(b, key)
		if !ok {
			return m, 0, badLine(keyEnd)
		}
		i = space(b, keyEnd)
		if i >= len(b) || b[i] != ':' {
			return m, 0, badLine(i)
		}
		i = space(b, i+1)
		named := isKey(b[key:keyEnd], escaped, modelKeys[level])
		if named && seen {
			return m, 0, invalid("duplicate_parameter", modelPath, "It has the key %q twice, the second time at byte %d.", modelKeys[level], key)
		}
		seen = seen || named
		if named && level+1 < len(modelKeys) && i < len(b) && b[i] == '{' {
			if m, end, err = findModel(b, i, level+1); err != nil {
				return m, 0, err
			}
		} else {
			var depth int
			if end, depth = value(b, i); depth > maxDepth {
				return m, 0, invalid("invalid_json_line", "file", "It is nested deeper than %d levels, at byte %d.", maxDepth, -end-1)
			}
			if end < 0 {
				return m, 0, badLine(-end - 1)
			}
			if named && level+1 == len(modelKeys) {
				m = member{key: key, keyEnd: keyEnd, value: i, end: end}
			}
		}
		i = space(b, end)
		switch {
		case i < len(b) && b[i] == '}':
			return m, i + 1, nil
		case i >= len(b) || b[i] != ',':
			return m, 0, badLine(i)
		}
	}
}

// isKey is whether a key, with its quotes, is the one of a name.
func isKey(quoted []byte, escaped bool, name string) bool {
	if escaped {
		return decodeString(quoted) == name
	}
	return string(quoted[1:len(quoted)-1]) == name // does not allocate
}

// validTo is how much of b is UTF-8.
func validTo(b []byte) int {
	for i := 0; ; {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
}

func badLine(at int) *Error {
	return invalid("invalid_json_line", "file", "It is not valid JSON, at byte %d.", at)
}
