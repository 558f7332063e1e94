package responses

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate/chat"
)

// idPrefix is before the ids of chat completions; those of responses have theirs
// in its place.
const idPrefix = "chatcmpl-"

// reasoningItems is a member of the message that OpenAI's chat does not have: the
// items of reasoning with their encrypted content, for clients that have asked for
// it by include. Given back in the next request, they let the model go on from its
// own thoughts. LiteLLM has the same.
const reasoningItems = "reasoning_items"

// blankLine stands between texts that are items or parts of their own in Responses
// and one text in chat.
var blankLine = []byte(`"\n\n"`)

// answer translates the answer to one request.
type answer struct {
	// What the request has asked for.
	usage     bool // the chunk with the usage
	logprobs  bool
	functions bool // function_call instead of tool_calls
	encrypted bool // reasoningItems

	chunks chat.Chunks
	stream stream
}

// Failure is nil: errors of Responses are those of chat.
func (*answer) Failure(int, []byte) *azure.Error { return nil }

// meta takes what every chunk has from a response.
func (a *answer) meta(resp gjson.Result) {
	if id := resp.Get("id"); id.Type == gjson.String {
		a.chunks.ID = idPrefix + strings.TrimPrefix(id.Str, "resp_")
	}
	if model := resp.Get("model"); model.Type == gjson.String && model.Str != "" {
		a.chunks.Model = model.Str
	}
	if created := resp.Get("created_at"); created.Type == gjson.Number {
		a.chunks.Created = created.Int()
	}
}

// tierOf is the tier that has served a response, nil where it does not say. One that
// has only begun says what was asked for.
func tierOf(resp gjson.Result) []byte {
	if tier := resp.Get("service_tier"); tier.Type == gjson.String {
		return []byte(tier.Raw)
	}
	return nil
}

// usageOf is what a response has cost.
func usageOf(resp gjson.Result) chat.Usage {
	u := resp.Get("usage")
	return chat.Usage{
		Prompt:     u.Get("input_tokens").Int(),
		Cached:     u.Get("input_tokens_details.cached_tokens").Int(),
		CacheWrite: u.Get("input_tokens_details.cache_write_tokens").Int(),
		Completion: u.Get("output_tokens").Int(),
		Reasoning:  u.Get("output_tokens_details.reasoning_tokens").Int(),
	}
}

// finish says why a response ended; called is whether it calls a tool.
func (a *answer) finish(resp gjson.Result, called bool) chat.FinishReason {
	switch {
	case resp.Get("status").Str == "incomplete":
		if resp.Get("incomplete_details.reason").Str == "content_filter" {
			return chat.FinishContentFilter
		}
		return chat.FinishLength // max_output_tokens, and whatever else cuts an answer short
	case called && a.functions:
		return chat.FinishFunctionCall
	case called:
		return chat.FinishToolCalls
	}
	return chat.FinishStop
}

// appendLogprobs appends the tokens of a text as chat has them. Responses leaves out
// what it does not know where chat has null.
func appendLogprobs(dst []byte, tokens gjson.Result) []byte {
	dst = append(dst, '[')
	tokens.ForEach(func(_, t gjson.Result) bool {
		if dst[len(dst)-1] != '[' {
			dst = append(dst, ',')
		}
		dst = appendToken(dst, t)
		dst = append(dst, `,"top_logprobs":[`...)
		t.Get("top_logprobs").ForEach(func(_, t gjson.Result) bool {
			if dst[len(dst)-1] != '[' {
				dst = append(dst, ',')
			}
			dst = append(appendToken(dst, t), '}')
			return true
		})
		dst = append(dst, "]}"...)
		return true
	})
	return append(dst, ']')
}

// appendToken appends a token without the bracket at its end.
func appendToken(dst []byte, t gjson.Result) []byte {
	for _, m := range [...]struct{ before, name, none string }{
		{`{"token":`, "token", `""`},
		{`,"logprob":`, "logprob", `0`},
		{`,"bytes":`, "bytes", `null`},
	} {
		dst = append(dst, m.before...)
		if v := t.Get(m.name); v.Exists() {
			dst = appendLine(dst, v.Raw)
		} else {
			dst = append(dst, m.none...)
		}
	}
	return dst
}

// appendLine appends JSON without line ends, which would end the line of an event:
// in valid JSON they stand only between its tokens.
func appendLine(dst []byte, json string) []byte {
	start := len(dst)
	dst = append(dst, json...)
	for i := start; i < len(dst); i++ {
		if dst[i] == '\n' || dst[i] == '\r' {
			dst[i] = ' '
		}
	}
	return dst
}

// appendCitation appends an annotation as chat has it: chat has links alone, and its
// places are those of the whole text, which Responses counts from the beginning of
// each part. offset is where the part begins, in characters.
func appendCitation(dst []byte, annotation gjson.Result, offset int) ([]byte, bool) {
	if annotation.Get("type").Str != "url_citation" {
		return dst, false
	}
	title, url := annotation.Get("title"), annotation.Get("url")
	if title.Type != gjson.String || url.Type != gjson.String {
		return dst, false
	}
	dst = append(dst, `{"type":"url_citation","url_citation":{"start_index":`...)
	dst = appendInt(dst, annotation.Get("start_index").Int()+int64(offset))
	dst = append(dst, `,"end_index":`...)
	dst = appendInt(dst, annotation.Get("end_index").Int()+int64(offset))
	dst = append(dst, `,"title":`...)
	dst = append(dst, title.Raw...)
	dst = append(dst, `,"url":`...)
	dst = append(dst, url.Raw...)
	return append(dst, "}}"...), true
}
