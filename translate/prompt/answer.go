package prompt

import (
	"bytes"
	"errors"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/chat"
)

var (
	errNoCompletion = errors.New("prompt: the answer is no completion")
	errNoChunk      = errors.New("prompt: an event is no completion")
	errIndex        = errors.New("prompt: a choice has an impossible index")
)

// maxChoices is how many answers a request can ask for at most, n and more.
const maxChoices = 2048

// answer makes completions chat completions. Each event of a stream is one chunk of
// the client's.
type answer struct {
	choices []choice // of a stream, by their index
	ended   bool     // [DONE] has come, or an error
}

// choice is how far one answer of a stream has come.
type choice struct {
	begun, spoken, finished bool
}

// Failure leaves errors as they are: both APIs have the same.
func (*answer) Failure(int, []byte) *azure.Error { return nil }

func (a *answer) Whole(body []byte) ([]byte, error) {
	whole := gjson.ParseBytes(body)
	if !gjson.ValidBytes(body) || !whole.IsObject() || !whole.Get("choices").IsArray() {
		return nil, errNoCompletion
	}
	return object(make([]byte, 0, len(body)+256), whole, `"chat.completion"`, message)
}

func (a *answer) Event(dst []byte, e translate.Event) ([]byte, error) {
	if a.ended {
		return dst, nil
	}
	if string(bytes.TrimSpace(e.Data)) == "[DONE]" {
		a.ended = true
		return chat.Done(dst), nil
	}
	whole := gjson.ParseBytes(translate.OneLine(e.Data))
	if !gjson.ValidBytes(e.Data) || !whole.IsObject() {
		return dst, errNoChunk
	}
	if !whole.Get("choices").IsArray() {
		if !whole.Get("error").Exists() {
			return dst, errNoChunk
		}
		a.ended = true
		return e.Append(dst), nil
	}
	at := len(dst)
	dst, err := object(append(dst, "data: "...), whole, `"chat.completion.chunk"`, a.delta)
	if err != nil {
		return dst[:at], err
	}
	return append(dst, "\n\n"...), nil
}

// End ends a stream that has no [DONE] though every choice was finished; any other
// one without it broke off.
func (a *answer) End(dst []byte, whole bool) []byte {
	if a.ended {
		return dst
	}
	a.ended = true
	finished := whole && len(a.choices) > 0
	for _, c := range a.choices {
		finished = finished && c.finished
	}
	if finished {
		return chat.Done(dst)
	}
	return translate.Failure(dst, translate.BrokenOff())
}

// object appends a completion as one of chat, whole or a chunk: its members stay but
// for the kind of object, the id's beginning and the choices, which say appends up
// to what is the same in both.
func object(
	dst []byte, whole gjson.Result, kind string, say func(dst []byte, index int64, c gjson.Result) ([]byte, error),
) ([]byte, error) {
	var err error
	dst = append(dst, `{"object":`...)
	dst = append(dst, kind...)
	whole.ForEach(func(key, value gjson.Result) bool {
		if key.Str == "object" {
			return true
		}
		dst = append(dst, ',')
		dst = append(dst, key.Raw...)
		dst = append(dst, ':')
		switch {
		case key.Str == "choices" && value.IsArray():
			dst, err = choices(dst, value, say)
		case key.Str == "id" && strings.HasPrefix(value.Raw, `"cmpl-`):
			dst = append(dst, `"chat`...)
			dst = append(dst, value.Raw[1:]...)
		default:
			dst = append(dst, value.Raw...)
		}
		return err == nil
	})
	return append(dst, '}'), err
}

// choices appends the list of choices.
func choices(
	dst []byte, list gjson.Result, say func(dst []byte, index int64, c gjson.Result) ([]byte, error),
) ([]byte, error) {
	var err error
	at := int64(0)
	dst = append(dst, '[')
	list.ForEach(func(_, c gjson.Result) bool {
		index := at
		if i := c.Get("index"); i.Type == gjson.Number {
			index = i.Int()
		}
		if index < 0 || index >= maxChoices || !c.IsObject() {
			err = errIndex
			return false
		}
		if at > 0 {
			dst = append(dst, ',')
		}
		at++
		dst, err = say(dst, index, c)
		dst = append(dst, '}')
		return err == nil
	})
	return append(dst, ']'), err
}
