package replay

import (
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
)

// ChatTranslator is for models that speak chat completions and do not stream.
type ChatTranslator struct{}

// Request leaves the request as it is, but for what is said of a stream.
func (ChatTranslator) Request(ask *translate.Ask) (translate.Sent, *azure.Error) {
	usage := IncludeUsage(ask.Body)
	return translate.Sent{
		Body: unstreamed(ask.Body),
		Answer: Answer(nil, func(dst, whole []byte) ([]byte, error) {
			return Chat(dst, whole, usage)
		}),
	}, nil
}

// ResponsesTranslator is for models that speak the Responses API and do not stream.
type ResponsesTranslator struct{}

// Request leaves the request as it is, but for what is said of a stream.
func (ResponsesTranslator) Request(ask *translate.Ask) (translate.Sent, *azure.Error) {
	return translate.Sent{Body: unstreamed(ask.Body), Answer: Answer(nil, Response)}, nil
}

// IncludeUsage is whether a chat request asks for the usage at the end of its
// stream.
func IncludeUsage(body []byte) bool {
	return gjson.GetBytes(body, "stream_options.include_usage").Type == gjson.True
}

// unstreamed is a request without the members stream and stream_options, which
// Azure refuses where there is no stream. It is the same slice where it has
// neither.
func unstreamed(body []byte) []byte {
	var out []byte
	found := false
	members(gjson.ParseBytes(body), func(key, value gjson.Result) {
		if key.Str == "stream" || key.Str == "stream_options" {
			found = true
			return
		}
		out = member(out, key, value)
	})
	switch {
	case !found:
		return body
	case out == nil:
		return []byte("{}")
	}
	out[0] = '{'
	return append(out, '}')
}
