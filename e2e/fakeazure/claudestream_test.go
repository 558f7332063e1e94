package fakeazure

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// claudeEvents are the events of a stream of the Messages API, whose names have
// to be their types.
func claudeEvents(t *testing.T, body string) []any {
	t.Helper()
	var names []string
	for line := range strings.SplitSeq(body, "\n") {
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			names = append(names, name)
		}
	}
	var all []any
	for i, data := range events(t, body) {
		var v any
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			t.Fatalf("event is not JSON: %v\n%s", err, data)
		}
		want(t, "type of the event", walk(v, "type"), names[i])
		all = append(all, v)
	}
	return all
}

// told writes the events as a word each, with what they bring.
func told(all []any) string {
	var words []string
	for _, e := range all {
		word := walk(e, "type").(string)
		for _, path := range []string{"content_block.type", "delta.type"} {
			if kind, ok := walk(e, path).(string); ok {
				word = strings.TrimPrefix(word, "content_block_") + ":" + kind
			}
		}
		words = append(words, strings.TrimPrefix(word, "content_block_"))
	}
	return strings.Join(words, " ")
}

func TestClaudeStreams(t *testing.T) {
	s := start(t, withClaude())
	for _, row := range []struct{ name, body, events string }{
		{"a text", claudeAsk("sonnet", "hi", `"stream":true`), `message_start start:text ping delta:text_delta delta:text_delta delta:text_delta stop message_delta message_stop`},
		{"tools", claudeAsk("sonnet", "hi", `"stream":true,"tools":[`+claudeWeather+`,`+claudeClock+`]`), `message_start start:tool_use ping delta:input_json_delta delta:input_json_delta delta:input_json_delta stop
			start:tool_use delta:input_json_delta delta:input_json_delta delta:input_json_delta stop message_delta message_stop`},
		{"thinking", claudeAsk("sonnet", "hi", `"stream":true,"thinking":{"type":"enabled","budget_tokens":1024}`), `message_start start:thinking ping delta:thinking_delta delta:thinking_delta delta:thinking_delta delta:signature_delta stop
			start:text delta:text_delta delta:text_delta delta:text_delta stop message_delta message_stop`},
		{"thinking that is omitted", claudeAsk("opus", "hi", `"stream":true`), `message_start start:thinking ping delta:signature_delta stop
			start:text delta:text_delta delta:text_delta delta:text_delta stop message_delta message_stop`},
		{"redacted thinking", claudeAsk("opus", RedactAll, `"stream":true`), `message_start start:redacted_thinking ping stop
			start:text delta:text_delta delta:text_delta delta:text_delta stop message_delta message_stop`},
		{"a refusal", claudeAsk("sonnet", FilterPrompt, `"stream":true`), `message_start message_delta message_stop`},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := messages(t, s, row.body)
			want(t, "content type", r.Header.Get("content-type"), "text/event-stream; charset=utf-8")
			want(t, "events", told(claudeEvents(t, r.Body)), strings.Join(strings.Fields(row.events), " "))
		})
	}
	s.Check(t)
}

func TestClaudesStreamSaysWhatItsAnswerSays(t *testing.T) {
	s := start(t, withClaude())
	for name, body := range map[string]string{
		"a text":         claudeAsk("sonnet", "one two", `"stream":true`),
		"tools":          claudeAsk("sonnet", SayFirst, `"stream":true,"tools":[`+claudeWeather+`,`+claudeClock+`]`),
		"thinking":       claudeAsk("four-six", "hi", `"stream":true,"thinking":{"type":"adaptive"}`),
		"a stop":         claudeAsk("sonnet", "one two", `"stream":true,"stop_sequences":[" two"]`),
		"a refusal":      claudeAsk("sonnet", "one two "+FilterAnswer, `"stream":true`),
		"a cached text":  claudeAsk("sonnet", "cached", `"stream":true,"cache_control":{"type":"ephemeral"}`),
		"a cut":          strings.Replace(claudeAsk("sonnet", "a b c", `"stream":true`), "2000", "2", 1),
		"many deltas":    claudeAsk("sonnet", "a b", `"stream":true,"fakeazure":{"chunks":40,"split":7}`),
		"nothing at all": strings.Replace(claudeAsk("sonnet", "a", `"stream":true`), "2000", "0", 1),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "a cached text" {
				messages(t, s, body) // puts it there
			}
			whole := messages(t, s, strings.Replace(body, `"stream":true`, `"stream":false`, 1))
			all := claudeEvents(t, messages(t, s, body).Body)
			content := []any{}
			var arguments strings.Builder
			for _, e := range all {
				index, _ := walk(e, "index").(float64)
				switch walk(e, "type") {
				case "content_block_start":
					content = append(content, walk(e, "content_block"))
					arguments.Reset()
				case "content_block_delta":
					block, delta := content[int(index)].(object), walk(e, "delta").(object)
					for field, piece := range delta {
						if old, ok := block[field].(string); ok && field != "type" {
							block[field] = old + piece.(string)
						}
					}
					if piece, ok := delta["partial_json"].(string); ok {
						arguments.WriteString(piece)
					}
				case "content_block_stop":
					if arguments.Len() > 0 {
						content[int(index)].(object)["input"] = json.RawMessage(arguments.String())
					}
				}
			}
			// The ids hang on the request, of which "stream" is a part.
			plain := func(v any) string {
				text := string(encode(v))
				for _, id := range []any{walk(v, "0.id"), walk(v, "1.id"), walk(v, "2.id")} {
					if id, ok := id.(string); ok {
						text = strings.ReplaceAll(text, id, "id")
					}
				}
				return text
			}
			want(t, "content", plain(content), plain(whole.JSON(t, "content")))
			end := all[len(all)-2]
			want(t, "reason", walk(end, "delta.stop_reason"), whole.JSON(t, "stop_reason"))
			want(t, "stop sequence", walk(end, "delta.stop_sequence"), whole.JSON(t, "stop_sequence"))
			want(t, "details", string(encode(walk(end, "delta.stop_details"))), string(encode(whole.JSON(t, "stop_details"))))
			for _, count := range []string{"input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"} {
				want(t, count, walk(end, "usage."+count), whole.JSON(t, "usage."+count))
			}
			want(t, "text in the first event", len(walk(all[0], "message.content").([]any)), 0)
			want(t, "reason in the first event", walk(all[0], "message.stop_reason"), nil)
			want(t, "input in the first event", walk(all[0], "message.usage.input_tokens"), whole.JSON(t, "usage.input_tokens"))
		})
	}
}

func TestGatesHoldClaudesStreams(t *testing.T) {
	s := start(t, withClaude())
	gate := s.Gate("a", "sonnet")
	response := open(t, deadline(t), http.MethodPost, s.URL("a")+"/anthropic/v1/messages", claudeAsk("sonnet", "hi", `"stream":true`), "x-api-key", "key-a", "anthropic-version", "2023-06-01")
	defer response.Body.Close()
	stream, err := gate.Stream(deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	first, err := stream.Next(deadline(t))
	want(t, "error", err, nil)
	want(t, "first event", strings.HasPrefix(string(first), "event: message_start\n"), true)
	n, err := stream.Rest(deadline(t))
	want(t, "error", err, nil)
	want(t, "events behind the first", n, 8)
}
