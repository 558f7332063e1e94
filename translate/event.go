package translate

import "bytes"

// Append appends the event as it stands in a stream: its name where it has one,
// and a line for each line of its data.
func (e Event) Append(dst []byte) []byte {
	if e.Name != "" {
		dst = append(dst, "event: "...)
		dst = append(dst, e.Name...)
		dst = append(dst, '\n')
	}
	for rest, more := e.Data, true; more; {
		var line []byte
		line, rest, more = bytes.Cut(rest, []byte("\n"))
		dst = append(dst, "data: "...)
		dst = append(dst, line...)
		dst = append(dst, '\n')
	}
	return append(dst, '\n')
}

// OneLine is valid JSON without its line breaks, so that every part of it can stand
// in a line of data. It is the same slice where there are none, and a new one
// otherwise: a string in JSON holds no line break as it is.
func OneLine(json []byte) []byte {
	if bytes.IndexByte(json, '\n') < 0 && bytes.IndexByte(json, '\r') < 0 {
		return json
	}
	line := make([]byte, 0, len(json))
	for _, c := range json {
		if c != '\n' && c != '\r' {
			line = append(line, c)
		}
	}
	return line
}
