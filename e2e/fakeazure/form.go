package fakeazure

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

// form is a multipart body, read part by part: files are hashed, and kept only
// where the operation keeps them.
type form struct {
	parts  []FormPart
	kept   []*blob // of each part; nil where nothing is kept
	raw    []byte  // the whole body when it is not larger than keptBody
	length int64
	hash   string // of the whole body, hex
	torn   bool   // the body ended before its time
}

// keptField is the longest value of a part that is not a file.
const keptField = 1 << 20

// bodyMeter sees every byte of a body.
type bodyMeter struct {
	hash   hash.Hash
	kept   bytes.Buffer
	length int64
}

func (m *bodyMeter) Write(p []byte) (int, error) {
	m.hash.Write(p)
	m.length += int64(len(p))
	if m.length <= keptBody {
		m.kept.Write(p)
	}
	return len(p), nil
}

// tornReader notes that its source ends before its time: net/http's body says so
// once only.
type tornReader struct {
	from io.Reader
	torn bool
}

func (r *tornReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.torn = r.torn || (err != nil && err != io.EOF)
	return n, err
}

// readForm reads the whole body. The form is never nil; it has what came before
// a mistake. Files are kept, up to most bytes of each, where keep says so.
func readForm(r *http.Request, keep bool, most int64) (*form, *failure) {
	meter := &bodyMeter{hash: sha256.New()}
	source := &tornReader{from: r.Body}
	body := io.TeeReader(source, meter)
	f := &form{}
	wrong := f.readParts(r.Header.Get("Content-Type"), body, keep, most)
	_, _ = io.Copy(io.Discard, body) // the epilogue, or all that follows a mistake
	f.torn = source.torn
	f.length, f.hash = meter.length, hex.EncodeToString(meter.hash.Sum(nil))
	if f.length <= keptBody {
		f.raw = meter.kept.Bytes()
	}
	return f, wrong
}

func (f *form) readParts(contentType string, body io.Reader, keep bool, most int64) *failure {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" || parameters["boundary"] == "" {
		return invalid("", "", "Could not parse multipart form: content-type is not multipart/form-data with a boundary.")
	}
	reader := multipart.NewReader(body, parameters["boundary"])
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return invalid("", "", "Could not parse multipart form: %s.", err)
		}
		p := FormPart{Name: part.FormName(), Filename: part.FileName(), ContentType: part.Header.Get("Content-Type")}
		sum := sha256.New()
		var value bytes.Buffer
		into := io.Writer(sum)
		var kept *blob
		switch {
		case p.Filename == "":
			into = io.MultiWriter(sum, &limitedBuffer{to: &value, left: keptField})
		case keep:
			kept = newBlob(most)
			into = kept // it has a hash of its own
		}
		p.Size, err = io.Copy(into, part)
		p.Value, p.SHA256 = value.String(), hex.EncodeToString(sum.Sum(nil))
		if kept != nil {
			p.SHA256 = kept.hash()
		}
		f.parts, f.kept = append(f.parts, p), append(f.kept, kept)
		if err != nil {
			return invalid("", "", "Could not parse multipart form: %s.", err)
		}
	}
}

// limitedBuffer keeps the first bytes and takes the rest.
type limitedBuffer struct {
	to   *bytes.Buffer
	left int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.to.Write(p[:n])
	b.left -= n
	return len(p), nil
}

// value is that of the first part with the name, "" when there is none.
func (f *form) value(name string) string {
	for _, p := range f.parts {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// values are those of all parts with the name, with or without [].
func (f *form) values(name string) []string {
	var found []string
	for _, p := range f.parts {
		if strings.TrimSuffix(p.Name, "[]") == name {
			found = append(found, p.Value)
		}
	}
	return found
}

// files are the parts with the name, with or without []; a part without a
// filename is refused, as by Azure.
func (f *form) files(name string) ([]FormPart, *failure) {
	var found []FormPart
	for _, p := range f.parts {
		if strings.TrimSuffix(p.Name, "[]") != name {
			continue
		}
		if p.Filename == "" {
			return nil, invalid(name, "", "The '%s' part has to be a file: it has no filename.", name)
		}
		found = append(found, p)
	}
	if len(found) == 0 {
		return nil, missing(name)
	}
	return found, nil
}

// file is the first part with the name, and what is kept of it; a part without
// a filename is refused, as by Azure.
func (f *form) file(name string) (FormPart, *blob, *failure) {
	if _, wrong := f.files(name); wrong != nil {
		return FormPart{}, nil, wrong
	}
	for i, p := range f.parts {
		if p.Name == name {
			return p, f.kept[i], nil
		}
	}
	return FormPart{}, nil, missing(name)
}

// digest changes with everything but the boundary.
func (f *form) digest() string {
	var all strings.Builder
	for _, p := range f.parts {
		all.WriteString(p.Name + "\x00" + p.Filename + "\x00" + p.SHA256 + "\x00")
	}
	return all.String()
}

// takesForm reports whether a body of the content type is read as a form.
func (op *operation) takesForm(contentType string) bool {
	if !op.form || !op.json {
		return op.form
	}
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && kind == "multipart/form-data"
}
