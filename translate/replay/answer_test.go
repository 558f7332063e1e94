package replay_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/replay"
)

// other is the answer of another translator.
type other struct{}

var (
	errOther = errors.New("not that")
	refused  = &azure.Error{Status: 400, Type: "invalid_request_error", Message: "No."}
)

func (other) Whole(body []byte) ([]byte, error) {
	if string(body) == "bad" {
		return nil, errOther
	}
	return append([]byte("whole of "), body...), nil
}

func (other) Event(dst []byte, e translate.Event) ([]byte, error) {
	return append(append(dst, "event of "...), e.Data...), nil
}

func (other) End(dst []byte, whole bool) []byte {
	if whole {
		return append(dst, "end"...)
	}
	return append(dst, "broken"...)
}

func (other) Failure(int, []byte) *azure.Error { return refused }

func of(dst, whole []byte) ([]byte, error) {
	return append(append(dst, "stream of "...), whole...), nil
}

func TestAWholeAnswerIsTranslatedAndThenReplayed(t *testing.T) {
	a := replay.Answer(other{}, of)
	if got, err := a.Whole([]byte("x")); err != nil || string(got) != "stream of whole of x" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := a.Whole([]byte("bad")); !errors.Is(err, errOther) {
		t.Errorf("%q, %v", got, err)
	}
	if e := a.Failure(400, nil); e != refused {
		t.Errorf("the error is %v", e)
	}
}

func TestAModelThatStreamsAfterAllIsTranslated(t *testing.T) {
	a := replay.Answer(other{}, of)
	got, err := a.Event([]byte("a "), translate.Event{Data: []byte("x")})
	if err != nil {
		t.Fatal(err)
	}
	if got = a.End(got, true); string(got) != "a event of xend" {
		t.Errorf("%q", got)
	}
	if got := a.End(nil, false); string(got) != "broken" {
		t.Errorf("%q", got)
	}
}

func TestAModelThatStreamsTheClientsAPIIsPassed(t *testing.T) {
	a := replay.Answer(nil, of)
	if got, err := a.Whole([]byte("x")); err != nil || string(got) != "stream of x" {
		t.Errorf("%q, %v", got, err)
	}
	if e := a.Failure(400, nil); e != nil {
		t.Errorf("the error is %v", e)
	}
	stream := "event: response.created\ndata: {\ndata: }\n\ndata: [DONE]\n\n"
	for cut := range len(stream) {
		w := translate.Writer{Answer: replay.Answer(nil, of), Form: translate.FormEvents, Status: 200}
		got, _ := w.Append(nil, []byte(stream[:cut]), false)
		got, _ = w.Append(got, []byte(stream[cut:]), true)
		if string(got) != stream {
			t.Errorf("cut at %d: %q", cut, got)
		}
	}
	if got := a.End(nil, false); !bytes.Equal(got, translate.Failure(nil, translate.BrokenOff())) {
		t.Errorf("%q", got)
	}
}
