package translate

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/azproc/azproc/azure"
)

// maxWhole is the largest answer that is translated in one piece, in bytes: images
// and files do not come here.
const maxWhole = 64 << 20

// Form is what an answer is.
type Form uint8

// The forms.
const (
	FormWhole   Form = iota // one JSON value with a status of 2xx
	FormEvents              // a stream of events with a status of 2xx
	FormFailure             // any other status
)

// Writer runs an Answer over the pieces of a response as they come. The zero Writer
// is not ready; it belongs to one goroutine.
type Writer struct {
	Answer Answer
	Form   Form
	Status int

	split Splitter
	whole []byte // FormWhole, FormFailure: what has come so far
	ended bool   // FormEvents: the client's stream has its end
}

// errTooLarge is of an answer that is too large to be translated in one piece.
var errTooLarge = errors.New("the answer is too large")

// Append appends to dst what the client gets for a piece of the response. Nothing
// of it is held back that could be said: of a stream, every event is answered with
// the piece that completes it. An error can come only of a FormWhole that is not what
// it should be, and is then what the client must be told instead.
func (w *Writer) Append(dst, piece []byte, last bool) ([]byte, *azure.Error) {
	if w.Form == FormEvents {
		return w.events(dst, piece, last), nil
	}
	w.whole = append(w.whole, piece...)
	switch {
	case len(w.whole) > maxWhole:
		return dst, broken(errTooLarge)
	case !last:
		return dst, nil
	case w.Form == FormFailure:
		if e := w.Answer.Failure(w.Status, w.whole); e != nil {
			return append(dst, e.Body(azure.ShapeOpenAI)...), nil
		}
		return append(dst, w.whole...), nil
	}
	answer, err := w.Answer.Whole(w.whole)
	if err != nil {
		return dst, told(err)
	}
	return append(dst, answer...), nil
}

func (w *Writer) events(dst, piece []byte, last bool) []byte {
	if w.ended {
		return dst
	}
	err := w.split.Split(piece, func(e Event) (err error) {
		dst, err = w.Answer.Event(dst, e)
		return err
	})
	if err == nil && w.split.held() > maxWhole {
		err = errTooLarge
	}
	if err != nil {
		w.ended = true
		return Failure(dst, told(err))
	}
	if last {
		w.ended = true
		dst = w.Answer.End(dst, !w.split.Open())
	}
	return dst
}

// Failure appends an error as an event of a stream. The SDKs of OpenAI raise it
// wherever it stands.
func Failure(dst []byte, e *azure.Error) []byte {
	dst = append(dst, "data: "...)
	dst = append(dst, e.Body(azure.ShapeOpenAI)...)
	return append(dst, "\n\n"...)
}

// BrokenOff is the error of a stream that ended before its answer did.
func BrokenOff() *azure.Error {
	return &azure.Error{
		Status: http.StatusBadGateway, Type: "server_error", Code: "stream_interrupted",
		Message: "The model's answer broke off before its end.",
	}
}

// told is what the client is told of an Answer's error: the error itself, if it is
// the model's own.
func told(err error) *azure.Error {
	if e, ok := errors.AsType[*azure.Error](err); ok {
		return e
	}
	return broken(err)
}

// broken is the error of an answer that is not what the model's API promises.
func broken(cause error) *azure.Error {
	return &azure.Error{
		Status: http.StatusBadGateway, Type: "server_error", Code: "invalid_answer",
		Message: "The model's answer could not be read.", Cause: fmt.Errorf("translate: %w", cause),
	}
}
