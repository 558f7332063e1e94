package azure

import (
	"encoding/binary"
	"errors"
)

// Body is a request's body for one deployment.
type Body struct {
	// Bytes is what goes upstream. When Changed is false it is the client's own.
	Bytes   []byte
	Changed bool

	original []byte
	made     []edit // in order, none within another
}

// AppendUndo appends what Restore needs to make the client's body of this one
// again: for each edit where it stands and the bytes that were there. It is what
// lets a later attempt, at a deployment of another family, begin from the body
// that the client sent, without anyone keeping it.
func (b *Body) AppendUndo(to []byte) []byte {
	at, last := 0, 0 // in Bytes: of this edit, and behind the one before
	from := 0        // in original: behind the edit before
	for _, x := range b.made {
		at += x.start - from
		to = binary.AppendUvarint(to, uint64(at-last))
		to = binary.AppendUvarint(to, uint64(len(x.text)))
		to = binary.AppendUvarint(to, uint64(x.end-x.start))
		to = append(to, b.original[x.start:x.end]...)
		at += len(x.text)
		last, from = at, x.end
	}
	return to
}

var errUndo = errors.New("the record of a body's changes does not fit the body")

// Restore makes the client's body again. The bytes are the caller's; they are
// body itself when undo is empty.
func Restore(body, undo []byte) ([]byte, error) {
	if len(undo) == 0 {
		return body, nil
	}
	out := make([]byte, 0, len(body)+len(undo))
	for len(undo) > 0 {
		var n [3]uint64 // gap, length now, length before
		for i := range n {
			v, size := binary.Uvarint(undo)
			if size <= 0 {
				return nil, errUndo
			}
			n[i], undo = v, undo[size:]
		}
		left := uint64(len(body))
		if n[0] > left || n[1] > left-n[0] || n[2] > uint64(len(undo)) {
			return nil, errUndo
		}
		out = append(out, body[:n[0]]...)
		out = append(out, undo[:n[2]]...)
		body, undo = body[n[0]+n[1]:], undo[n[2]:]
	}
	return append(out, body...), nil
}
