package azure

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// tagged writes an answer with IDWriter in pieces of a size; 0 is one piece.
func taggedIn(r *Resource, events bool, answer string, size int) string {
	w := NewIDWriter(r, events)
	var out []byte
	for b := []byte(answer); len(b) > 0; {
		n := len(b)
		if size > 0 {
			n = min(n, size)
		}
		out = w.Append(out, b[:n])
		b = b[n:]
	}
	return string(out)
}

// want replaces ⟨id⟩ by the id with its tag.
func want(r *Resource, text string) string {
	for {
		before, rest, found := strings.Cut(text, "⟨")
		if !found {
			return text
		}
		id, after, _ := strings.Cut(rest, "⟩")
		tag := r.Tagged(decodeString([]byte(`"` + id + `"`)))
		text = before + id + tag[len(tag)-tagSize:] + after
	}
}

func plain(text string) string { return strings.NewReplacer("⟨", "", "⟩", "").Replace(text) }

func TestIDsInAnAnswerAreTaggedAndNothingElseIsChanged(t *testing.T) {
	r := NewTags("s").Resource("a")
	for name, text := range map[string]string{
		"a response":                `{"id":"⟨resp_1⟩","object":"response","previous_response_id":"⟨resp_0⟩","output":[{"type":"reasoning","id":"⟨rs_1⟩","encrypted_content":"⟨gAAAAB+/\u003d=⟩","summary":[]},{"type":"message","id":"⟨msg_1⟩","content":[{"type":"output_text","text":"the id \"resp_1\" and {\"id\":\"resp_1\"}","annotations":[{"file_id":"⟨file-1⟩"}]}]},{"type":"function_call","id":"⟨fc_1⟩","call_id":"call_1","name":"f","arguments":"{\"id\":\"file-1\"}"}],"usage":{"total_tokens":1}}`,
		"a batch":                   "{\n  \"id\" : \"⟨batch_1-2⟩\",\n  \"input_file_id\": \"⟨file-a⟩\", \"output_file_id\": null, \"error_file_id\": \"\", \"endpoint\": \"/chat/completions\"\n}\n",
		"a list":                    `{"object":"list","data":[{"id":"⟨file-a⟩"},{"id":"⟨file-b⟩"}],"first_id":"⟨file-a⟩","last_id":"⟨file-b⟩","has_more":false}`,
		"ids in arrays":             `{"file_ids":["⟨file-a⟩","⟨file-b⟩"],"names":["file-a"],"result_files":["⟨file-c⟩"],"nested":{"vector_store_ids":[["file-no"],"⟨vs_1⟩"]},"tools":["file-a"]}`,
		"a job":                     `{"id":"⟨ftjob-1⟩","training_file":"⟨file-1⟩","model":"gpt-4o","organization_id":"org-1","fine_tuned_model":"gpt-4o.ft-1"}`,
		"texts that are no ids":     `{"id":"gpt-4o","name":"file-a","call_id":"call_1","id2":"resp_1","x_id":"a b","y_id":"resp_\u0041","z_id":"resp_é"}`,
		"values under no key":       `["file-a",{"id":"⟨file-b⟩"},"id","file-c"]`,
		"not JSON":                  `<html id="resp_1">`,
		"a value that is no string": `{"id":1,"file_id":null,"a_id":true,"b":"file-1","c_id":{"id":"⟨vs_1⟩"}}`,
		"a conversation":            `{"conversation":"⟨conv_1⟩","container":{"type":"auto"},"tools":[{"container":"⟨cntr_1⟩"}]}`,
		"empty":                     ``,
	} {
		for size := range 40 {
			if got := taggedIn(r, false, plain(text), size); got != want(r, text) {
				t.Errorf("%s in pieces of %d:\n%s\n%s", name, size, got, want(r, text))
				break
			}
		}
	}
}

const eventStream = "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"⟨resp_1⟩\"}}\n\n" +
	": a comment with \"id\":\"resp_1\" and a quote \"\n\n" +
	"event: \"id\ndata:{\"response_id\":\"⟨resp_1⟩\",\"item_id\":\"⟨msg_1⟩\",\"delta\":\"naïve \\\"id\\\": \\\"resp_1\\\" 🎈\"}\n\n" +
	"id: file-1\nretry: 10\ndata: {\"id\":\ndata: \"⟨file-2⟩\"}\n\n" +
	"data: {\"id\":\"resp_cut\n\n" + // an event that was cut short ends with its line
	"data: {\"id\":\"⟨resp_2⟩\"}\n\n" +
	"data: [DONE]\n\n"

func TestEventsAreFramedAtEverySplitWithEveryLineEnd(t *testing.T) {
	r := NewTags("s").Resource("a")
	for name, end := range map[string]string{"LF": "\n", "CRLF": "\r\n", "CR": "\r"} {
		text := strings.ReplaceAll(eventStream, "\n", end)
		for size := range 60 {
			if got := taggedIn(r, true, plain(text), size); got != want(r, text) {
				t.Errorf("%s in pieces of %d:\n%q\n%q", name, size, got, want(r, text))
				break
			}
		}
		for at := range plain(text) { // one cut, anywhere
			w := NewIDWriter(r, true)
			got := w.Append(w.Append(nil, []byte(plain(text)[:at])), []byte(plain(text)[at:]))
			if string(got) != want(r, text) {
				t.Fatalf("%s cut at %d: %q", name, at, got)
			}
		}
	}
}

func TestNothingIsHeldBack(t *testing.T) {
	w := NewIDWriter(NewTags("s").Resource("a"), true)
	for _, c := range []byte(plain(eventStream)) {
		if out := w.Append(nil, []byte{c}); len(out) == 0 || out[len(out)-1] != c {
			t.Fatalf("%q became %q", c, out)
		}
	}
}

func FuzzIDWriterGivesTheSameForAnySplit(f *testing.F) {
	r := NewTags("s").Resource("a")
	f.Add([]byte(plain(eventStream)), uint16(7), true)
	f.Add([]byte(`{"id":"resp_1","file_ids":["file-a"]}`), uint16(3), false)
	f.Fuzz(func(t *testing.T, answer []byte, at uint16, events bool) {
		whole := NewIDWriter(r, events).Append(nil, answer)
		cut := int(at) % (len(answer) + 1)
		w := NewIDWriter(r, events)
		if parts := w.Append(w.Append(nil, answer[:cut]), answer[cut:]); !bytes.Equal(parts, whole) {
			t.Errorf("cut at %d: %q and %q", cut, parts, whole)
		}
		if !events && json.Valid(answer) && !json.Valid(whole) {
			t.Errorf("%q is no JSON any more: %q", answer, whole)
		}
	})
}

func BenchmarkIDWriter(b *testing.B) {
	r := NewTags("s").Resource("a")
	event := []byte("event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":7,\"item_id\":\"msg_68a1f0c3d4e5f60718293a4b5c6d7e8f\",\"output_index\":0,\"content_index\":0,\"delta\":\" several words of an answer\"}\n\n")
	w := NewIDWriter(r, true)
	out := make([]byte, 0, 1024)
	b.SetBytes(int64(len(event)))
	b.ReportAllocs()
	for b.Loop() {
		out = w.Append(out[:0], event)
	}
}
