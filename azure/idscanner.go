package azure

import (
	"bytes"
	"strings"
)

// idScanner reads JSON, or server-sent events whose data is JSON, byte by byte, and
// finds the values of keys that name ids.
type idScanner struct {
	events bool // server-sent events

	// Of the line, in a stream of events.
	line    lineState
	matched int  // characters of "data:" so far
	empty   bool // nothing has come of the line
	cr      bool // the byte before was a carriage return

	// Of the JSON text.
	depth   int
	objects [maxDepth/64 + 1]uint64 // one bit a level: an object, not an array
	ids     [maxDepth/64 + 1]uint64 // one bit a level: an array of ids
	key     idKind                  // what the value that comes may be
	kind    idKind                  // what the value that has ended is
	atKey   bool                    // the next string is a key
	in      stringState
	escaped bool   // the byte before was a backslash
	keep    bool   // text has the string so far
	text    []byte // of a string that may matter
}

type lineState uint8

const (
	lineField lineState = iota // in the name of the field
	lineData                   // behind "data:"
	lineOther
)

type stringState uint8

const (
	noString stringState = iota
	keyString
	valueString
)

// idKind says what a value may be, by its key.
type idKind uint8

const (
	notAnID idKind = iota
	anID
	manyIDs         // an array of ids
	aSealedText     // text that only its own resource can open
	maxKey          = 64
	maxSealed       = 8 << 20
	dataField       = "data:"
	sealedTextField = "encrypted_content"
)

// idFields are keys of ids that do not end in _id or _ids.
var idFields = map[string]idKind{
	"id": anID, "ids": manyIDs, "conversation": anID, "container": anID,
	"training_file": anID, "validation_file": anID, "result_files": manyIDs,
	sealedTextField: aSealedText,
}

func idKindOf(key []byte) idKind {
	if k, ok := idFields[string(key)]; ok {
		return k
	}
	switch s := string(key); {
	case strings.HasSuffix(s, "_id"):
		return anID
	case strings.HasSuffix(s, "_ids"):
		return manyIDs
	}
	return notAnID
}

// newIDScanner makes a scanner of one JSON text, or of a stream of events.
func newIDScanner(events bool) idScanner {
	s := idScanner{events: events, empty: true}
	if !events {
		s.line = lineData
	}
	return s
}

// next reads a byte. It says whether that is the quote that ends the value of a key
// which names ids; text has the value then.
func (s *idScanner) next(c byte) bool {
	if s.events && (c == '\n' || c == '\r') {
		s.endLine(c)
		return false
	}
	s.cr = false
	if s.line != lineData {
		s.field(c)
		return false
	}
	s.empty = false
	switch {
	case s.in == noString:
		s.structure(c)
	case s.escaped:
		s.escaped = false
		s.add(c)
	case c == '\\':
		s.escaped = true
		s.add(c)
	case c == '"':
		s.kind = s.key
		found := s.in == valueString && s.keep && len(s.text) > 0
		s.endString()
		return found
	default:
		s.add(c)
	}
	return false
}

// idle is whether nothing matters until the string that is being read ends.
func (s *idScanner) idle() bool { return s.in != noString && !s.keep && !s.escaped }

// field reads a byte of a line that is not known to be data.
func (s *idScanner) field(c byte) {
	if s.line == lineField && c == dataField[s.matched] {
		if s.matched++; s.matched == len(dataField) {
			s.line = lineData
		}
	} else {
		s.line = lineOther
	}
	s.empty = false
}

// endLine ends a line; an empty one ends an event, and whatever JSON it began.
func (s *idScanner) endLine(c byte) {
	if c == '\n' && s.cr {
		s.cr = false
		return // the second half of the line's end
	}
	s.cr = c == '\r'
	if s.empty {
		s.depth, s.in, s.escaped, s.atKey, s.key = 0, noString, false, false, notAnID
	}
	s.line, s.matched, s.empty = lineField, 0, true
}

// structure reads a byte between strings.
func (s *idScanner) structure(c byte) {
	switch c {
	case '"':
		s.in, s.text, s.keep = valueString, s.text[:0], true
		if s.atKey {
			s.in = keyString
			return
		}
		if s.inArray() {
			s.key = notAnID
			if s.level(&s.ids) {
				s.key = anID
			}
		}
		s.keep = s.key == anID || s.key == aSealedText
	case '{', '[':
		if s.depth < maxDepth {
			s.depth++
		}
		s.set(&s.objects, c == '{')
		s.set(&s.ids, c == '[' && s.key == manyIDs)
		s.atKey, s.key = c == '{', notAnID
	case '}', ']':
		s.depth = max(s.depth-1, 0)
		s.atKey, s.key = false, notAnID
	case ',':
		s.atKey, s.key = s.level(&s.objects), notAnID
	case ':':
		s.atKey = false
	}
}

func (s *idScanner) inArray() bool { return s.depth > 0 && !s.level(&s.objects) }

func (s *idScanner) level(bits *[maxDepth/64 + 1]uint64) bool {
	return bits[s.depth/64]&(1<<(s.depth%64)) != 0
}

func (s *idScanner) set(bits *[maxDepth/64 + 1]uint64, on bool) {
	bits[s.depth/64] &^= 1 << (s.depth % 64)
	if on {
		bits[s.depth/64] |= 1 << (s.depth % 64)
	}
}

// add keeps a byte of a string that may matter.
func (s *idScanner) add(c byte) {
	if !s.keep {
		return
	}
	limit := maxKey
	if s.in == valueString {
		limit = maxID + tagSize
		if s.key == aSealedText {
			limit = maxSealed
		}
	}
	if len(s.text) == limit {
		s.keep = false
		return
	}
	s.text = append(s.text, c)
}

// value is the string that has ended, decoded: whoever sends it back may escape
// other characters of it, or none.
func (s *idScanner) value() []byte {
	if bytes.IndexByte(s.text, '\\') < 0 {
		return s.text
	}
	return []byte(decodeString(append(append([]byte{'"'}, s.text...), '"')))
}

func (s *idScanner) endString() {
	if s.in == keyString {
		s.key = notAnID
		if s.keep {
			s.key = idKindOf(s.text)
		}
	}
	s.in = noString
}
