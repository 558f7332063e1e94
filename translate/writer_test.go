package translate

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/azproc/azproc/azure"
)

// echo is an Answer that says what it is asked.
type echo struct {
	err     error
	failure *azure.Error
}

func (a *echo) Whole(body []byte) ([]byte, error) {
	return append([]byte("whole "), body...), a.err
}

func (a *echo) Event(dst []byte, e Event) ([]byte, error) {
	if string(e.Data) == "bad" {
		return dst, a.err
	}
	return append(append(append(dst, '<'), e.Data...), '>'), nil
}

func (*echo) End(dst []byte, whole bool) []byte {
	if whole {
		return append(dst, " whole"...)
	}
	return append(dst, " broken"...)
}

func (a *echo) Failure(int, []byte) *azure.Error { return a.failure }

// piece is what comes and what the client gets for it.
type piece struct {
	in   string
	last bool
	out  string
}

func TestPiecesAreAnsweredAsTheyCome(t *testing.T) {
	refused := &azure.Error{Status: 400, Type: "invalid_request_error", Code: "c", Message: "m"}
	const refusedBody = `{"error":{"code":"c","message":"m","param":null,"type":"invalid_request_error"}}`
	const unreadBody = `{"error":{"code":"invalid_answer","message":"The model's answer could not be read.","param":null,"type":"server_error"}}`
	for _, c := range []struct {
		name   string
		answer echo
		form   Form
		pieces []piece
	}{
		{"a whole answer waits for its end", echo{}, FormWhole, []piece{{"a", false, ""}, {"", false, ""}, {"b", true, "whole ab"}}},
		{"an event is answered by the piece that completes it", echo{}, FormEvents, []piece{
			{"data: a\n", false, ""}, {"\nda", false, "<a>"}, {"ta: b\n\ndata: c\n\n", false, "<b><c>"}, {"", true, " whole"},
		}},
		{"a stream may end with its last event", echo{}, FormEvents, []piece{{"data: a\n\n", true, "<a> whole"}}},
		{"a stream that ends within an event is broken", echo{}, FormEvents, []piece{{"data: a\n\ndata: b\n", true, "<a> broken"}}},
		{"a stream that ends within a line is broken", echo{}, FormEvents, []piece{{"data: a\n\nd", true, "<a> broken"}}},
		{"nothing follows an event that cannot be read", echo{err: errors.New("x")}, FormEvents, []piece{
			{"data: a\n\ndata: bad\n\ndata: c\n\n", false, "<a>data: " + unreadBody + "\n\n"}, {"data: d\n\n", false, ""}, {"", true, ""},
		}},
		{"the model's own error is told as it is", echo{err: refused}, FormEvents, []piece{{"data: bad\n\n", true, "data: " + refusedBody + "\n\n"}}},
		{"a failure passes as it is", echo{}, FormFailure, []piece{{"a", false, ""}, {"b", true, "ab"}}},
		{"a failure is told in the client's words", echo{failure: refused}, FormFailure, []piece{{"a", false, ""}, {"b", true, refusedBody}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := Writer{Answer: &c.answer, Form: c.form, Status: 200}
			for _, p := range c.pieces {
				in := []byte(p.in)
				got, err := w.Append([]byte("="), in, p.last)
				if err != nil || string(got) != "="+p.out {
					t.Errorf("%q: %q, %v; want %q", p.in, got, err, p.out)
				}
				for i := range in { // the caller's bytes are the caller's again
					in[i] = '#'
				}
			}
		})
	}
}

func TestAWholeAnswerThatIsNoneIsAnError(t *testing.T) {
	own := &azure.Error{Status: 429, Message: "later"}
	for _, c := range []struct {
		name   string
		err    error
		status int
		code   string
	}{
		{"one that cannot be read", errors.New("x"), 502, "invalid_answer"},
		{"the model's own error", own, 429, ""},
		{"the model's own error, wrapped", errors.Join(errors.New("x"), own), 429, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := Writer{Answer: &echo{err: c.err}, Form: FormWhole, Status: 200}
			got, err := w.Append(nil, []byte("a"), true)
			if len(got) > 0 || err == nil || err.Status != c.status || err.Code != c.code {
				t.Errorf("%q, %+v", got, err)
			}
		})
	}
}

func TestWhatIsTooLargeIsNotKept(t *testing.T) {
	half := bytes.Repeat([]byte("x"), maxWhole/2+1)
	w := Writer{Answer: &echo{}, Form: FormWhole, Status: 200}
	if _, err := w.Append(nil, half, false); err != nil {
		t.Fatal(err)
	}
	if got, err := w.Append(nil, half, false); len(got) > 0 || err == nil || err.Status != 502 || !errors.Is(err, errTooLarge) {
		t.Errorf("%d bytes, %v", len(got), err)
	}

	w = Writer{Answer: &echo{}, Form: FormEvents, Status: 200}
	if got, err := w.Append(nil, half, false); len(got) > 0 || err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	got, err := w.Append(nil, half, false)
	if err != nil || !strings.HasPrefix(string(got), `data: {"error":`) {
		t.Errorf("%q, %v", got, err)
	}
	if got, _ := w.Append(nil, []byte("\n\ndata: a\n\n"), true); len(got) > 0 {
		t.Errorf("%q follows", got)
	}
}

func TestAStreamThatBrokeOffSaysSo(t *testing.T) {
	const want = "data: " + `{"error":{"code":"stream_interrupted","message":"The model's answer broke off before its end.","param":null,"type":"server_error"}}` + "\n\n"
	if got := string(Failure(nil, BrokenOff())); got != want {
		t.Error(got)
	}
}
