package extproc

import (
	"bytes"
	"io"
	"os"
)

// spoolMemory is how much of a form is kept in memory while its model is not
// known: with the usual clients the model stands before the file and nothing
// near this is ever held. Some send the file first (openai-go, openai-java);
// the rest of theirs goes to a temporary file.
const spoolMemory = 1 << 20

// spoolPiece is the size of the pieces in which a spool is passed on, in bytes.
const spoolPiece = 64 << 10

// spool keeps the beginning of a body until it is known where the body goes.
// It belongs to one goroutine.
type spool struct {
	dir    string
	memory []byte
	file   *os.File // unlinked: gone with the process, whatever ends it
	size   int64

	// One range may be replaced; there is none while with is nil.
	start, stop int64
	with        []byte
}

func (s *spool) write(b []byte) error {
	s.size += int64(len(b))
	if s.file == nil && len(s.memory)+len(b) <= spoolMemory {
		s.memory = append(s.memory, b...)
		return nil
	}
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "azproc-form-")
		if err != nil {
			return err
		}
		s.file = f
		if err := os.Remove(f.Name()); err != nil {
			return err
		}
	}
	_, err := s.file.Write(b)
	return err
}

// replace has drain give text in place of the bytes from start to stop.
func (s *spool) replace(start, stop int64, text string) {
	s.start, s.stop, s.with = start, stop, []byte(text)
}

// drain gives everything that was written to f, in order. f owns the bytes it
// is given; last marks the last piece, and there always is one.
//
// Nothing paces it: Envoy takes what it is given at once, and keeps in memory what
// the upstream has not read yet. It stops its client then, which has sent everything;
// its processor it cannot stop (1.40: flow control towards a processor, none from it,
// whatever the windows of HTTP/2 are).
func (s *spool) drain(f func(b []byte, last bool) error) error {
	r := s.reader(0, s.size)
	total := s.size
	if s.with != nil {
		r = io.MultiReader(s.reader(0, s.start), bytes.NewReader(s.with), s.reader(s.stop, s.size))
		total += int64(len(s.with)) - (s.stop - s.start)
	}
	if total == 0 {
		return f(nil, true)
	}
	for total > 0 {
		piece := make([]byte, min(total, spoolPiece))
		if _, err := io.ReadFull(r, piece); err != nil {
			return err
		}
		total -= int64(len(piece))
		if err := f(piece, total == 0); err != nil {
			return err
		}
	}
	return nil
}

// reader reads the bytes from start to stop, wherever they are kept.
func (s *spool) reader(start, stop int64) io.Reader {
	inMemory := int64(len(s.memory))
	var parts []io.Reader
	if start < inMemory {
		parts = append(parts, bytes.NewReader(s.memory[start:min(stop, inMemory)]))
		start = inMemory
	}
	if start < stop {
		parts = append(parts, io.NewSectionReader(s.file, start-inMemory, stop-start))
	}
	return io.MultiReader(parts...)
}

func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close() // it is unlinked: nothing is lost with it
	}
}
