package azure

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"strings"
	"testing"
)

// uploadTo makes an Upload with the boundary B.
func uploadTo(t testing.TB, field func(name, value string) bool) *Upload {
	t.Helper()
	u, err := NewUpload("multipart/form-data; boundary=B", field)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// uploaded gives what comes of a form that is written in the pieces that cut
// makes. content is given what the file has, and its end.
func uploaded(u *Upload, body string, cut func(rest []byte) int, content func(b []byte, end bool, emit func([]byte) error) error) (string, error) {
	var out bytes.Buffer
	emit := func(b []byte) error {
		out.Write(b)
		return nil
	}
	for rest := []byte(body); len(rest) > 0; {
		n := cut(rest)
		piece := bytes.Clone(rest[:n])
		for _, b := range [][]byte{nil, piece} { // Envoy sends empty ones too
			if err := u.Write(b, func(kind Piece, b []byte) error {
				if kind == PieceForm {
					return emit(b)
				}
				return content(b, kind == PieceFileEnd, emit)
			}); err != nil {
				return out.String(), err
			}
		}
		if !bytes.Equal(piece, rest[:n]) {
			return out.String(), errors.New("the piece was written to")
		}
		clear(piece) // it is the caller's again
		rest = rest[n:]
	}
	if err := u.Close(); err != nil {
		return out.String(), err
	}
	return out.String(), nil
}

// asItCame passes a file on between brackets.
func asItCame() func([]byte, bool, func([]byte) error) error {
	open := false
	return func(b []byte, end bool, emit func([]byte) error) error {
		var mark string
		switch {
		case !open:
			mark, open = "[", true
		case !end:
			return emit(b)
		}
		if err := emit([]byte(mark)); err != nil {
			return err
		}
		if err := emit(b); err != nil || !end {
			return err
		}
		return emit([]byte("]"))
	}
}

// part is a part of a form with the boundary B.
func part(headers, content string) string { return "--B\r\n" + headers + "\r\n\r\n" + content + "\r\n" }

func fieldNamed(name, value string) string {
	return part(`Content-Disposition: form-data; name="`+name+`"`, value)
}

func fileNamed(name, content string) string {
	return part(`Content-Disposition: form-data; name="file"; filename="`+name+"\"\r\nContent-Type: application/octet-stream", content)
}

func TestAnUploadLeavesFieldsOutAndChangesNothingElseAtAnySplit(t *testing.T) {
	policy := func(name string) bool { return name != "model" && name != "custom_llm_provider" }
	purpose, file, end := fieldNamed("purpose", "batch"), fileNamed("a.jsonl", "DATA"), "--B--\r\n"
	marked := strings.Replace(file, "DATA", "[DATA]", 1)
	for _, tt := range []struct{ name, in, want, fields string }{
		{"fields before the file", purpose + fieldNamed("expires_after[anchor]", "created_at") + file + end, purpose + fieldNamed("expires_after[anchor]", "created_at") + marked + end, "purpose=batch expires_after[anchor]=created_at"},
		{"fields behind the file", file + purpose + fieldNamed("expires_after.seconds", "1209600") + end, marked + purpose + fieldNamed("expires_after.seconds", "1209600") + end, "purpose=batch expires_after.seconds=1209600"},
		{"the first field left out", fieldNamed("model", "m") + purpose + file + end, purpose + marked + end, "model=m purpose=batch"},
		{"the last field left out", file + purpose + fieldNamed("model", "m") + end, marked + purpose + end, "purpose=batch model=m"},
		{"fields left out around the file", purpose + fieldNamed("custom_llm_provider", "azure") + fieldNamed("model", "m") + file + fieldNamed("model", "n") + fieldNamed("target_model_names", "a, b") + end, purpose + marked + fieldNamed("target_model_names", "a, b") + end, "purpose=batch custom_llm_provider=azure model=m model=n target_model_names=a, b"},
		{"nothing kept", fieldNamed("model", "m") + fieldNamed("model", "n") + end, end, "model=m model=n"},
		{"a preamble and an epilogue", "hello\r\n" + fieldNamed("model", "m") + file + end + "bye\r\n--B\r\n", "hello\r\n" + marked + end + "bye\r\n--B\r\n", "model=m"},
		{
			"a value kept, with its length", part("Content-Disposition: form-data; name=purpose\r\nContent-Length: 5", "batch") + end,
			part("Content-Disposition: form-data; name=purpose\r\nContent-Length: 5", "batch") + end, "purpose=batch",
		},
		{
			"a file with its length", purpose + part("Content-Disposition: form-data; name=\"file\"; filename=a\r\nCONTENT-LENGTH: 4\r\nContent-Type: a/b", "DATA") + end,
			purpose + part("Content-Disposition: form-data; name=\"file\"; filename=a\r\nContent-Type: a/b", "[DATA]") + end, "purpose=batch",
		},
		{"an empty value and an empty file", fieldNamed("purpose", "") + fileNamed("a", "") + end, fieldNamed("purpose", "") + fileNamed("a", "[]") + end, "purpose="},
		{"blanks and line ends in a value", fieldNamed("purpose", " \r\nbatch\r\n--Bx\n ") + end, fieldNamed("purpose", " \r\nbatch\r\n--Bx\n ") + end, "purpose= \r\nbatch\r\n--Bx\n "},
		{"a file called model", part(`Content-Disposition: form-data; name="model"; filename="model"`, "DATA") + end, part(`Content-Disposition: form-data; name="model"; filename="model"`, "[DATA]") + end, ""},
		{"names of other alphabets", purpose + fileNamed("日本 é;\\\".jsonl", "DATA") + end, purpose + fileNamed("日本 é;\\\".jsonl", "[DATA]") + end, "purpose=batch"},
		{
			"what looks like a boundary in the file", fileNamed("a", "\r\n--B-\r\n--Bx\r\n\r\n--\n--B--\r\n\r--B--\r\n--b--\r\n") + purpose + end,
			fileNamed("a", "[\r\n--B-\r\n--Bx\r\n\r\n--\n--B--\r\n\r--B--\r\n--b--\r\n]") + purpose + end, "purpose=batch",
		},
	} {
		everyCut(tt.in, func(name string, cut func([]byte) int) {
			var fields []string
			u := uploadTo(t, func(name, value string) bool {
				fields = append(fields, name+"="+value)
				return policy(name)
			})
			got, err := uploaded(u, tt.in, cut, asItCame())
			if err != nil || got != tt.want || strings.Join(fields, " ") != tt.fields {
				t.Fatalf("%s, %s: error %v, fields %q\n%q, want\n%q", tt.name, name, err, fields, got, tt.want)
			}
		})
	}
}

func TestAFieldIsKnownBeforeAnythingBehindItIsEmitted(t *testing.T) {
	body := fieldNamed("purpose", "batch") + fileNamed("a", "DATA") + fieldNamed("model", "m") + "--B--"
	everyCut(body, func(name string, cut func([]byte) int) {
		var seen []string
		u := uploadTo(t, func(name, _ string) bool {
			seen = append(seen, name)
			return true
		})
		for rest := []byte(body); len(rest) > 0; {
			n := cut(rest)
			if err := u.Write(rest[:n], func(kind Piece, b []byte) error {
				switch {
				case kind == PieceFileEnd && len(b) == 0:
					seen = append(seen, "end")
				case kind == PieceFile && seen[len(seen)-1] != "file":
					seen = append(seen, "file")
				case bytes.Contains(b, []byte("--")) && !bytes.HasSuffix(b, []byte("--B")) && string(b) != "--":
					t.Fatalf("%s: emitted %q", name, b)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if got := strings.Join(seen, " "); got != "purpose file end model" {
			t.Fatalf("%s: %s", name, got)
		}
	})
}

func TestABatchFileIsRenamedWithinItsForm(t *testing.T) {
	for name, form := range map[string]string{
		"fields first": fieldNamed("purpose", "batch") + fieldNamed("custom_llm_provider", "azure") + fileNamed("mydata.jsonl", "%s") + "--B--\r\n",
		"file first":   fileNamed("mydata.jsonl", "%s") + fieldNamed("custom_llm_provider", "azure") + fieldNamed("purpose", "batch") + "--B--\r\n",
	} {
		body := fmt.Sprintf(form, bom+batchFile("batch-gpt-4o-mini"))
		want := fmt.Sprintf(strings.Replace(form, fieldNamed("custom_llm_provider", "azure"), "", 1), batchFile("d"))
		everyCut(body, func(cutName string, cut func([]byte) int) {
			u := uploadTo(t, func(name, _ string) bool { return name != "custom_llm_provider" })
			l := NewLines(renamed)
			got, err := uploaded(u, body, cut, func(b []byte, end bool, emit func([]byte) error) error {
				if end {
					return l.Close(emit)
				}
				return l.Write(b, emit)
			})
			if err != nil || got != want {
				t.Fatalf("%s, %s: error %v\n%q, want\n%q", name, cutName, err, got, want)
			}
		})
	}
}

// TestAnUploadIsReadByOthers has a form written and read by mime/multipart.
func TestAnUploadIsReadByOthers(t *testing.T) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	content := strings.Repeat("DATA\r\n--", 50_000)
	for _, name := range []string{"model", "purpose", "model"} {
		if err := w.WriteField(name, "v"); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("file", "a.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, content); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.WriteField("model", "v"), w.Close()); err != nil {
		t.Fatal(err)
	}
	u, bad := NewUpload(w.FormDataContentType(), func(name, _ string) bool { return name != "model" })
	if bad != nil {
		t.Fatal(bad)
	}
	got, err := uploaded(u, body.String(), inPiecesOf(1000), func(b []byte, _ bool, emit func([]byte) error) error { return emit(bytes.ToLower(b)) })
	if err != nil {
		t.Fatal(err)
	}
	form, err := multipart.NewReader(strings.NewReader(got), w.Boundary()).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(form.Value) != "map[purpose:[v]]" || len(form.File["file"]) != 1 || form.File["file"][0].Filename != "a.jsonl" {
		t.Fatalf("fields %v, files %v", form.Value, form.File)
	}
	file, err := form.File["file"][0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if read, err := io.ReadAll(file); err != nil || string(read) != strings.ToLower(content) {
		t.Errorf("error %v, %d bytes of %d", err, len(read), len(content))
	}
}

func TestUploadsThatCannotBeReadAreRefused(t *testing.T) {
	if _, err := NewUpload("application/json", nil); err == nil || err.Code != "invalid_content_type" {
		t.Errorf("error %v", err)
	}
	end := "--B--\r\n"
	for _, tt := range []struct{ name, body, say string }{
		{"cut short", fileNamed("a", "DATA"), "closing boundary is missing"},
		{"nothing", "\r\n", "closing boundary is missing"},
		{"a long field", fieldNamed("x", strings.Repeat("v", maxField+1)) + end, `field "x" is longer than 4096 bytes`},
		{"a field without end", fieldNamed("x", strings.Repeat("v", 2*maxField)), `field "x" is longer than 4096 bytes`},
		{"many fields", strings.Repeat(fieldNamed("x", "v"), maxFields+1) + end, "more than 64 fields"},
		{"two files", fileNamed("a", "DATA") + fieldNamed("x", "v") + fileNamed("b", "DATA") + end, "more than one file"},
		{"a part without a name", part("A: b", "v") + end, "a part without a name"},
		{"a part with a name that cannot be read", part("Content-Disposition: form-data; name=file; filename=a b", "v") + end, "a part without a name"},
		{"long headers", part("A: "+strings.Repeat("b", maxPartHeader), "v") + end, "more than 16384 bytes of headers"},
	} {
		for _, size := range []int{1 << 20, 100, 7} {
			u := uploadTo(t, func(string, string) bool { return true })
			_, err := uploaded(u, tt.body, inPiecesOf(size), asItCame())
			var e *Error
			if !errors.As(err, &e) || e.Status != 400 || !strings.Contains(e.Message, tt.say) {
				t.Errorf("%s, pieces of %d: error %v, want one that says %q", tt.name, size, err, tt.say)
			}
		}
	}
	body := strings.Repeat(fieldNamed("x", strings.Repeat("v", maxField)), maxFields) + fileNamed("a", "DATA") + end
	u := uploadTo(t, func(string, string) bool { return true })
	if got, err := uploaded(u, body, inPiecesOf(1000), asItCame()); err != nil || len(got) != len(body)+2 {
		t.Errorf("as many and as long fields as there may be: %v", err)
	}
}

func TestAnUploadEndsWithTheErrorOfWhatItEmitsTo(t *testing.T) {
	full := errors.New("full")
	body := []byte("hello\r\n" + fieldNamed("x", "v") + fileNamed("a", "DATA") + fieldNamed("y", "v") + "--B--")
	total := 0
	u := uploadTo(t, func(string, string) bool { return true })
	if err := u.Write(body, func(Piece, []byte) error { total++; return nil }); err != nil || total < 8 {
		t.Fatalf("%d emits, error %v", total, err)
	}
	for fail := 1; fail <= total; fail++ {
		n := 0
		u := uploadTo(t, func(string, string) bool { return true })
		err := u.Write(body, func(Piece, []byte) error {
			if n++; n == fail {
				return full
			}
			return nil
		})
		if !errors.Is(err, full) || n != fail {
			t.Errorf("at the %d. time: error %v after %d", fail, err, n)
		}
	}
}

func TestAnUploadAllocatesNothingForAPiece(t *testing.T) {
	u := uploadTo(t, func(string, string) bool { return true })
	l := NewLines(renamed)
	discard := func([]byte) error { return nil }
	emit := func(kind Piece, b []byte) error {
		if kind == PieceFile {
			return l.Write(b, discard)
		}
		return nil
	}
	if err := u.Write([]byte("--B\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n"), emit); err != nil {
		t.Fatal(err)
	}
	piece := []byte(strings.ReplaceAll(strings.Repeat(batchFile("a"), 100), "\n", "\r\n"))
	n := testing.AllocsPerRun(100, func() {
		for _, b := range [][]byte{piece[:1000], piece[1000:]} {
			if err := u.Write(b, emit); err != nil {
				t.Fatal(err)
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
	if len(u.pending) > len(u.boundary) || cap(u.pending) > 2*len(piece) {
		t.Errorf("%d bytes pending in a buffer of %d", len(u.pending), cap(u.pending))
	}
}

// FuzzUpload holds any cut against the whole, and reads what comes out again: with
// all fields kept or left out.
func FuzzUpload(f *testing.F) {
	for _, body := range []string{
		fieldNamed("purpose", "batch") + fieldNamed("model", "m") + fileNamed("a.jsonl", batchFile("a")) + fieldNamed("model", "m") + "--B--\r\n",
		fileNamed("a", "\r\n--Bx\r\n--B-\r\n") + fieldNamed("x", "\r\n") + "--B--",
		"hello\r\n" + part("content-length: 1\r\nContent-Disposition: form-data; name=x", "v") + "--B--bye",
		"--B--",
	} {
		f.Add([]byte(body), uint64(1))
	}
	f.Fuzz(func(t *testing.T, body []byte, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		keep := random.IntN(2) == 0
		made := func(cut func([]byte) int) (string, string, error) {
			fields := ""
			u := uploadTo(t, func(name, value string) bool {
				fields += fmt.Sprintf("%q=%q ", name, value)
				return keep
			})
			out, err := uploaded(u, string(body), cut, asItCame())
			return out, fields, err
		}
		whole, wholeFields, wholeErr := made(inPiecesOf(len(body)))
		cut, cutFields, cutErr := made(func(rest []byte) int { return min(len(rest), 1+random.IntN(9)) })
		if fmt.Sprint(wholeErr) != fmt.Sprint(cutErr) || wholeErr == nil && whole != cut || wholeFields != cutFields {
			t.Fatalf("%q, %s, %v; in pieces %q, %s, %v", whole, wholeFields, wholeErr, cut, cutFields, cutErr)
		}
		if wholeErr != nil {
			return
		}
		again := ""
		u := uploadTo(t, func(name, value string) bool {
			again += fmt.Sprintf("%q=%q ", name, value)
			return true
		})
		if out, err := uploaded(u, whole, inPiecesOf(5), func(b []byte, _ bool, emit func([]byte) error) error { return emit(b) }); err != nil || out != whole {
			t.Fatalf("%q, read again, became %q: %v", whole, out, err)
		}
		if !keep && again != "" || keep && again != wholeFields {
			t.Fatalf("%q became %q with the fields %q", body, whole, again)
		}
	})
}
