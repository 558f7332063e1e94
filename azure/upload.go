package azure

import (
	"bytes"
	"slices"
)

// Limits of an upload's fields.
const (
	maxFields = 64
	maxField  = 4 << 10 // bytes of a value
)

// Piece is what some bytes of an upload are.
type Piece uint8

const (
	// PieceForm is all that is not the file: boundaries, headers, fields.
	PieceForm Piece = iota
	// PieceFile is some of the file's content.
	PieceFile
	// PieceFileEnd stands behind the last of the file's content, and has no bytes.
	PieceFileEnd
)

// Upload passes on a multipart/form-data body with one file that comes in pieces,
// cut anywhere, so that the file's content can be changed on its way. Fields, which
// are the parts without a file name, may be left out, wherever they stand; one is
// held at a time. All other bytes stay as they came, but for a content-length among
// the headers of the file: it would be wrong, and readers must ignore it (RFC 7578,
// section 4.8). An Upload belongs to one goroutine, and is of no more use after an
// error.
type Upload struct {
	parts
	field func(name, value string) (keep bool)

	part    uploadPart
	hasFile bool   // a file has begun
	shorter bool   // its headers have lost their content-length
	fields  int    // how many have begun
	name    string // of the field being read
	held    []byte // the field's headers and value
	value   int    // of held: where the value begins
}

// uploadPart is what kind of part is read.
type uploadPart uint8

const (
	noPart uploadPart = iota // before the first one
	fieldPart
	filePart
)

// NewUpload reads a content-type header. It fails with a 400 for anything but a
// form with a boundary. field is called with each field, in order, before anything
// of it or behind it is emitted. It says whether the form keeps the field.
func NewUpload(contentType string, field func(name, value string) (keep bool)) (*Upload, *Error) {
	p, err := newParts(contentType)
	if err != nil {
		return nil, err
	}
	return &Upload{parts: p, field: field}, nil
}

// Write reads the next piece and emits what can be told of the body. Emitted bytes
// are valid until emit returns. It fails with emit's error, or with an *Error.
func (u *Upload) Write(piece []byte, emit func(kind Piece, b []byte) error) error {
	u.feed(piece)
	for {
		event, b, bad := u.next()
		if bad != nil {
			return bad
		}
		if event == partMore {
			return nil
		}
		if err := u.take(event, b, emit); err != nil {
			return err
		}
	}
}

// Close says that the body has ended. It fails when the form has not.
func (u *Upload) Close() *Error { return u.close() }

// Shorter is whether what was emitted has lost a content-length: known once the
// first piece of the file is emitted.
func (u *Upload) Shorter() bool { return u.shorter }

// take reads the next bytes of the form.
func (u *Upload) take(event partEvent, b []byte, emit func(Piece, []byte) error) error {
	switch {
	case event == partBoundary:
		kept, err := u.end(emit)
		if err != nil || !kept {
			return err // the boundary before a part left out serves for the next one
		}
	case event == partHeader:
		return u.begin(b, emit)
	case event == partContent && u.part == filePart:
		return emit(PieceFile, b)
	case event == partContent:
		if len(u.held)-u.value+len(b) > maxField {
			return invalid("invalid_value", u.name, "The form's field %q is longer than %d bytes. If it is a file, it needs a filename.", u.name, maxField)
		}
		u.held = append(u.held, b...)
		return nil
	}
	return emit(PieceForm, b)
}

// begin reads a part's headers.
func (u *Upload) begin(headers []byte, emit func(Piece, []byte) error) error {
	name, file := partName(headers)
	switch {
	case file && u.hasFile:
		return invalid("invalid_form", name, "The form has more than one file.")
	case file:
		u.part, u.hasFile = filePart, true
		kept := withoutLength(headers)
		u.shorter = len(kept) < len(headers)
		return emit(PieceForm, kept)
	case name == "":
		return invalid("invalid_form", "", "The form has a part without a name.")
	case u.fields == maxFields:
		return invalid("invalid_form", name, "The form has more than %d fields.", maxFields)
	}
	u.fields++
	u.part, u.name = fieldPart, name
	u.held = append(u.held[:0], headers...)
	u.value = len(u.held)
	return nil
}

// end ends the part being read, and says whether it was kept. What stands before
// the first part is.
func (u *Upload) end(emit func(Piece, []byte) error) (kept bool, err error) {
	switch u.part {
	case filePart:
		return true, emit(PieceFileEnd, nil)
	case fieldPart:
		if !u.field(u.name, string(u.held[u.value:])) {
			return false, nil
		}
		return true, emit(PieceForm, u.held)
	}
	return true, nil
}

// withoutLength is a part's headers without their content-length.
func withoutLength(headers []byte) []byte {
	const field, lineEnd = "content-length:", "\r\n"
	for at := 0; ; {
		i := bytes.Index(headers[at:], []byte(lineEnd))
		if i < 0 {
			return headers
		}
		at += i
		line := headers[at+len(lineEnd):]
		if len(line) >= len(field) && bytes.EqualFold(line[:len(field)], []byte(field)) {
			rest := line[bytes.Index(line, []byte(lineEnd)):] // the empty line at least
			return slices.Concat(headers[:at], rest)
		}
		at += len(lineEnd)
	}
}
