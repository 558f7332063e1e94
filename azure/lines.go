package azure

import (
	"bytes"
	"fmt"
)

// maxLine bounds one line of a batch input file, in bytes: a request with some
// images in it fits.
const maxLine = 16 << 20

// bom is UTF-8's byte order mark.
const bom = "\xef\xbb\xbf"

// Lines renames the model of every request in a batch input file (JSON lines)
// while the file streams through in pieces, cut anywhere. It changes body.model
// and nothing else: the order of keys, numbers, blanks, empty lines and line ends
// of either kind stay as they came. The one exception is a byte order mark at the
// beginning: it is dropped, because Azure finds no deployment in a file with one.
//
// Nothing is emitted before the first request's model has been renamed, so that
// where the file goes can be decided before its first byte is sent there. A Lines
// holds at most one line and one piece. It belongs to one goroutine, and is of no
// more use after an error, but for Pass.
type Lines struct {
	rename func(model string) (string, *Error)
	limit  int    // maxLine
	held   []byte // all of the file before the first model is known, then the beginning of a line
	start  int    // of held: where the line begins that may have the first model
	line   int    // the number of the last line that was read
	passed bool   // nothing is renamed

	first, name string // the first request's model, and what it was renamed to
	known       bool   // there is a first
	quoted      []byte // name as JSON
	text        []byte // the last request's model as it stands in the file
	same        bool   // text says name already
}

// NewLines makes a Lines. rename gives a model's new name, that of a deployment. It
// is called for the first request, and again for one with another model than the
// first. Its error becomes the line's. All new names must be one, as a batch runs
// on one deployment.
func NewLines(rename func(model string) (name string, err *Error)) *Lines {
	return &Lines{rename: rename, limit: maxLine}
}

// First gives the model of the first request, once rename has given it a name.
func (l *Lines) First() (model string, known bool) { return l.first, l.known }

// Write reads the next piece and emits every line that is whole. Emitted bytes are
// valid until emit returns. It fails with emit's error, or with an *Error that
// names the line and what is wrong with it.
func (l *Lines) Write(piece []byte, emit func([]byte) error) error {
	switch {
	case l.passed:
		return emit(piece)
	case l.known:
		return l.stream(piece, emit)
	}
	return l.begin(piece, emit)
}

// Close says that the file has ended, and emits its last line when nothing ends
// that. It fails as Write does, and for a file without any request.
func (l *Lines) Close(emit func([]byte) error) error {
	switch {
	case l.passed:
		return nil
	case l.known:
		return l.rewrite(l.held, emit)
	}
	if err := l.look(l.held); err != nil {
		return err
	}
	if !l.known {
		return invalid("empty_file", "file", "The batch input file has no requests.")
	}
	return l.rewrite(l.fromStart(), emit)
}

// Pass gives up renaming, for a file that turns out to be none for a batch: what
// is held and what is yet to be written is emitted as it came, byte order mark and
// all. It must be called before First knows a model, and may be called after Write
// or Close has failed.
func (l *Lines) Pass(emit func([]byte) error) error {
	l.passed = true
	held := l.held
	l.held = nil
	return emit(held)
}

// begin holds everything back until a line has the first model.
func (l *Lines) begin(piece []byte, emit func([]byte) error) error {
	from := len(l.held)
	l.held = append(l.held, piece...)
	whole := from + bytes.LastIndexByte(piece, '\n') + 1
	if whole > from {
		if err := l.look(l.held[:whole]); err != nil {
			return err
		}
	}
	if l.known {
		held := l.fromStart()
		l.held = nil
		return l.stream(held, emit)
	}
	if l.start > l.limit {
		return invalid("empty_file", "file", "The batch input file has no request in its first %d bytes.", l.limit)
	}
	return l.bound(l.held[l.start:])
}

// look reads lines until one has the first model.
func (l *Lines) look(lines []byte) error {
	if l.line == 0 && bytes.HasPrefix(lines, []byte(bom)) {
		l.start = len(bom)
	}
	for l.start < len(lines) && !l.known {
		line := lines[l.start:]
		line = line[:lineEnd(line)]
		if _, err := l.read(line); err != nil {
			return err
		}
		l.start += len(line)
	}
	return nil
}

// fromStart is what is held, to be read again from the first line on.
func (l *Lines) fromStart() []byte {
	l.line = 0
	return bytes.TrimPrefix(l.held, []byte(bom))
}

// stream renames the whole lines of a piece, the first of which may have begun in
// the pieces before.
func (l *Lines) stream(piece []byte, emit func([]byte) error) error {
	if len(l.held) > 0 {
		n := lineEnd(piece)
		l.held = append(l.held, piece[:n]...)
		if n == 0 || piece[n-1] != '\n' {
			return l.bound(l.held)
		}
		if err := l.rewrite(l.held, emit); err != nil {
			return err
		}
		l.held, piece = l.held[:0], piece[n:]
	}
	whole := bytes.LastIndexByte(piece, '\n') + 1
	if err := l.rewrite(piece[:whole], emit); err != nil {
		return err
	}
	l.held = append(l.held, piece[whole:]...)
	return nil
}

// rewrite emits lines, their models renamed.
func (l *Lines) rewrite(lines []byte, emit func([]byte) error) error {
	emitted := 0
	for at := 0; at < len(lines); {
		end := at + lineEnd(lines[at:])
		m, err := l.read(lines[at:end])
		if err != nil {
			return err
		}
		if m.there() && !l.same {
			if err := emit(lines[emitted : at+m.value]); err != nil {
				return err
			}
			if err := emit(l.quoted); err != nil {
				return err
			}
			emitted = at + m.end
		}
		at = end
	}
	if emitted == len(lines) {
		return nil
	}
	return emit(lines[emitted:])
}

// read reads the next line and names its model. A blank line has none.
func (l *Lines) read(line []byte) (member, error) {
	if err := l.bound(bytes.TrimSuffix(line, []byte("\n"))); err != nil {
		return member{}, err
	}
	l.line++
	m, err := requestModel(line)
	if err == nil && m.there() {
		err = l.accept(line[m.value:m.end])
	}
	if err != nil {
		return member{}, onLine(l.line, err)
	}
	return m, nil
}

// accept names a model. text is the model as it stands in the file.
func (l *Lines) accept(text []byte) *Error {
	if l.known && bytes.Equal(text, l.text) {
		return nil // as on the line before: nearly always
	}
	if len(text) > maxModel {
		return invalid("invalid_value", modelPath, "%s is longer than %d bytes.", modelPath, maxModel)
	}
	model, name := decodeString(text), l.name
	if !l.known || model != l.first {
		var err *Error
		if name, err = l.rename(model); err != nil {
			return err
		}
	}
	switch {
	case !l.known:
		l.first, l.name, l.known = model, name, true
		l.quoted = []byte(quote(name))
	case name != l.name:
		return invalid("model_mismatch", modelPath, "Its model is %q and that of the first line %q: a batch has one.", model, l.first)
	}
	l.text, l.same = append(l.text[:0], text...), model == name
	return nil
}

// bound fails for a line that is too long. line is the one behind the last that
// was read, or as much of it as there is.
func (l *Lines) bound(line []byte) error {
	if len(line) <= l.limit {
		return nil
	}
	return onLine(l.line+1, invalid("invalid_json_line", "file", "It is longer than %d bytes.", l.limit))
}

// onLine has an error say on which line it is.
func onLine(line int, err *Error) *Error {
	e := *err
	e.Message = fmt.Sprintf("Line %d of the batch input file: %s", line, err.Message)
	return &e
}

// lineEnd is the length of the first line with its end.
func lineEnd(b []byte) int {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return i + 1
	}
	return len(b)
}
