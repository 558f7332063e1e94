package translate

import "bytes"

// Splitter takes a stream of server-sent events apart, however its bytes are cut
// into pieces: lines may end in LF, CRLF or CR, an event may have several data
// lines (WHATWG HTML, "Server-sent events"). Comments and fields other than event
// and data are left out. The zero Splitter is ready.
type Splitter struct {
	begun bool   // a line has been read
	line  []byte // begun, of the piece before
	skip  bool   // the LF of a CRLF that was cut in two
	event string
	data  []byte
	some  bool // data has a line
}

// Split calls f with every event that the piece completes. The data is valid
// until f returns. It ends early with f's error.
func (s *Splitter) Split(piece []byte, f func(Event) error) error {
	for len(piece) > 0 {
		if s.skip {
			s.skip = false
			if piece[0] == '\n' {
				piece = piece[1:]
				continue
			}
		}
		i := bytes.IndexAny(piece, "\r\n")
		if i < 0 {
			s.line = append(s.line, piece...)
			return nil
		}
		line := piece[:i]
		if len(s.line) > 0 {
			s.line = append(s.line, line...)
			line = s.line
		}
		s.skip = piece[i] == '\r'
		piece = piece[i+1:]
		err := s.read(line, f)
		s.line = s.line[:0]
		if err != nil {
			return err
		}
	}
	return nil
}

// held is how many bytes are kept of an event that is not yet complete.
func (s *Splitter) held() int { return len(s.line) + len(s.data) }

// Open is whether an event has begun and was never ended: the stream broke off.
func (s *Splitter) Open() bool { return s.some || len(s.line) > 0 }

// read takes one line; a blank one ends the event. A byte order mark may stand
// before the first.
func (s *Splitter) read(line []byte, f func(Event) error) error {
	if !s.begun {
		s.begun = true
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	if len(line) == 0 {
		if !s.some {
			s.event = ""
			return nil
		}
		e := Event{Name: s.event, Data: s.data}
		err := f(e)
		s.event, s.data, s.some = "", s.data[:0], false
		return err
	}
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(field) {
	case "data":
		if s.some {
			s.data = append(s.data, '\n')
		}
		s.data, s.some = append(s.data, value...), true
	case "event":
		s.event = string(value)
	}
	return nil
}
