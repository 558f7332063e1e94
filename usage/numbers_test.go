package usage

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

// read gives the numbers of a text as lines.
func read(text string) (all []string) {
	numbers(text, func(path []byte, number string) { all = append(all, string(path)+" "+number) })
	return all
}

func TestNumbersAreToldWithTheirPaths(t *testing.T) {
	for text, want := range map[string][]string{
		`{"a":1,"b":{"c":2,"d":{"e":-3.5e2}},"f":4}`:       {"a 1", "b.c 2", "b.d.e -3.5e2", "f 4"},
		` {"a" : 1 , "b" : null, "c":true,"d":"7","e":8} `: nil,
		`{"a" : 1 , "b" : null, "c":true,"d":"7","e":8} x`: {"a 1", "e 8"},
		`{"a":[1,{"b":2}],"c":3}`:                          {"c 3"},
		`{"a\"b":"}","c":3}{"d":4}`:                        {"c 3"},
		`{"a":{},"b":1}`:                                   {"b 1"},
		`[1]`:                                              nil,
		`7`:                                                nil,
		``:                                                 nil,
	} {
		if diff := cmp.Diff(want, read(text)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestOfATextThatIsCutNothingIsToldThatMayBeOtherwise(t *testing.T) {
	const text = `{"a":123,"b":{"c":45},"d":"x\\","e":67}`
	whole := read(text)
	for i := range text {
		cut := read(text[:i])
		if len(cut) > len(whole) || !cmp.Equal(cut, whole[:len(cut)], cmp.Transformer("none", func(s []string) string { return strings.Join(s, "\n") })) {
			t.Errorf("%s: %q", text[:i], cut)
		}
	}
}

// walk is the same by another reader.
func walk(path string, v gjson.Result, depth int, all *[]string) (fair bool) {
	fair = true
	v.ForEach(func(k, v gjson.Result) bool {
		name := path + strings.Trim(k.Raw, `"`)
		switch {
		case v.IsObject() && depth < deepest:
			fair = fair && walk(name+".", v, depth+1, all)
		case v.IsObject():
			fair = false
		case v.Type == gjson.Number:
			*all = append(*all, fmt.Sprintf("%s %s", name, v.Raw))
		}
		return true
	})
	return fair
}

func FuzzNumbers(f *testing.F) {
	f.Add(`{"a":1,"b":{"c":2,"d":{"e":-3.5e2}},"f":[4,{"g":5}]}`)
	f.Add(`{"a":1`)
	f.Fuzz(func(t *testing.T, text string) {
		got := read(text)
		if !gjson.Valid(text) || !strings.HasPrefix(text, "{") {
			return
		}
		var want []string
		if fair := walk("", gjson.Parse(text), 1, &want); fair && !cmp.Equal(want, got) {
			t.Errorf("%s: %q, not %q", text, got, want)
		}
	})
}
