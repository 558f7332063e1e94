package responses

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
)

// streamed gives a client's stream for an upstream's that comes in the given pieces.
func streamed(t testing.TB, chat string, pieces ...[]byte) string {
	t.Helper()
	w := translate.Writer{Answer: sent(t, chat).Answer, Form: translate.FormEvents, Status: 200}
	var got []byte
	for i, piece := range pieces {
		var err *azure.Error
		if got, err = w.Append(got, piece, i == len(pieces)-1); err != nil {
			t.Fatal(err)
		}
	}
	return string(got)
}

func TestStreamsAreWhatTheAPIDocuments(t *testing.T) {
	stories(t, "streams", func(t *testing.T, s *story) {
		got := streamed(t, string(s.get("chat.json")), s.get("events"))
		valid(t, got)
		s.want("chunks", []byte(got))
	})
}

// valid fails the test where a stream is not one of chat: events of one line of
// JSON, of which an error or [DONE] is the last, and only one of them.
func valid(t *testing.T, stream string) {
	t.Helper()
	events := strings.SplitAfter(stream, "\n\n")
	for i, e := range events[:len(events)-1] {
		data, ok := strings.CutPrefix(strings.TrimSuffix(e, "\n\n"), "data: ")
		last := i == len(events)-2
		switch {
		case !ok || strings.ContainsAny(data, "\r\n"):
			t.Errorf("no event: %q", e)
		case data == "[DONE]" || strings.HasPrefix(data, `{"error":`):
			if !last {
				t.Errorf("something follows %s", data)
			}
		case !json.Valid([]byte(data)):
			t.Errorf("no JSON: %s", data)
		case last:
			t.Errorf("the stream has no end: %s", data)
		}
	}
	if events[len(events)-1] != "" {
		t.Errorf("an event is not complete: %q", events[len(events)-1])
	}
}

func TestAnySplitOfAStreamGivesTheSame(t *testing.T) {
	stories(t, "streams", func(t *testing.T, s *story) {
		chat, events := string(s.get("chat.json")), s.get("events")
		want := streamed(t, chat, events)
		for _, ending := range []string{"\n", "\r\n", "\r"} {
			all := []byte(strings.ReplaceAll(string(events), "\n", ending))
			single := make([][]byte, 0, len(all))
			for i := range all {
				single = append(single, all[i:i+1])
			}
			if got := streamed(t, chat, single...); got != want {
				t.Fatalf("byte by byte with lines that end in %q:\n%s", ending, got)
			}
			for i := range all {
				if got := streamed(t, chat, all[:i], all[i:]); got != want {
					t.Fatalf("cut at %d with lines that end in %q:\n%s", i, ending, got)
				}
			}
		}
	})
}

func TestEveryEventIsAnsweredAtOnce(t *testing.T) {
	w := translate.Writer{Answer: sent(t, `{`+hi+`,"stream":true}`).Answer, Form: translate.FormEvents, Status: 200}
	for _, e := range []string{
		`{"type":"response.created","response":{"id":"resp_1","model":"m"}}`,
		`{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"a"}`,
		`{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"b"}`,
		`{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","call_id":"c","name":"d"}}`,
		`{"type":"response.function_call_arguments.delta","output_index":2,"delta":"e"}`,
		`{"type":"response.completed","response":{"status":"completed"}}`,
	} {
		got, err := w.Append(nil, []byte("data: "+e+"\n\n"), false)
		if err != nil || !strings.HasPrefix(string(got), "data: {") {
			t.Errorf("%s: %q, %v", e, got, err)
		}
	}
}

func TestAnEventThatIsNoJSONEndsTheStream(t *testing.T) {
	got := streamed(t, `{`+hi+`,"stream":true}`, []byte("data: {\"type\":\n\ndata: {\"type\":\"response.completed\"}\n\n"))
	valid(t, got)
	if !strings.HasPrefix(got, `data: {"error":`) || !strings.Contains(got, `"code":"invalid_answer"`) || strings.Contains(got, "DONE") {
		t.Error(got)
	}
}

func TestAnErrorWithoutATypeIsAnErrorToo(t *testing.T) {
	got := streamed(t, `{`+hi+`,"stream":true}`, []byte(`data: {"error":{"code":"content_filter","message":"filtered","type":null,"param":"prompt"}}`+"\n\n"))
	valid(t, got)
	if !strings.HasPrefix(got, `data: {"error":`) || !strings.Contains(got, `"code":"content_filter"`) || strings.Contains(got, "stream_interrupted") {
		t.Error(got)
	}
}

func TestAStreamThatHasItsEndHasNoOther(t *testing.T) {
	a := sent(t, `{`+hi+`,"stream":true}`).Answer
	done := translate.Event{Data: []byte(`{"type":"response.completed","response":{"status":"completed"}}`)}
	first, err := a.Event(nil, done)
	if err != nil || !strings.HasSuffix(string(first), "data: [DONE]\n\n") {
		t.Fatalf("%s, %v", first, err)
	}
	if again, err := a.Event(nil, done); len(again) > 0 || err != nil {
		t.Errorf("%s, %v", again, err)
	}
	if end := a.End(nil, false); len(end) > 0 {
		t.Errorf("%s", end)
	}
}

func TestAStreamThatFailedSaysSoOnce(t *testing.T) {
	for _, e := range []string{
		`{"type":"error","code":"server_error","message":"m"}`,
		`{"type":"error","error":{"code":"server_error","message":"m"}}`,
		`{"type":"response.failed","response":{"error":{"code":"server_error","message":"m"}}}`,
	} {
		a := sent(t, `{`+hi+`,"stream":true}`).Answer
		got, err := a.Event(nil, translate.Event{Data: []byte(e)})
		own, ok := errors.AsType[*azure.Error](err)
		if len(got) > 0 || !ok || own.Status != 500 || own.Code != "server_error" || own.Message != "m" || own.Type != "server_error" {
			t.Errorf("%s: %s, %v", e, got, err)
		}
		if got, err = a.Event(nil, translate.Event{Data: []byte(e)}); len(got) > 0 || err != nil {
			t.Errorf("%s, the second time: %s, %v", e, got, err)
		}
		if got = a.End(nil, true); len(got) > 0 {
			t.Errorf("%s, the end: %s", e, got)
		}
	}
}

// FuzzEvent holds that whatever events come, what the client gets is a stream of
// chat: two events, because the second may depend on the first.
func FuzzEvent(f *testing.F) {
	f.Add(`{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","call_id":"c","name":"d"}}`, `{"type":"response.function_call_arguments.done","output_index":2,"arguments":"e"}`, false)
	f.Add(`{"type":"response.output_text.delta","output_index":99999999999,"delta":"\ud83d","logprobs":[{"token":"x","bytes":[1,
2]}]}`, `{"type":"response.output_item.done","item":{"type":"reasoning","encrypted_content":"x","summary":[{"text":"y"}]}}`, true)
	f.Add(`{"type":"response.failed","response":{"error":null}}`, `{"type":"error","message":"m"}`, false)
	f.Add(`{"type":"response.completed","response":{"output":[{"type":"message","content":[{"type":"output_text","text":"x"}]}]}}`, ``, true)
	f.Fuzz(func(t *testing.T, one, two string, functions bool) {
		chat := `{` + hi + `,"stream":true,"stream_options":{"include_usage":true},"logprobs":true,"include":["reasoning.encrypted_content"]}`
		if functions {
			chat = `{` + hi + `,"stream":true,"functions":[]}`
		}
		var events strings.Builder
		for _, e := range []string{one, two} {
			for line := range strings.SplitSeq(strings.ReplaceAll(e, "\r", "\n"), "\n") {
				events.WriteString("data: " + line + "\n")
			}
			events.WriteString("\n")
		}
		valid(t, streamed(t, chat, []byte(events.String())))
	})
}

// BenchmarkEvent is one piece of a text: the goal is 20 µs.
func BenchmarkEvent(b *testing.B) {
	for _, c := range []struct{ name, data string }{
		{"text", `{"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_02ce8deeb6197db200698c5198ca0c81979bedbe6c98a8ab93","output_index":0,"content_index":0,"delta":" Hello","logprobs":[],"obfuscation":"VLMdSoETMf5"}`},
		{"arguments", `{"type":"response.function_call_arguments.delta","sequence_number":7,"item_id":"fc_04041325ab8ae30400698c51c5468c8197a395f18875a5339f","output_index":1,"delta":" Francisco","obfuscation":"WfxTBX"}`},
		{"ignored", `{"type":"response.web_search_call.searching","item_id":"w","output_index":0,"sequence_number":9}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			a := sent(b, `{`+hi+`,"stream":true}`).Answer
			dst, err := a.Event(nil, translate.Event{Data: []byte(`{"type":"response.created","response":{"id":"resp_02ce8deeb6197db200698c5196e9588197a572bbea62d38cd1","created_at":1770803606,"model":"gpt-5.1"}}`)})
			if err == nil {
				dst, err = a.Event(dst, translate.Event{Data: []byte(`{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","call_id":"c","name":"d"}}`)})
			}
			e := translate.Event{Data: []byte(c.data)}
			b.ReportAllocs()
			for b.Loop() {
				dst, err = a.Event(dst[:0], e)
			}
			if err != nil {
				b.Fatal(err)
			}
		})
	}
}
