package azure

import (
	"bytes"
	"fmt"
)

// maxModel bounds a model's name where it comes in a stream, in bytes.
const maxModel = 512

// Form finds the model part of a multipart/form-data body that comes in pieces,
// cut anywhere. It keeps nothing of the other parts, so a file of any size costs
// no memory. A Form belongs to one goroutine.
type Form struct {
	parts
	isModel bool   // the part being read is the model
	value   []byte // what there is of the model, blanks included

	start, end int64
	found      bool
	opening    int64 // offset of the first boundary, -1 before it was seen
}

// NewForm reads a content-type header. It fails with a 400 for anything but a
// form with a boundary.
func NewForm(contentType string) (*Form, *Error) {
	p, err := newParts(contentType)
	if err != nil {
		return nil, err
	}
	return &Form{parts: p, opening: -1}, nil
}

// Done is whether nothing more is to be learned: the model is known, or the form
// has ended.
func (f *Form) Done() bool { return f.found || f.state == atEnd }

// Model gives the model part's value, without the blanks around it, and where
// the value stands in the body, blanks included, as byte offsets from its
// beginning.
func (f *Form) Model() (value string, start, end int64, found bool) {
	if !f.found {
		return "", 0, 0, false
	}
	return string(bytes.TrimSpace(f.value)), f.start, f.end, true
}

// NewPart gives a whole part for a value, and where in the body it can be put:
// before the first part.
func (f *Form) NewPart(name, value string) (part string, at int64) {
	return fmt.Sprintf("%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", f.boundary[2:], name, value), max(f.opening, 0)
}

// Close says that the body has ended. It fails when the form has not.
func (f *Form) Close() *Error { return f.close() }

// Write reads the next piece of the body. Nothing of it is kept but what may be
// the beginning of a boundary, the headers of a part, or the model.
func (f *Form) Write(piece []byte) *Error {
	if f.Done() {
		return nil
	}
	f.feed(piece)
	for !f.Done() {
		at := f.offset()
		event, b, err := f.next()
		if err != nil {
			return err
		}
		switch event {
		case partMore:
			return nil
		case partBoundary:
			if f.opening < 0 {
				f.opening = at + 2
			}
			f.end, f.found = at, f.isModel
		case partHeader:
			name, file := partName(b)
			f.isModel = name == "model" && !file
			f.start = at + int64(len(b))
		case partContent:
			if !f.isModel {
				continue
			}
			if f.value = append(f.value, b...); len(f.value) > maxModel {
				return invalid("invalid_value", "model", "The form's model part is longer than %d bytes.", maxModel)
			}
		}
	}
	return nil
}
