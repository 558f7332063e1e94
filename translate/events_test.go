package translate

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// split gives the events of a stream that comes in the given pieces, and whether it
// ended within one.
func split(t testing.TB, pieces ...string) (events []string, open bool) {
	t.Helper()
	var s Splitter
	for _, piece := range pieces {
		err := s.Split([]byte(piece), func(e Event) error {
			events = append(events, e.Name+"|"+string(e.Data))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return events, s.Open()
}

// The cases are the rules of WHATWG HTML, "Server-sent events", "Interpreting an
// event stream", and its examples.
func TestEventsAreReadByTheRulesOfWHATWG(t *testing.T) {
	for _, c := range []struct {
		name, stream string
		want         []string
		open         bool
	}{
		{"lines that end in LF", "event: a\ndata: 1\n\ndata: 2\n\n", []string{"a|1", "|2"}, false},
		{"lines that end in CR", "event: a\rdata: 1\r\rdata: 2\r\r", []string{"a|1", "|2"}, false},
		{"lines that end in CRLF", "event: a\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n", []string{"a|1", "|2"}, false},
		{"lines that end in each", "data: 1\r\rdata: 2\n\r\ndata: 3\r\n\n", []string{"|1", "|2", "|3"}, false},
		{"several lines of data are one with line ends", "data: YHOO\ndata: +2\ndata: 10\n\n", []string{"|YHOO\n+2\n10"}, false},
		{"data that has no colon is empty", "data\n\ndata\ndata\n\ndata:", []string{"|", "|\n"}, true},
		{"data without a blank after the colon is the same", "data:test\n\ndata: test\n\n", []string{"|test", "|test"}, false},
		{"only one blank after the colon is left out", "data:  test \n\n", []string{"| test "}, false},
		{"colons after the first are of the value", "data: {\"a\":1}\n\n", []string{"|{\"a\":1}"}, false},
		{"comments are left out", ": test stream\n\ndata: 1\n: inside\n\n:\n\n", []string{"|1"}, false},
		{"other fields are left out", "id: 1\nretry: 10\nfoo\ndata: 1\n Data: 2\ndata : 3\n\n", []string{"|1"}, false},
		{"an event without data is none, and its name is forgotten", "event: a\n\ndata: 1\n\n", []string{"|1"}, false},
		{"the last name counts", "event: a\nevent: b\ndata: 1\n\n", []string{"b|1"}, false},
		{"blank lines are no events", "\n\n\ndata: 1\n\n\n\n", []string{"|1"}, false},
		{"an event that has no blank line after it is not one", "data: 1\n\ndata: 2\n", []string{"|1"}, true},
		{"a line that has no end is not one", "data: 1\n\nda", []string{"|1"}, true},
		{"a byte order mark is left out at the beginning", "\ufeffdata: 1\n\n", []string{"|1"}, false},
		{"a byte order mark may be a line of its own", "\ufeff\ndata: 1\n\n", []string{"|1"}, false},
		{"only one byte order mark is left out", "\ufeff\ufeffdata: 1\n\ndata: 2\n\n", []string{"|2"}, false},
		{"a byte order mark elsewhere is text", "data: 1\n\n\ufeffdata: 2\n\ndata: \ufeff\n\n", []string{"|1", "|\ufeff"}, false},
		{"nothing is no event", "", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range len(c.stream) + 1 {
				got, open := split(t, c.stream[:i], c.stream[i:])
				if !reflect.DeepEqual(got, c.want) || open != c.open {
					t.Fatalf("cut at %d: %q, open %v; want %q, %v", i, got, open, c.want, c.open)
				}
			}
		})
	}
}

func TestAnErrorEndsTheSplitting(t *testing.T) {
	var s Splitter
	refused := errors.New("refused")
	n := 0
	err := s.Split([]byte("data: 1\n\ndata: 2\n\n"), func(Event) error { n++; return refused })
	if !errors.Is(err, refused) || n != 1 {
		t.Errorf("%v after %d events", err, n)
	}
}

// FuzzSplit holds that the events do not depend on how the bytes are cut.
func FuzzSplit(f *testing.F) {
	f.Add("\xef\xbb\xbfevent: a\r\ndata: 1\r\rdata\n\n: c\n", uint16(3), uint16(9))
	f.Add("data: 1\r\n\r\n", uint16(8), uint16(9))
	f.Fuzz(func(t *testing.T, stream string, i, j uint16) {
		want, open := split(t, stream)
		a := min(int(i), len(stream))
		b := a + min(int(j), len(stream)-a)
		got, gotOpen := split(t, stream[:a], stream[a:b], stream[b:])
		if !reflect.DeepEqual(got, want) || gotOpen != open {
			t.Fatalf("cut at %d and %d: %q, %v; want %q, %v", a, b, got, gotOpen, want, open)
		}
		if got, gotOpen = split(t, strings.Split(stream, "")...); !reflect.DeepEqual(got, want) || gotOpen != open {
			t.Fatalf("letter by letter: %q, %v; want %q, %v", got, gotOpen, want, open)
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	piece := []byte("event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"item_id\":\"msg_02ce8deeb6197db200698c5198ca0c81979bedbe6c98a8ab93\",\"output_index\":0,\"content_index\":0,\"delta\":\" Hello\",\"logprobs\":[],\"obfuscation\":\"VLMdSoETMf5\"}\n\n")
	var s Splitter
	b.ReportAllocs()
	b.SetBytes(int64(len(piece)))
	for b.Loop() {
		if err := s.Split(piece, func(Event) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
