package azure

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// walked writes down what the bytes of a form are, those that belong together in
// one, and the bytes alone. It fails for a form that has not ended.
func walked(body string, cut func(rest []byte) int) (told, all string, err error) {
	p, _ := newParts("multipart/form-data; boundary=B")
	var out, plain strings.Builder
	last := partMore
	for rest := []byte(body); len(rest) > 0; {
		n := cut(rest)
		piece := bytes.Clone(rest[:n])
		p.feed(piece)
		for {
			event, b, err := p.next()
			if err != nil {
				return out.String(), plain.String(), err
			}
			if event == partMore {
				break
			}
			if event != last || event == partBoundary || len(b) == 0 {
				fmt.Fprintf(&out, "|%d ", event)
				last = event
			}
			out.Write(b)
			plain.Write(b)
		}
		clear(piece) // it is the caller's again
		rest = rest[n:]
	}
	if err := p.close(); err != nil {
		return out.String(), plain.String(), err
	}
	return out.String(), plain.String(), nil
}

func TestPartsAreToldApartAtAnySplit(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"no parts", "--B--", "|2 --B|1 --"},
		{"preamble and epilogue", "hello\r\n--B \t\r\n\r\n\r\n--B--\r\nbye\r\n--B\r\n\r\n", "|1 hello|2 \r\n--B|3  \t\r\n\r\n|2 \r\n--B|1 --\r\nbye\r\n--B\r\n\r\n"},
		{"an empty line before the first boundary", "\r\n--B--", "|2 \r\n--B|1 --"},
		{"two parts", "--B\r\nA: b\r\n\r\nDATA\r\n--B\r\n\r\n\r\n\r\n\r\n--B--\r\n", "|2 --B|3 \r\nA: b\r\n\r\n|4 DATA|2 \r\n--B|3 \r\n\r\n|4 \r\n\r\n|2 \r\n--B|1 --\r\n"},
		{"what only looks like a boundary", "--Bx\r\n--B\r\n\r\n--B\n\r\n--Bx--\r\n--B-\r\n--B \r \r\n--B\r\r\n--b\r\n\r\n-\r\n--\r\n--B--", "|1 --Bx|2 \r\n--B|3 \r\n\r\n|4 --B\n\r\n--Bx--\r\n--B-\r\n--B \r \r\n--B\r\r\n--b\r\n\r\n-\r\n--|2 \r\n--B|1 --"},
	} {
		everyCut(tt.body, func(name string, cut func([]byte) int) {
			if got, all, err := walked(tt.body, cut); err != nil || got != tt.want || all != tt.body {
				t.Fatalf("%s, %s: error %v\n%q, want\n%q", tt.name, name, err, got, tt.want)
			}
		})
	}
}

func TestPartsOfAFormThatIsCutShortHaveNoEnd(t *testing.T) {
	whole := "--B\r\nA: b\r\n\r\nDATA\r\n--B--"
	for n := range whole {
		if _, _, err := walked(whole[:n], inPiecesOf(5)); err == nil && n > 0 {
			t.Errorf("%q has an end", whole[:n])
		}
	}
}

func TestPartsKeepNothingOfWhatCanBeTold(t *testing.T) {
	p, _ := newParts("multipart/form-data; boundary=B")
	for _, tt := range []struct{ piece, pending string }{
		{"hello\r", "\r"},
		{"\n--", "\r\n--"},
		{"A", ""},
		{"\r\n--B", "\r\n--B"},
		{"  ", "\r\n--B  "},
		{"\r\nA: b\r\n", "  \r\nA: b\r\n"},
		{"\r\n", ""},
		{"DATA", ""},
		{"DATA\r\r", "\r"},
		{"\n-\r\n", "\r\n"},
		{"--B-", "\r\n--B-"},
		{"-", ""},
		{"\r\n--B\r\n", ""},
	} {
		p.feed([]byte(tt.piece))
		for event := partFrame; event != partMore; {
			var err *Error
			if event, _, err = p.next(); err != nil {
				t.Fatal(err)
			}
		}
		if string(p.pending) != tt.pending {
			t.Errorf("%q is pending after %q, want %q", p.pending, tt.piece, tt.pending)
		}
	}
}

func TestPartsBlanksBehindABoundaryAreBounded(t *testing.T) {
	for _, size := range []int{100, 1 << 20} {
		if _, _, err := walked("--B"+strings.Repeat(" ", maxPartHeader+1)+"\r\n\r\n\r\n--B--", inPiecesOf(size)); err == nil {
			t.Errorf("pieces of %d: no error", size)
		}
		if _, _, err := walked("--B"+strings.Repeat(" ", maxPartHeader)+"\r\n\r\n\r\n--B--", inPiecesOf(size)); err != nil {
			t.Errorf("pieces of %d: %v", size, err)
		}
		if _, _, err := walked("--B"+strings.Repeat(" ", maxPartHeader+1), inPiecesOf(size)); err == nil || !strings.Contains(err.Error(), "16384 bytes") {
			t.Errorf("pieces of %d, blanks without end: error %v", size, err)
		}
	}
}

// FuzzParts holds any cut against the whole, and the bytes that come out against
// those that went in.
func FuzzParts(f *testing.F) {
	for _, tt := range forms {
		f.Add([]byte(tt.body), uint64(1))
	}
	f.Add([]byte("\r\n--B  \r\n\r\n\r\n--B \r\r\n--B-\r\n--B--"), uint64(2))
	f.Fuzz(func(t *testing.T, body []byte, seed uint64) {
		whole, all, wholeErr := walked(string(body), inPiecesOf(len(body)))
		random := rand.New(rand.NewPCG(seed, 0))
		cut, _, cutErr := walked(string(body), func(rest []byte) int { return min(len(rest), 1+random.IntN(9)) })
		if fmt.Sprint(wholeErr) != fmt.Sprint(cutErr) || wholeErr == nil && whole != cut {
			t.Fatalf("%q: %v, in pieces: %q, %v", whole, wholeErr, cut, cutErr)
		}
		if wholeErr == nil && all != string(body) {
			t.Fatalf("%q became %q", body, all)
		}
	})
}
