package azure

import "math/bits"

// IDWriter tags the ids in an answer while its bytes pass, in pieces cut anywhere.
// Nothing is held back and nothing else is changed: a tag goes in before the quote
// that ends an id. It reads JSON, or a stream of server-sent events whose data is
// JSON; what is neither passes as it is. Whole JSON texts may follow one another. An
// IDWriter belongs to one goroutine.
type IDWriter struct {
	resource *Resource
	scanner  idScanner
}

// NewIDWriter makes the writer of an answer of a resource. events says that it is a
// stream of server-sent events, else it is one JSON text.
func NewIDWriter(r *Resource, events bool) *IDWriter {
	return &IDWriter{resource: r, scanner: newIDScanner(events)}
}

// Append appends the next piece of the answer to a buffer, its ids tagged.
func (w *IDWriter) Append(to, piece []byte) []byte {
	s := &w.scanner
	from := 0 // of what is not in to yet
	for i := 0; i < len(piece); i++ {
		if s.idle() {
			if i = plainRun(piece, i); i == len(piece) {
				break
			}
		}
		if s.next(piece[i]) && (s.kind == aSealedText || isID(s.text)) {
			to = append(to, piece[from:i]...)
			from = i
			to = w.resource.AppendTag(to, s.value())
		}
	}
	return append(to, piece[from:]...)
}

// plainRun is where a string's plain characters end: at a quote, a backslash, a
// control character or the end.
func plainRun(b []byte, i int) int {
	for len(b)-i >= 8 {
		if hit := special(b[i:]); hit != 0 {
			return i + bits.TrailingZeros64(hit)/8
		}
		i += 8
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= 0x20 {
		i++
	}
	return i
}
