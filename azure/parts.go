package azure

import (
	"bytes"
	"mime"
	"net/textproto"
	"strings"
)

// maxPartHeader bounds the headers of a form's part, in bytes.
const maxPartHeader = 16 << 10

// parts walks through a multipart/form-data body that comes in pieces, cut
// anywhere. Every byte of the body is given back once, in order, with what it
// is. Of a piece it keeps nothing but what may be the beginning of a boundary, or
// of a part's headers. A walk belongs to one goroutine.
type parts struct {
	boundary []byte // "\r\n--" and the boundary
	state    partState
	open     bool   // a part has begun: what stands before a boundary is its content
	pending  []byte // what the pieces before have left
	data     []byte // what is looked through: the piece, behind what was pending
	at       int    // how far
	base     int64  // offset of data in the body
}

type partState uint8

const (
	inContent partState = iota // in a part's content, or before the first boundary
	atLine                     // at a boundary that may be part of a longer line
	atHeader                   // behind a boundary, at the end of its line
	atEnd                      // behind the closing boundary's text
)

// partEvent is what some bytes of a form are.
type partEvent uint8

const (
	partMore     partEvent = iota // no bytes: the next piece is needed
	partFrame                     // outside of all parts
	partBoundary                  // a boundary, up to its text's end
	partHeader                    // the end of a boundary's line and a part's headers, with the empty line
	partContent                   // some of a part's content
)

// newParts reads a content-type header. It fails with a 400 for anything but a
// form with a boundary.
func newParts(contentType string) (parts, *Error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "multipart/form-data" {
		return parts{}, invalid("invalid_content_type", "", "This operation takes a multipart/form-data body, not %q.", contentType)
	}
	boundary := params["boundary"]
	if boundary == "" || len(boundary) > 70 {
		return parts{}, invalid("invalid_content_type", "", "The content-type names no valid boundary for the form.")
	}
	return parts{
		boundary: []byte("\r\n--" + boundary),
		// A boundary at the very beginning has no line before it.
		pending: []byte("\r\n"),
		base:    -2,
	}, nil
}

// close says that the body has ended. It fails when the form has not.
func (p *parts) close() *Error {
	if p.state != atEnd {
		return invalid("invalid_form", "", "The form is cut short: its closing boundary is missing.")
	}
	return nil
}

// feed takes the next piece. next must have asked for it.
func (p *parts) feed(piece []byte) {
	p.data = piece
	if len(p.pending) > 0 {
		p.pending = append(p.pending, piece...)
		p.data = p.pending
	}
}

// next gives the next bytes of the form. They are valid until the next feed.
func (p *parts) next() (partEvent, []byte, *Error) {
	for {
		event, n, err := p.step(p.data[p.at:])
		if err != nil {
			return partMore, nil, err
		}
		if event == partMore {
			p.pending = append(p.pending[:0], p.data[p.at:]...)
			p.base += int64(p.at)
			p.data, p.at = nil, 0
			return partMore, nil, nil
		}
		b := p.data[p.at : p.at+n]
		if from := p.offset(); from < 0 { // the line end that nobody sent
			b = b[min(-from, int64(n)):]
		}
		p.at += n
		if len(b) > 0 {
			return event, b, nil
		}
	}
}

// offset is where in the body next goes on.
func (p *parts) offset() int64 { return p.base + int64(p.at) }

// step says what the first n bytes of b are. It gives no bytes when only the
// state has changed, or when more are needed to tell.
func (p *parts) step(b []byte) (event partEvent, n int, err *Error) {
	switch p.state {
	case inContent:
		return p.content(b)
	case atLine:
		return p.line(b)
	case atHeader:
		return p.header(b)
	}
	if len(b) == 0 {
		return partMore, 0, nil
	}
	return partFrame, len(b), nil
}

// contentEvent is what bytes before a boundary are.
func (p *parts) contentEvent() partEvent {
	if p.open {
		return partContent
	}
	return partFrame
}

// content looks for the boundary that ends a part.
func (p *parts) content(b []byte) (partEvent, int, *Error) {
	if i := bytes.Index(b, p.boundary); i >= 0 {
		p.state = atLine
		return p.contentEvent(), i, nil
	}
	n := len(b)
	// Of a boundary only its first byte is a carriage return, so only the last
	// one can begin a boundary whose end is yet to come.
	tail := b[max(0, n-len(p.boundary)+1):]
	if i := bytes.LastIndexByte(tail, '\r'); i >= 0 && bytes.HasPrefix(p.boundary, tail[i:]) {
		n -= len(tail) - i
	}
	if n == 0 {
		return partMore, 0, nil
	}
	return p.contentEvent(), n, nil
}

// line reads what follows a boundary's text: blanks and the end of the line, or
// the two dashes that end the form. With anything else the text is no boundary.
func (p *parts) line(b []byte) (partEvent, int, *Error) {
	n := len(p.boundary)
	rest := b[n:]
	text := bytes.TrimLeft(rest, " \t")
	switch {
	case len(rest)-len(text) > maxPartHeader:
		return partMore, 0, badPart()
	case bytes.HasPrefix(rest, []byte("--")):
		p.state, p.open = atEnd, false
		return partBoundary, n, nil
	case bytes.HasPrefix(text, []byte("\r\n")):
		p.state = atHeader
		return partBoundary, n, nil
	case len(text) == 0, len(text) == 1 && text[0] == '\r', string(rest) == "-":
		return partMore, 0, nil
	}
	p.state = inContent
	return p.contentEvent(), n, nil
}

// header looks for the end of a part's headers. The end of the boundary's line
// begins the headers' end when there are none.
func (p *parts) header(b []byte) (partEvent, int, *Error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end > maxPartHeader || end < 0 && len(b) > maxPartHeader+3 {
		return partMore, 0, badPart()
	}
	if end < 0 {
		return partMore, 0, nil
	}
	p.state, p.open = inContent, true
	return partHeader, end + 4, nil
}

// partName reads what a part's headers call it, and whether it is a file.
func partName(headers []byte) (name string, file bool) {
	for line := range strings.SplitSeq(string(headers), "\r\n") {
		field, text, _ := strings.Cut(line, ":")
		if textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(field)) != "Content-Disposition" {
			continue
		}
		_, params, err := mime.ParseMediaType(text)
		if err != nil {
			return "", false
		}
		_, file = params["filename"]
		return params["name"], file
	}
	return "", false
}

func badPart() *Error {
	return invalid("invalid_form", "", "The form has a part with more than %d bytes of headers.", maxPartHeader)
}
