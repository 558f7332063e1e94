package translate_test

import (
	"testing"

	"github.com/azproc/azproc/translate"
)

func TestEventsAreWrittenAsTheyWereRead(t *testing.T) {
	for name, stream := range map[string]string{
		"with data alone":               "data: {\"a\":1}\n\n",
		"with a name":                   "event: response.created\ndata: {}\n\n",
		"with several lines of data":    "data: {\ndata: \"a\":1}\n\n",
		"with a last line that is void": "data: a\ndata: \n\n",
		"with void data":                "data: \n\n",
	} {
		t.Run(name, func(t *testing.T) {
			var s translate.Splitter
			var got []byte
			if err := s.Split([]byte(stream), func(e translate.Event) error {
				got = e.Append(got)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if string(got) != stream {
				t.Errorf("got %q\nwant %q", got, stream)
			}
		})
	}
}

func TestOneLineLeavesNoLineBreak(t *testing.T) {
	for in, want := range map[string]string{
		"{\"a\":\"x\\n y\"}":            "{\"a\":\"x\\n y\"}",
		"{\r\n  \"a\": [1,\n 2]\r\n}\n": "{  \"a\": [1, 2]}",
	} {
		if got := string(translate.OneLine([]byte(in))); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
