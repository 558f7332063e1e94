package azure

import "testing"

func TestTheCharactersOfASpeechAreThoseOfItsText(t *testing.T) {
	for body, want := range map[string]int64{
		`{"model":"tts","input":"hello"}`:                 5,
		`{"input":"h\u00e9llo \ud83d\ude00","voice":"x"}`: 7,
		`{"input":"é😀"}`:                                  2,
		`{"input":["a"]}`:                                 0,
		`{"x":{"input":"a"}}`:                             0,
		`{}`:                                              0,
	} {
		var d Doc
		if err := d.Scan([]byte(body)); err != nil {
			t.Fatal(err)
		}
		if got := d.Characters(); got != want {
			t.Errorf("%s: %d, want %d", body, got, want)
		}
	}
}
