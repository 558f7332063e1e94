package azure

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// batchFile is the batch input file of LiteLLM's page on Azure for a model.
func batchFile(model string) string {
	var b strings.Builder
	for i, question := range []string{"When was Microsoft founded?", "When was the first XBOX released?", "What is Altair Basic?"} {
		fmt.Fprintf(&b, `{"custom_id":"task-%d","method":"POST","url":"/chat/completions","body":{"model":"%s","messages":[{"role":"system","content":"You are an AI assistant that helps people find information."},{"role":"user","content":"%s"}]}}`+"\n", i, model, question)
	}
	return b.String()
}

// renamed gives the deployment of one group that has several names.
func renamed(model string) (string, *Error) {
	switch model {
	case "batch-gpt-4o-mini", "a", "alias", "d", `a"é`:
		return "d", nil
	case "b":
		return "d2", nil
	}
	return "", invalid("model_not_found", "model", "There is no such model.")
}

// rewrite gives what comes of a file that is written in the pieces that cut makes.
func rewrite(l *Lines, file string, cut func(rest []byte) int) (string, error) {
	var out bytes.Buffer
	emit := func(b []byte) error {
		out.Write(b)
		return nil
	}
	for rest := []byte(file); len(rest) > 0; {
		n := cut(rest)
		piece := bytes.Clone(rest[:n])
		for _, b := range [][]byte{nil, piece} { // Envoy sends empty ones too
			if err := l.Write(b, emit); err != nil {
				return out.String(), err
			}
		}
		clear(piece) // it is the caller's again
		rest = rest[n:]
	}
	err := l.Close(emit)
	return out.String(), err
}

func TestLinesChangeNothingButTheModelAtAnySplit(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"the file of the documentation", batchFile("batch-gpt-4o-mini"), batchFile("d")},
		{"the same for the v1 surface", strings.ReplaceAll(batchFile("a"), `"/chat`, `"/v1/chat`), strings.ReplaceAll(batchFile("d"), `"/chat`, `"/v1/chat`)},
		{"names that are right already", batchFile("d"), batchFile("d")},
		{"windows line ends", "{\"body\":{\"model\":\"a\"}}\r\n{\"body\":{\"model\":\"a\"}}\r\n", "{\"body\":{\"model\":\"d\"}}\r\n{\"body\":{\"model\":\"d\"}}\r\n"},
		{"no last line end", "{\"body\":{\"model\":\"a\"}}\n{\"body\":{\"model\":\"a\"}}", "{\"body\":{\"model\":\"d\"}}\n{\"body\":{\"model\":\"d\"}}"},
		{"a carriage return at the end", "{\"body\":{\"model\":\"a\"}}\r", "{\"body\":{\"model\":\"d\"}}\r"},
		{"empty lines", "\n \t\r\n{\"body\":{\"model\":\"a\"}}\n\n\r\n{\"body\":{\"model\":\"a\"}}\n\n  ", "\n \t\r\n{\"body\":{\"model\":\"d\"}}\n\n\r\n{\"body\":{\"model\":\"d\"}}\n\n  "},
		{"a byte order mark", bom + `{"body":{"model":"a"}}`, `{"body":{"model":"d"}}`},
		{"a byte order mark and an empty line", bom + "\n{\"body\":{\"model\":\"a\"}}", "\n{\"body\":{\"model\":\"d\"}}"},
		{"any order, numbers and blanks", ` {"x" :1E400,"body" : { "n":-0.0, "model" :	"a" , "m":[ ] } ,"y":{ }} ` + "\n", ` {"x" :1E400,"body" : { "n":-0.0, "model" :	"d" , "m":[ ] } ,"y":{ }} ` + "\n"},
		{"models that are none", `{"model":"a","b":{"model":"a","body":{"model":"a"}},"body":{"body":{"model":"a"},"x":[{"model":"a"}],"model":"a","Model":"a"},"s":"{\"body\":{\"model\":\"a\"}}"}`, `{"model":"a","b":{"model":"a","body":{"model":"a"}},"body":{"body":{"model":"a"},"x":[{"model":"a"}],"model":"d","Model":"a"},"s":"{\"body\":{\"model\":\"a\"}}"}`},
		{"escapes", `{"b\u006Fdy":{"\u006dodel":"\u0061"}}`, `{"b\u006Fdy":{"\u006dodel":"d"}}`},
		{"a right name with escapes", `{"body":{"model":"\u0064"}}`, `{"body":{"model":"\u0064"}}`},
		{"a name with escapes and more than ASCII", "{\"body\":{\"model\":\"a\\\"é\"}}\n{\"body\":{\"model\":\"a\\u0022\\u00e9\",\"x\":\"日本\U0001f600\"}}", "{\"body\":{\"model\":\"d\"}}\n{\"body\":{\"model\":\"d\",\"x\":\"日本\U0001f600\"}}"},
		{"several names of one deployment", "{\"body\":{\"model\":\"a\"}}\n{\"body\":{\"model\":\"alias\"}}\n{\"body\":{\"model\":\"d\"}}\n{\"body\":{\"model\":\"a\"}}\n", "{\"body\":{\"model\":\"d\"}}\n{\"body\":{\"model\":\"d\"}}\n{\"body\":{\"model\":\"d\"}}\n{\"body\":{\"model\":\"d\"}}\n"},
		{"the same key twice elsewhere", `{"x":1,"x":2,"body":{"y":1,"y":2,"model":"a","body":1}}`, `{"x":1,"x":2,"body":{"y":1,"y":2,"model":"d","body":1}}`},
	} {
		everyCut(tt.in, func(name string, cut func([]byte) int) {
			if got, err := rewrite(NewLines(renamed), tt.in, cut); err != nil || got != tt.want {
				t.Fatalf("%s, %s: error %v\n%q, want\n%q", tt.name, name, err, got, tt.want)
			}
		})
	}
}

func TestLinesWriteNamesThatNeedQuotes(t *testing.T) {
	l := NewLines(func(string) (string, *Error) { return "d\"\n\\é", nil })
	got, err := rewrite(l, `{"body":{"model":"a"}}`, inPiecesOf(100))
	if want := `{"body":{"model":"d\"\n\\é"}}`; err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
}

func TestALineThatIsNoRequestIsNamedByItsNumber(t *testing.T) {
	const good = `{"body":{"model":"a"}}` + "\n"
	for _, tt := range []struct{ name, in, code, say string }{
		{"no JSON", good + good + `{"body":}`, "invalid_json_line", "Line 3 of the batch input file: It is not valid JSON, at byte 8."},
		{"cut short", good + `{"body":{"model":"a"`, "invalid_json_line", "Line 2 of the batch input file: It is not valid JSON, at byte 20."},
		{"on two lines", good + "{\"body\":\n{\"model\":\"a\"}}", "invalid_json_line", "Line 2 of the batch input file: It is not valid JSON, at byte 9."},
		{"two on one line", good + `{"body":{"model":"a"}} {"body":{"model":"a"}}`, "invalid_json_line", "Line 2 of the batch input file: It is not valid JSON, at byte 23."},
		{"line ends of old", "{\"body\":{\"model\":\"a\"}}\r{\"body\":{\"model\":\"a\"}}", "invalid_json_line", "Line 1 of the batch input file: It is not valid JSON, at byte 23."},
		{"bad behind its model", good + `{"body":{"model":"a"},"x":01}`, "invalid_json_line", "Line 2 of the batch input file: It is not valid JSON, at byte 27."},
		{"too deep", good + `{"x":` + strings.Repeat("[", 600) + "\n", "invalid_json_line", "Line 2 of the batch input file: It is nested deeper than 512 levels, at byte 517."},
		{"not UTF-8", good + "{\"body\":{\"model\":\"a\",\"x\":\"é\xff\"}}\n", "invalid_json_line", "Line 2 of the batch input file: It is not UTF-8, at byte 28."},
		{"UTF-16", "\xff\xfe{\x00}\x00\n\x00", "invalid_json_line", "Line 1 of the batch input file: It is not UTF-8, at byte 0."},
		{"half a byte order mark", "\xef\xbb", "invalid_json_line", "Line 1 of the batch input file: It is not UTF-8, at byte 0."},
		{"a byte order mark inside", good + bom + good, "invalid_json_line", "Line 2 of the batch input file: It begins with a byte order mark, at byte 0."},
		{"an array", good + "\n" + `[{"body":{"model":"a"}}]`, "invalid_json_line", "Line 3 of the batch input file: It is not a JSON object."},
		{"an empty object", "{ }\n" + good, "invalid_value", "Line 1 of the batch input file: It names no model: body.model must be a string."},
		{"no body", good + `{"model":"a"}`, "invalid_value", "Line 2 of the batch input file: It names no model: body.model must be a string."},
		{"a body that is text", good + `{"body":"{\"model\":\"a\"}"}`, "invalid_value", "Line 2 of the batch input file: It names no model: body.model must be a string."},
		{"no model", good + `{"body":{}}`, "invalid_value", "Line 2 of the batch input file: It names no model: body.model must be a string."},
		{"null for a model", good + `{"body":{"model":null}}`, "invalid_value", "Line 2 of the batch input file: It names no model: body.model must be a string."},
		{"the model twice", good + `{"body":{"model":"a","\u006dodel":"a"}}`, "duplicate_parameter", `Line 2 of the batch input file: It has the key "model" twice, the second time at byte 21.`},
		{"the body twice", good + `{"body":{"model":"a"},"body":1}`, "duplicate_parameter", `Line 2 of the batch input file: It has the key "body" twice, the second time at byte 22.`},
		{"a long model", good + `{"body":{"model":"` + strings.Repeat("m", maxModel) + `"}}`, "invalid_value", "Line 2 of the batch input file: body.model is longer than 512 bytes."},
		{"an unknown model", good + `{"body":{"model":"c"}}`, "model_not_found", "Line 2 of the batch input file: There is no such model."},
		{"an unknown model at once", "\n" + `{"body":{"model":"c"}}`, "model_not_found", "Line 2 of the batch input file: There is no such model."},
		{"another deployment", good + good + `{"body":{"model":"b"}}`, "model_mismatch", `Line 3 of the batch input file: Its model is "b" and that of the first line "a": a batch has one.`},
		{"behind a byte order mark and empty lines", bom + "\n\n" + `{"body":{}}`, "invalid_value", "Line 3 of the batch input file: It names no model: body.model must be a string."},
		{"nothing", "", "empty_file", "The batch input file has no requests."},
		{"no requests", bom + "\n \r\n  ", "empty_file", "The batch input file has no requests."},
	} {
		everyCut(tt.in, func(name string, cut func([]byte) int) {
			_, err := rewrite(NewLines(renamed), tt.in, cut)
			var e *Error
			if !errors.As(err, &e) || e.Status != 400 || e.Code != tt.code || e.Message != tt.say {
				t.Fatalf("%s, %s: error %v, want %s, %s", tt.name, name, err, tt.code, tt.say)
			}
		})
	}
}

func TestNothingOfAFileIsEmittedBeforeItsFirstModelHasAName(t *testing.T) {
	file := bom + "\r\n\n" + batchFile("a")
	everyCut(file, func(name string, cut func([]byte) int) {
		emitted, asked := 0, 0
		var l *Lines
		l = NewLines(func(model string) (string, *Error) {
			asked++
			if _, known := l.First(); emitted > 0 || known || model != "a" {
				t.Fatalf("%s: %d bytes are out, the first model is known: %v, asked for %q", name, emitted, known, model)
			}
			return "d", nil
		})
		emit := func(b []byte) error {
			emitted += len(b)
			if model, known := l.First(); !known || model != "a" {
				t.Fatalf("%s: first model %q, known: %v", name, model, known)
			}
			return nil
		}
		for rest := []byte(file); len(rest) > 0; {
			n := cut(rest)
			if err := l.Write(rest[:n], emit); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := l.Close(emit); err != nil || asked != 1 || emitted != len(file)-len(bom) {
			t.Fatalf("%s: error %v, asked %d times, %d bytes are out", name, err, asked, emitted)
		}
	})
}

func TestAFileForNoBatchPassesAsItCame(t *testing.T) {
	for _, file := range []string{
		bom + "\n{\"messages\":[]}\r\n{\"messages\":[]}\n",
		"{\"messages\":[]}",
		"\x00\xff\r\n\n\xfe",
		batchFile("unknown"),
		"\n\n",
		"",
	} {
		everyCut(file, func(name string, cut func([]byte) int) {
			var out bytes.Buffer
			emit := func(b []byte) error {
				out.Write(b)
				return nil
			}
			l, passed := NewLines(renamed), false
			pass := func(err error) {
				if err == nil {
					return
				}
				if err := l.Pass(emit); err != nil || passed {
					t.Fatalf("%s: error %v, passed before: %v", name, err, passed)
				}
				passed = true
				if l.held != nil {
					t.Fatalf("%s: %d bytes are kept", name, len(l.held))
				}
			}
			for rest := []byte(file); len(rest) > 0; {
				n := cut(rest)
				pass(l.Write(rest[:n], emit))
				rest = rest[n:]
			}
			pass(l.Close(emit))
			if _, known := l.First(); known || out.String() != file {
				t.Fatalf("%s: %q became %q", name, file, out.String())
			}
		})
	}
}

func TestALineMayBeAsLongAsItsBound(t *testing.T) {
	const limit = 60
	line := func(size int) string {
		const head, tail = `{"body":{"model":"a","x":"`, `"}}`
		return head + strings.Repeat("x", size-len(head)-len(tail)) + tail
	}
	limited := func() *Lines {
		l := NewLines(renamed)
		if l.limit != 16<<20 {
			t.Fatalf("the limit is %d", l.limit)
		}
		l.limit = limit
		return l
	}
	for _, before := range []string{"", "\n", "{\"body\":{\"model\":\"a\"}}\n"} {
		say := fmt.Sprintf("Line %d of the batch input file: It is longer than %d bytes.", 1+strings.Count(before, "\n"), limit)
		for _, after := range []string{"", "\n", "\n{\"body\":{\"model\":\"a\"}}"} {
			file := before + line(limit) + after
			want := strings.ReplaceAll(file, `"a"`, `"d"`)
			long := before + line(limit+1) + after
			everyCut(long, func(name string, cut func([]byte) int) {
				if got, err := rewrite(limited(), file, cut); err != nil || got != want {
					t.Fatalf("%s: error %v\n%q, want\n%q", name, err, got, want)
				}
				if _, err := rewrite(limited(), long, cut); err == nil || !strings.Contains(err.Error(), say) {
					t.Fatalf("%q, %s: error %v, want %s", long, name, err, say)
				}
			})
		}
		l := limited()
		err := l.Write([]byte(before), func([]byte) error { return nil })
		n := 0
		for ; err == nil && n < 10*limit; n++ {
			err = l.Write([]byte("x"), func([]byte) error { return nil })
		}
		if n != limit+1 || !strings.Contains(err.Error(), say) {
			t.Errorf("a line without end behind %q: error %v after %d bytes", before, err, n)
		}
	}
	if _, err := rewrite(limited(), strings.Repeat("\n", limit+5), inPiecesOf(1)); err == nil || !strings.Contains(err.Error(), "no request in its first 60 bytes") {
		t.Errorf("empty lines without end: error %v", err)
	}
}

func TestLinesHoldNoMoreThanOneLine(t *testing.T) {
	l := NewLines(renamed)
	piece := []byte(strings.Repeat(batchFile("a"), 100))
	for i := range 200 {
		n := i * len(piece) / 200
		for _, part := range [][]byte{piece[:n], piece[n:]} {
			if err := l.Write(part, func([]byte) error { return nil }); err != nil {
				t.Fatal(err)
			}
			if len(l.held) > 300 || cap(l.held) > 1000 {
				t.Fatalf("%d bytes are held, in a buffer of %d", len(l.held), cap(l.held))
			}
		}
	}
}

func TestLinesAllocateNothingForALine(t *testing.T) {
	l := NewLines(renamed)
	piece := []byte(strings.Repeat(batchFile("a"), 100))
	emit := func([]byte) error { return nil }
	n := testing.AllocsPerRun(100, func() {
		for _, part := range [][]byte{piece[:1000], piece[1000:]} {
			if err := l.Write(part, emit); err != nil {
				t.Fatal(err)
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations for 300 lines", n)
	}
}

func TestLinesEndWithTheErrorOfWhatTheyEmitTo(t *testing.T) {
	full := errors.New("full")
	for fail := 1; fail <= 7; fail++ {
		n := 0
		emit := func([]byte) error {
			if n++; n == fail {
				return full
			}
			return nil
		}
		l := NewLines(renamed)
		if err := l.Write([]byte(batchFile("a")), emit); !errors.Is(err, full) || n != fail {
			t.Errorf("at the %d. time: error %v after %d", fail, err, n)
		}
	}
}

// FuzzLines holds any cut against the whole, and what comes out against
// encoding/json: the same lines with another model.
func FuzzLines(f *testing.F) {
	for _, s := range []string{
		batchFile("a"), bom + batchFile("d"), "\r\n\n" + batchFile("alias") + "{}", `{"body":{"model":"a","model":"b"}}`,
		`{"b\u006fdy":{"\u006dodel":"a"},"x":[1e5,{"model":null}]}` + "\r\n" + `{"body":{"model":"b"}}`, "{\"body\":{\"model\":\"a\xff\"}}", "",
	} {
		f.Add([]byte(s), uint64(1))
	}
	f.Fuzz(func(t *testing.T, file []byte, seed uint64) {
		whole, wholeErr := rewrite(NewLines(renamed), string(file), inPiecesOf(len(file)))
		random := rand.New(rand.NewPCG(seed, 0))
		cut, cutErr := rewrite(NewLines(renamed), string(file), func(rest []byte) int { return min(len(rest), 1+random.IntN(20)) })
		if fmt.Sprint(wholeErr) != fmt.Sprint(cutErr) || wholeErr == nil && whole != cut {
			t.Fatalf("whole: %v, %q; in pieces: %v, %q", wholeErr, whole, cutErr, cut)
		}
		if wholeErr != nil {
			return
		}
		same := NewLines(func(model string) (string, *Error) { return model, nil })
		in := strings.TrimPrefix(string(file), bom)
		if out, err := rewrite(same, string(file), inPiecesOf(len(file))); err == nil && out != in {
			t.Fatalf("%q became %q", in, out)
		}
		before, after := strings.Split(in, "\n"), strings.Split(whole, "\n")
		if len(before) != len(after) || !utf8.ValidString(whole) {
			t.Fatalf("%q became %q", file, whole)
		}
		for i := range before {
			if strings.TrimSpace(before[i]) != "" {
				sameButModel(t, before[i], after[i])
			}
		}
	})
}

// sameButModel compares two requests by encoding/json.
func sameButModel(t *testing.T, before, after string) {
	var in, out map[string]json.RawMessage
	var inBody, outBody map[string]json.RawMessage
	for _, err := range []error{
		json.Unmarshal([]byte(before), &in), json.Unmarshal([]byte(after), &out),
		json.Unmarshal(in["body"], &inBody), json.Unmarshal(out["body"], &outBody),
	} {
		if err != nil {
			t.Fatalf("%q became %q: %v", before, after, err)
		}
	}
	var model, name string
	if err := errors.Join(json.Unmarshal(inBody["model"], &model), json.Unmarshal(outBody["model"], &name)); err != nil {
		t.Fatalf("%q became %q: %v", before, after, err)
	}
	if want, err := renamed(model); err != nil || name != want {
		t.Fatalf("%q became %q", before, after)
	}
	delete(in, "body")
	delete(out, "body")
	delete(inBody, "model")
	delete(outBody, "model")
	if fmt.Sprint(in) != fmt.Sprint(out) || fmt.Sprint(inBody) != fmt.Sprint(outBody) {
		t.Fatalf("%q became %q", before, after)
	}
}
