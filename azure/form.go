package azure

import (
	"bytes"
	"fmt"
	"mime"
	"net/textproto"
	"strings"
)

// Limits of a form's parts, in bytes.
const (
	maxPartHeader = 16 << 10
	maxModel      = 512
)

// Form finds the model part of a multipart/form-data body that comes in pieces,
// cut anywhere. It keeps nothing of the other parts, so a file of any size costs
// no memory. A Form belongs to one goroutine.
type Form struct {
	boundary []byte // "\r\n--" and the boundary
	state    formState
	pending  []byte // not yet looked through
	base     int64  // offset of pending in the body
	isModel  bool   // the part being read is the model

	model      string
	start, end int64
	found      bool
	opening    int64 // offset of the first boundary, -1 before it was seen
}

type formState uint8

const (
	formPreamble  formState = iota // before the first boundary
	formDelimiter                  // right behind a boundary
	formHeader                     // in a part's headers
	formContent                    // in a part's content
	formEnd                        // behind the closing boundary
)

// NewForm reads a content-type header. It fails with a 400 for anything but a
// form with a boundary.
func NewForm(contentType string) (*Form, *Error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "multipart/form-data" {
		return nil, invalid("invalid_content_type", "", "This operation takes a multipart/form-data body, not %q.", contentType)
	}
	boundary := params["boundary"]
	if boundary == "" || len(boundary) > 70 {
		return nil, invalid("invalid_content_type", "", "The content-type names no valid boundary for the form.")
	}
	return &Form{
		boundary: []byte("\r\n--" + boundary),
		// A boundary at the very beginning has no line before it.
		pending: []byte("\r\n"),
		base:    -2,
		opening: -1,
	}, nil
}

// Done is whether nothing more is to be learned: the model is known, or the form
// has ended.
func (f *Form) Done() bool { return f.found || f.state == formEnd }

// Model gives the model part's value, without the blanks around it, and where
// the value stands in the body, blanks included, as byte offsets from its
// beginning.
func (f *Form) Model() (value string, start, end int64, found bool) {
	return f.model, f.start, f.end, f.found
}

// NewPart gives a whole part for a value, and where in the body it can be put:
// before the first part.
func (f *Form) NewPart(name, value string) (part string, at int64) {
	return fmt.Sprintf("%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", f.boundary[2:], name, value), max(f.opening, 0)
}

// Close says that the body has ended. It fails when the form has not.
func (f *Form) Close() *Error {
	if f.state != formEnd {
		return invalid("invalid_form", "", "The form is cut short: its closing boundary is missing.")
	}
	return nil
}

// Write reads the next piece of the body. Nothing of it is kept but what may be
// the beginning of a boundary, the headers of a part, or the model.
func (f *Form) Write(piece []byte) *Error {
	if f.Done() {
		return nil
	}
	f.pending = append(f.pending, piece...)
	for {
		used, more, err := f.step()
		if err != nil {
			return err
		}
		f.base += int64(used)
		f.pending = f.pending[:copy(f.pending, f.pending[used:])]
		if !more || f.Done() {
			return nil
		}
	}
}

// step reads as much of what is pending as belongs together. more is false when
// it has to wait for the next piece.
func (f *Form) step() (used int, more bool, err *Error) {
	switch f.state {
	case formPreamble, formContent:
		return f.content()
	case formDelimiter:
		return f.delimiter()
	case formHeader:
		return f.header()
	}
	return len(f.pending), false, nil
}

// content looks for the boundary that ends a part, or the preamble.
func (f *Form) content() (int, bool, *Error) {
	i := bytes.Index(f.pending, f.boundary)
	if i < 0 {
		if f.isModel {
			if len(f.pending) > maxModel+len(f.boundary) {
				return 0, false, longModel()
			}
			return 0, false, nil
		}
		return max(0, len(f.pending)-len(f.boundary)+1), false, nil
	}
	if f.opening < 0 {
		f.opening = f.base + int64(i) + 2
	}
	if f.isModel {
		if i > maxModel {
			return 0, false, longModel()
		}
		f.model = string(bytes.TrimSpace(f.pending[:i]))
		f.start, f.end, f.found = f.base, f.base+int64(i), true
		f.isModel = false
	}
	f.state = formDelimiter
	return i + len(f.boundary), true, nil
}

// delimiter reads what follows a boundary: the end of its line, or the two
// dashes that end the form.
func (f *Form) delimiter() (int, bool, *Error) {
	if len(f.pending) < 2 {
		return 0, false, nil
	}
	if string(f.pending[:2]) == "--" {
		f.state = formEnd
		return 2, true, nil
	}
	line := bytes.Index(f.pending, []byte("\r\n"))
	if line < 0 {
		if len(f.pending) > maxPartHeader {
			return 0, false, badPart()
		}
		return 0, false, nil
	}
	if len(bytes.Trim(f.pending[:line], " \t")) > 0 {
		f.state = formContent // the boundary's text was part of a longer line
		return 0, true, nil
	}
	f.state = formHeader
	return line, true, nil // the line's end begins the headers' end when there are none
}

// header reads a part's headers and says whether the part is the model.
func (f *Form) header() (int, bool, *Error) {
	end := bytes.Index(f.pending, []byte("\r\n\r\n"))
	if end < 0 {
		if len(f.pending) > maxPartHeader {
			return 0, false, badPart()
		}
		return 0, false, nil
	}
	if end > maxPartHeader {
		return 0, false, badPart()
	}
	f.isModel = isModelPart(string(f.pending[:end]))
	f.state = formContent
	return end + 4, true, nil
}

// isModelPart is whether a part's headers name it model. A file of that name is
// not the model.
func isModelPart(headers string) bool {
	for line := range strings.SplitSeq(headers, "\r\n") {
		name, text, _ := strings.Cut(line, ":")
		if textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name)) != "Content-Disposition" {
			continue
		}
		_, params, err := mime.ParseMediaType(text)
		if err != nil {
			return false
		}
		_, file := params["filename"]
		return params["name"] == "model" && !file
	}
	return false
}

func longModel() *Error {
	return invalid("invalid_value", "model", "The form's model part is longer than %d bytes.", maxModel)
}

func badPart() *Error {
	return invalid("invalid_form", "", "The form has a part with more than %d bytes of headers.", maxPartHeader)
}
