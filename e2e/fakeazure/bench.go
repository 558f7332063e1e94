package fakeazure

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// benchAnswer is the one answer of KindBench: a chat completion of about 1 KB.
var benchAnswer = encode(object{
	"id": "chatcmpl-bench", "object": "chat.completion", "created": 1_700_000_000, "model": "bench", "system_fingerprint": "fp_fakeazure",
	"choices": []object{{
		"index": 0, "finish_reason": "stop", "logprobs": nil, "content_filter_results": answerVerdicts("safe"),
		"message": object{"role": "assistant", "content": strings.Repeat("a word or two ", 24), "refusal": nil},
	}},
	"prompt_filter_results": promptFilterResults(),
	"usage":                 object{"prompt_tokens": 500, "completion_tokens": 96, "total_tokens": 596},
})

// benchEvent is each event of its streams, of which there are benchEvents.
var benchEvent = sse("", encode(object{
	"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "bench", "system_fingerprint": "fp_fakeazure",
	"choices": []object{{"index": 0, "finish_reason": nil, "logprobs": nil, "delta": object{"content": "word "}}},
}))

const benchEvents = 100

var benchLength = strconv.Itoa(len(benchAnswer))

// serveBench answers any POST with as little work as there can be: nothing is
// checked, recorded or derived. Its streams keep the pace of the resource.
func (r *resource) serveBench(w http.ResponseWriter, request *http.Request) {
	streaming := false
	if request.ContentLength >= 0 && request.ContentLength <= 64<<10 {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		streaming = bytes.Contains(body, []byte(`"stream":true`)) || bytes.Contains(body, []byte(`"stream": true`))
	} else {
		_, _ = io.Copy(io.Discard, request.Body)
	}
	h := w.Header()
	if !streaming {
		h["Content-Type"], h["Content-Length"] = []string{"application/json"}, []string{benchLength}
		_, _ = w.Write(benchAnswer)
		return
	}
	h.Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w)
	every := r.server.paceOf(place{r.Name, ""})
	for range benchEvents {
		if _, err := w.Write(benchEvent); err != nil {
			return
		}
		_ = flush.Flush()
		if !r.server.wait(request.Context(), every) {
			return
		}
	}
	_, _ = io.WriteString(w, "data: [DONE]\n\n")
}
