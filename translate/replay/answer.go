package replay

import (
	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
)

// Answer is an answer whose whole is a stream: what inner makes of the model's
// answer, or that itself where inner is nil, replayed by of. A model that streams
// after all has its events translated by inner, or passed as they are.
func Answer(inner translate.Answer, of func(dst, whole []byte) ([]byte, error)) translate.Answer {
	return &answer{inner: inner, of: of}
}

type answer struct {
	inner translate.Answer
	of    func(dst, whole []byte) ([]byte, error)
}

func (a *answer) Whole(body []byte) ([]byte, error) {
	if a.inner != nil {
		whole, err := a.inner.Whole(body)
		if err != nil {
			return nil, err
		}
		body = whole
	}
	return a.of(make([]byte, 0, 2*len(body)+1024), body)
}

func (a *answer) Event(dst []byte, e translate.Event) ([]byte, error) {
	if a.inner != nil {
		return a.inner.Event(dst, e)
	}
	return e.Append(dst), nil
}

func (a *answer) End(dst []byte, whole bool) []byte {
	switch {
	case a.inner != nil:
		return a.inner.End(dst, whole)
	case whole:
		return dst
	default:
		return translate.Failure(dst, translate.BrokenOff())
	}
}

func (a *answer) Failure(status int, body []byte) *azure.Error {
	if a.inner == nil {
		return nil
	}
	return a.inner.Failure(status, body)
}
