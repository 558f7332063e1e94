package prompt

import (
	"strconv"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/chat"
)

// Translator makes requests for chat completions those for completions.
type Translator struct{}

// maxStops are how many stop sequences the API takes, maxLogprobs how many other
// tokens it tells of for each (OpenAI API reference, "Create completion").
const (
	maxStops    = 4
	maxLogprobs = 5
)

// Request translates a request.
func (Translator) Request(ask *translate.Ask) (translate.Sent, *azure.Error) {
	r := request{ask: ask, text: text{drop: ask.DropParams}}
	if refusal := r.read(gjson.ParseBytes(ask.Body)); refusal != nil {
		return translate.Sent{}, refusal
	}
	return translate.Sent{Body: r.body(), Answer: &answer{}}, nil
}

// request is one on its way from one API to the other.
type request struct {
	ask  *translate.Ask
	text text
	// copied are members that stay what they were.
	copied []byte
	// limit and stop are values as they stand, logprobs is a number; "" is none.
	limit, logprobs string
	stop            gjson.Result
}

// read takes the chat request apart.
func (r *request) read(chat gjson.Result) (refusal *azure.Error) {
	var oldLimit, top gjson.Result
	logprobs := false
	chat.ForEach(func(key, value gjson.Result) bool {
		if value.Type == gjson.Null {
			return true
		}
		switch name := key.Str; name {
		case "model", "messages", "stream":
		case "stream_options":
			if r.ask.Stream {
				r.copy(key, value)
			}
		case "max_tokens":
			oldLimit = value
		case "max_completion_tokens":
			r.limit = value.Raw
		case "stop":
			r.stop = value
		case "logprobs":
			if logprobs = value.Type == gjson.True; !value.IsBool() {
				refusal = refuse("invalid_type", name, "Invalid type for 'logprobs': expected a boolean.")
			}
		case "top_logprobs":
			top = value
		default:
			refusal = r.other(key, value)
		}
		return refusal == nil
	})
	if refusal != nil {
		return refusal
	}
	if r.limit == "" {
		r.limit = oldLimit.Raw
	}
	if refusal = r.probabilities(logprobs, top); refusal != nil {
		return refusal
	}
	return r.text.messages(chat.Get("messages"))
}

// other reads a parameter that is not rewritten.
func (r *request) other(key, value gjson.Result) *azure.Error {
	p, known := params[key.Str]
	switch {
	case p.copied:
		r.copy(key, value)
	case r.ask.DropParams, p.asksNothing(value):
	case !known:
		return refuse("unknown_parameter", key.Str, "Unknown parameter: '%s'.", key.Str)
	default:
		return unsupported(key.Str)
	}
	return nil
}

func (r *request) copy(key, value gjson.Result) {
	r.copied = append(r.copied, ',')
	r.copied = append(r.copied, key.Raw...)
	r.copied = append(r.copied, ':')
	r.copied = append(r.copied, value.Raw...)
}

// probabilities makes one number of what in chat are a switch and a number.
func (r *request) probabilities(logprobs bool, top gjson.Result) *azure.Error {
	switch n := top.Int(); {
	case logprobs && n <= maxLogprobs:
		r.logprobs = strconv.FormatInt(max(n, 0), 10)
	case r.ask.DropParams:
		if logprobs {
			r.logprobs = strconv.Itoa(maxLogprobs)
		}
	case logprobs:
		return refuse("unsupported_value", "top_logprobs",
			"Unsupported value: 'top_logprobs' can be at most %d with this model.", maxLogprobs)
	case n != 0:
		return refuse("invalid_value", "top_logprobs", "Invalid value for 'top_logprobs': it needs 'logprobs' to be true.")
	}
	return nil
}

// body is the request for a completion.
func (r *request) body() []byte {
	b := make([]byte, 0, len(r.text.raw)+len(r.copied)+256)
	b = append(b, `{"model":`...)
	b = chat.Quote(b, r.ask.Model)
	b = append(b, `,"prompt":"`...)
	b = append(b, r.text.raw...)
	b = append(b, `","max_tokens":`...)
	if r.limit != "" {
		b = append(b, r.limit...)
	} else {
		b = strconv.AppendInt(b, defaultLimit(r.ask.Base, len(r.text.raw)), 10)
	}
	b = append(b, `,"stop":`...)
	b = r.stops(b)
	if r.logprobs != "" {
		b = append(b, `,"logprobs":`...)
		b = append(b, r.logprobs...)
	}
	if r.ask.Stream {
		b = append(b, `,"stream":true`...)
	}
	b = append(b, r.copied...)
	return append(b, '}')
}

// stops appends the client's stop sequences and, where there is room, our own.
func (r *request) stops(b []byte) []byte {
	given := []gjson.Result{r.stop}
	switch {
	case r.stop.IsArray():
		given = r.stop.Array()
	case !r.stop.Exists():
		given = nil
	}
	b = append(b, '[')
	for i, s := range given {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, s.Raw...)
	}
	for i, s := range r.text.stops() {
		if len(given)+i >= maxStops {
			break
		}
		if len(given)+i > 0 {
			b = append(b, ',')
		}
		b = append(b, s...)
	}
	return append(b, ']')
}
