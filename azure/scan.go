package azure

import (
	"encoding/binary"
	"math/bits"
)

// space skips blanks.
func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// maxDepth is how deep arrays and objects may nest: more than any request needs,
// and less than a reader behind azproc may fall over.
const maxDepth = 512

// value skips one value that begins at i and gives its end. A negative end is
// an error at offset -end-1, and depth then says how deep it was.
func value(b []byte, i int) (end, depth int) {
	var objects [maxDepth/64 + 1]uint64 // one bit a level: an object, not an array
	for {
		// A value begins at i.
		if i >= len(b) {
			return -i - 1, depth
		}
		switch c := b[i]; {
		case c == '"':
			var ok bool
			if i, _, ok = str(b, i); !ok {
				return -i - 1, depth
			}
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return -i - 1, depth
			}
			inner := space(b, i+1)
			if inner < len(b) && b[inner] == c+2 { // '}' and ']' follow two behind
				i = inner + 1
				depth--
				break
			}
			if c == '{' {
				objects[depth/64] |= 1 << (depth % 64)
				if i = memberKey(b, inner); i < 0 {
					return i, depth
				}
			} else {
				objects[depth/64] &^= 1 << (depth % 64)
				i = inner
			}
			continue
		case c == 't':
			i = literal(b, i, "true")
		case c == 'f':
			i = literal(b, i, "false")
		case c == 'n':
			i = literal(b, i, "null")
		default:
			i = number(b, i)
		}
		if i < 0 {
			return i, depth
		}
		// A value ended at i: close what closes here, then the next one begins.
		for {
			if depth == 0 {
				return i, 0
			}
			i = space(b, i)
			if i >= len(b) {
				return -i - 1, depth
			}
			inObject := objects[depth/64]&(1<<(depth%64)) != 0
			if b[i] == ',' {
				i = space(b, i+1)
				if inObject {
					if i = memberKey(b, i); i < 0 {
						return i, depth
					}
				}
				break
			}
			if (inObject && b[i] != '}') || (!inObject && b[i] != ']') {
				return -i - 1, depth
			}
			depth--
			i++
		}
	}
}

// memberKey skips a key and its colon and gives the offset of the value, or a
// negative error as value does.
func memberKey(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -i - 1
	}
	i, _, ok := str(b, i)
	if !ok {
		return -i - 1
	}
	i = space(b, i)
	if i >= len(b) || b[i] != ':' {
		return -i - 1
	}
	return space(b, i+1)
}

func literal(b []byte, i int, word string) int {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return -i - 1
	}
	return i + len(word)
}

// number skips a number by RFC 8259's grammar.
func number(b []byte, i int) int {
	digits := func() bool {
		from := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(b) && b[i] == '-' {
		i++
	}
	if i < len(b) && b[i] == '0' {
		i++
	} else if !digits() {
		return -i - 1
	}
	if i < len(b) && b[i] == '.' {
		if i++; !digits() {
			return -i - 1
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return -i - 1
		}
	}
	return i
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special has the high bit of the first of the next eight bytes that is a quote, a
// backslash or below 0x20; bits above it may be wrong. It is 0 when none is.
func special(b []byte) uint64 {
	w := binary.LittleEndian.Uint64(b)
	quote := w ^ ones*'"'
	slash := w ^ ones*'\\'
	return ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*0x20)&^w) & highs
}

// str skips the string that begins at i. Eight bytes at a time: a long prompt
// or an image in base64 is most of a body. When ok is false, end is the offset
// of the error.
func str(b []byte, i int) (end int, escaped, ok bool) {
	i++
	for {
		for len(b)-i >= 8 {
			if hit := special(b[i:]); hit != 0 {
				i += bits.TrailingZeros64(hit) / 8
				break
			}
			i += 8
		}
		if i >= len(b) {
			return len(b), escaped, false
		}
		switch c := b[i]; {
		case c == '"':
			return i + 1, escaped, true
		case c == '\\':
			escaped = true
			n := escape(b[i+1:])
			if n == 0 {
				return i, escaped, false
			}
			i += 1 + n
		case c < 0x20:
			return i, escaped, false
		default:
			i++
		}
	}
}

// escape is the length of what stands behind a backslash, 0 when it is no
// escape.
func escape(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[0] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 1
	case 'u':
		if len(b) < 5 {
			return 0
		}
		for _, c := range b[1:5] {
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return 0
			}
		}
		return 5
	}
	return 0
}
