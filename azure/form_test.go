package azure

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// forms are bodies with the boundary B and the model that is in them; "" is
// none.
var forms = []struct{ name, body, model string }{
	{"model first", "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nDATA\r\n--B--\r\n", "whisper"},
	{"model behind the file", "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"model\"\r\n\r\n\r\n--A\r\n--\r\n--Bx\r\n\r\n--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n--B--\r\n", "whisper"},
	{"preamble, other header names and cases", "hello\r\n--B  \r\nX-A: b\r\ncontent-disposition: Form-Data; name=model\r\n\r\n m \r\n--B--", "m"},
	{"a file called model is not the model", "--B\r\nContent-Disposition: form-data; name=\"model\"; filename=\"x\"\r\n\r\nno\r\n--B--\r\n", ""},
	{"what looks like a boundary before and in the model", "--Bx\r\n--B\r\nContent-Disposition: form-data; name=model\r\n\r\na\r\n--Bx\r\n--B--\r\n", "a\r\n--Bx"},
	{"a part without headers", "--B\r\n\r\nno\r\n--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\r\n--B--\r\n", ""},
	{"no parts", "--B--\r\n", ""},
}

func TestFormFindsItsModelAtAnySplit(t *testing.T) {
	for _, tt := range forms {
		t.Run(tt.name, func(t *testing.T) {
			for size := 1; size <= len(tt.body); size++ {
				f, err := NewForm(`multipart/form-data; boundary="B"`)
				if err != nil {
					t.Fatal(err)
				}
				for rest := tt.body; rest != ""; rest = rest[min(size, len(rest)):] {
					if err := f.Write([]byte(rest[:min(size, len(rest))])); err != nil {
						t.Fatal(err)
					}
				}
				model, start, end, found := f.Model()
				if model != tt.model {
					t.Fatalf("pieces of %d: model %q, want %q", size, model, tt.model)
				}
				if found && (strings.TrimSpace(tt.body[start:end]) != tt.model || !strings.HasPrefix(tt.body[end:], "\r\n--B")) {
					t.Fatalf("pieces of %d: it stands at %q", size, tt.body[start:end])
				}
				if _, at := f.NewPart("x", "y"); !strings.HasPrefix(tt.body[at:], "--B\r\n") && !strings.HasPrefix(tt.body[at:], "--B  \r\n") && !strings.HasPrefix(tt.body[at:], "--B--") {
					t.Fatalf("pieces of %d: a new part would stand before %q", size, tt.body[at:])
				}
				if !f.Done() {
					t.Fatalf("pieces of %d: not done", size)
				}
			}
		})
	}
}

func TestFormsThatCannotBeReadAreRefused(t *testing.T) {
	for _, contentType := range []string{"", "application/json", "multipart/form-data", "multipart/mixed; boundary=B", "multipart/form-data; boundary="} {
		if _, err := NewForm(contentType); err == nil || err.Status != 400 {
			t.Errorf("%q: error %v", contentType, err)
		}
	}
	head := "--B\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n"
	for name, body := range map[string]string{
		"a model that never ends":  head + strings.Repeat("m", 2*maxModel),
		"a model that is too long": head + strings.Repeat("m", maxModel+1) + "\r\n--B--",
		"headers that never end":   "--B\r\nX: " + strings.Repeat("h", 2*maxPartHeader),
	} {
		t.Run(name, func(t *testing.T) {
			f, _ := NewForm("multipart/form-data; boundary=B")
			if err := f.Write([]byte(body)); err == nil || err.Status != 400 {
				t.Errorf("error %v", err)
			}
		})
	}
	f, _ := NewForm("multipart/form-data; boundary=B")
	if err := f.Write([]byte("--B\r\n")); err != nil || f.Close() == nil {
		t.Errorf("a form that is cut short: write %v, close %v", err, f.Close())
	}
}

func TestFormKeepsNothingOfAFile(t *testing.T) {
	f, _ := NewForm("multipart/form-data; boundary=B")
	if err := f.Write([]byte("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	piece := bytes.Repeat([]byte("\r\n-"), 5000)
	for range 1000 {
		if err := f.Write(piece); err != nil {
			t.Fatal(err)
		}
		if len(f.pending) > len(f.boundary) || cap(f.pending) > 4*len(piece) {
			t.Fatalf("%d bytes pending in a buffer of %d", len(f.pending), cap(f.pending))
		}
	}
}

func TestNewPartMakesAFormWithAModel(t *testing.T) {
	body := "--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\np\r\n--B--\r\n"
	f, _ := NewForm("multipart/form-data; boundary=B")
	if err := f.Write([]byte(body)); err != nil {
		t.Fatal(err)
	}
	part, at := f.NewPart("model", "dep")
	whole := body[:at] + part + body[at:]
	g, _ := NewForm("multipart/form-data; boundary=B")
	if err := g.Write([]byte(whole)); err != nil {
		t.Fatal(err)
	}
	if model, _, _, _ := g.Model(); model != "dep" || !strings.HasSuffix(whole, body) {
		t.Errorf("model %q in %q", model, whole)
	}
}

func FuzzForm(f *testing.F) {
	for _, tt := range forms {
		f.Add([]byte(tt.body), uint64(1))
	}
	f.Fuzz(func(t *testing.T, body []byte, seed uint64) {
		whole, _ := NewForm("multipart/form-data; boundary=B")
		wholeErr := whole.Write(body)
		cut, _ := NewForm("multipart/form-data; boundary=B")
		random := rand.New(rand.NewPCG(seed, 0))
		var cutErr *Error
		for rest := body; len(rest) > 0 && cutErr == nil; {
			n := min(len(rest), 1+random.IntN(9))
			cutErr = cut.Write(rest[:n])
			rest = rest[n:]
		}
		if (wholeErr == nil) != (cutErr == nil) {
			t.Fatalf("whole: %v, in pieces: %v", wholeErr, cutErr)
		}
		m1, s1, e1, _ := whole.Model()
		m2, s2, e2, _ := cut.Model()
		if wholeErr == nil && cutErr == nil && (m1 != m2 || s1 != s2 || e1 != e2) {
			t.Fatalf("whole: %q %d-%d, in pieces: %q %d-%d", m1, s1, e1, m2, s2, e2)
		}
	})
}

func BenchmarkFormWrite(b *testing.B) {
	piece := bytes.Repeat([]byte("audio data "), 6000)
	b.SetBytes(int64(len(piece)))
	b.ReportAllocs()
	f, _ := NewForm("multipart/form-data; boundary=B")
	_ = f.Write([]byte("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"))
	for b.Loop() {
		if err := f.Write(piece); err != nil {
			b.Fatal(err)
		}
	}
}
