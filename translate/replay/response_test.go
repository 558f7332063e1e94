package replay_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate/replay"
)

const minimal = `"id":"resp_1","object":"response","output":[]`

func TestAStreamEndsAsTheResponseDid(t *testing.T) {
	for name, c := range map[string]struct{ whole, events string }{
		"a completed one":                  {`{"status":"completed",` + minimal + `}`, "created in_progress completed"},
		"one without a status":             {`{` + minimal + `}`, "created in_progress completed"},
		"one that was cut":                 {`{"status":"incomplete",` + minimal + `}`, "created in_progress incomplete"},
		"one that was cancelled":           {`{"status":"cancelled",` + minimal + `}`, "created in_progress incomplete"},
		"a failed one":                     {`{"status":"failed",` + minimal + `}`, "created in_progress failed"},
		"one that waits":                   {`{"status":"queued",` + minimal + `}`, "created queued"},
		"one that works in the background": {`{"status":"in_progress",` + minimal + `}`, "created in_progress"},
	} {
		t.Run(name, func(t *testing.T) {
			stream, err := replay.Response(nil, []byte(c.whole))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			events := data(t, stream)
			for _, d := range events {
				got = append(got, strings.TrimPrefix(gjson.Get(d, "type").Str, "response."))
			}
			if strings.Join(got, " ") != c.events {
				t.Errorf("events %v, want %s", got, c.events)
			}
			if last := gjson.Get(events[len(events)-1], "response").Raw; !strings.Contains(c.events, " in_progress") && last != c.whole {
				t.Errorf("the last event has %s", last)
			}
		})
	}
}

func TestAResponseThatBeginsHasNothingYet(t *testing.T) {
	stream, err := replay.Response(nil, wholes(t, "response")["testdata/response-incomplete"])
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range data(t, stream)[:2] {
		r := gjson.Get(d, "response")
		for member, want := range map[string]string{
			"status": `"in_progress"`, "output": "[]", "usage": "null", "incomplete_details": "null", "error": "null", "model": `"gpt-5-pro"`,
		} {
			if got := r.Get(member).Raw; got != want {
				t.Errorf("%s: %s is %s, want %s", gjson.Get(d, "type"), member, got, want)
			}
		}
	}
}

func TestAnItemWithoutAnIDHasAnEmptyOne(t *testing.T) {
	stream, err := replay.Response(nil, []byte(`{"output":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := gjson.Get(data(t, stream)[3], "item_id").Raw; got != `""` {
		t.Errorf("item_id is %s", got)
	}
}

func TestOnlyWhatTheAPIHasIsReplayed(t *testing.T) {
	for output, want := range map[string]string{
		`[1,{"type":"new","a":[ ]}]`: `output_item.added:1:{"type":"new","a":[ ]} output_item.done:1:{"type":"new","a":[ ]}`,
		`[{"type":"message","content":{"a":{"type":"output_text"}}}]`: `output_item.added:0:{"type":"message","content":[]} ` +
			`output_item.done:0:{"type":"message","content":{"a":{"type":"output_text"}}}`,
		`[{"type":"message","content":["a",{"type":"new","text":"b"}]}]`: `output_item.added:0:{"type":"message","content":[]} ` +
			`content_part.added:1:{"type":"new","text":"b"} content_part.done:1:{"type":"new","text":"b"} ` +
			`output_item.done:0:{"type":"message","content":["a",{"type":"new","text":"b"}]}`,
	} {
		stream, err := replay.Response(nil, []byte(`{"output":`+output+`}`))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		events := data(t, stream)
		for _, d := range events[2 : len(events)-1] {
			e := gjson.Parse(d)
			at, what := e.Get("output_index").Raw, e.Get("item").Raw
			if part := e.Get("part"); part.Exists() {
				at, what = e.Get("content_index").Raw, part.Raw
			}
			got = append(got, strings.TrimPrefix(e.Get("type").Str, "response.")+":"+at+":"+what)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, " "), want)
		}
	}
}

func TestWhatIsNoResponseIsAnError(t *testing.T) {
	for _, whole := range []string{"", "[]", "null", `{"output":`, `{"output":null}`, `{"error":{"message":"no"}}`, `{"status":"odd",` + minimal + `}`, `{"status":null,` + minimal + `}`} {
		if got, err := replay.Response([]byte("kept"), []byte(whole)); err == nil || string(got) != "kept" {
			t.Errorf("%q: %v, %q", whole, err, got)
		}
	}
}

func FuzzResponse(f *testing.F) {
	for _, whole := range wholes(f, "response") {
		f.Add(whole)
	}
	f.Add([]byte(`{"output":[1,{"type":"message","content":"x"},{"type":"reasoning","id":1,"summary":[2,{"type":"summary_text","text":3}]},{"type":"message","content":[{}]}]}`))
	f.Fuzz(func(t *testing.T, whole []byte) {
		stream, err := replay.Response(nil, whole)
		if err != nil {
			return
		}
		checkStream(t, whole, stream)
		for i, d := range data(t, stream) {
			if gjson.Get(d, "sequence_number").Int() != int64(i) {
				t.Errorf("event %d is %s", i, d)
			}
		}
	})
}

func BenchmarkResponse(b *testing.B) {
	whole := wholes(b, "response")["testdata/response-reasoning"]
	b.ReportAllocs()
	b.SetBytes(int64(len(whole)))
	var dst []byte
	for b.Loop() {
		dst, _ = replay.Response(dst[:0], whole)
	}
	b.ReportMetric(float64(len(data(b, dst))), "events/op")
}
