package azure

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Home is where the ids of a request belong: to one resource, or to none that is
// known. The zero value is for a request whose ids are still to be read.
type Home struct {
	// Code is of the resource; Found says that there was an id with a tag, and ID is
	// the first one.
	Code  ResourceCode
	Found bool
	ID    string
	// Raw is the first id without a tag, "" for none: made before the gateway was
	// there, or by whoever calls.
	Raw string
}

// ID takes the tag off one id. It fails with 404 for a tag that this gateway has
// not made, and with 400 for an id that belongs elsewhere than the others.
func (t *Tags) ID(text string, home *Home) (string, *Error) {
	id, code, ok := t.Read(text)
	switch {
	case !ok && looksTagged(text):
		return "", NoSuchID(text)
	case !ok:
		if home.Raw == "" && IsID(text) {
			home.Raw = text
		}
		return text, nil
	case home.Found && home.Code != code:
		return "", invalid("mixed_resources", "", "The request names ids of different Azure resources (%s is of another than the ones before it): they cannot be used together.", text)
	}
	if !home.Found {
		home.Code, home.Found, home.ID = code, true, text
	}
	return id, nil
}

// Path takes the tags off the ids of a path, with its query, as it was sent. The
// path is the same text when there are none, or when it fails.
func (t *Tags) Path(path string, home *Home) (string, *Error) {
	plain, query, _ := strings.Cut(path, "?")
	out, err := t.each(plain, "/", home, func(part string) (string, string) { return "", part })
	if err == nil && query != "" {
		query, err = t.each(query, "&", home, func(part string) (string, string) {
			name, value, _ := strings.Cut(part, "=")
			return name + "=", value
		})
		out += "?" + query
	}
	if err != nil {
		return path, err
	}
	return out, nil
}

// each takes the tags off the parts of a text; split gives what stays of a part and
// what may be an id.
func (t *Tags) each(text, between string, home *Home, split func(string) (keep, id string)) (string, *Error) {
	parts := strings.Split(text, between)
	changed := false
	for i, part := range parts {
		keep, value := split(part)
		decoded, bad := url.PathUnescape(value)
		if bad != nil || (!IsID(decoded) && strings.IndexByte(decoded, tagMark) < 0) {
			continue
		}
		id, err := t.ID(decoded, home)
		if err != nil {
			return "", err
		}
		if id != decoded {
			parts[i], changed = keep+url.PathEscape(id), true
		}
	}
	if !changed {
		return text, nil
	}
	return strings.Join(parts, between), nil
}

// Body takes the tags off the ids in a JSON text: the values of keys that name ids.
// The body is the same bytes when there are none: looking for them costs a glance at
// each mark. Ids without a tag are not looked for.
func (t *Tags) Body(body []byte, home *Home) ([]byte, *Error) {
	if !mayHaveTag(body) {
		return body, nil
	}
	var out []byte
	from := 0 // of what is not in out yet
	s := newIDScanner(false)
	for i := 0; i < len(body); i++ {
		if s.idle() {
			if i = plainRun(body, i); i == len(body) {
				break
			}
		}
		if !s.next(body[i]) || !mayHaveTag(body[max(i-maxTag-1, 0):i+1]) {
			continue
		}
		tagged := string(s.value())
		id, err := t.ID(tagged, home)
		switch {
		case err != nil:
			return nil, err
		case id == tagged && s.kind == aSealedText: // Azure's own has no mark
			return nil, notSealedHere()
		case id != tagged && s.text[len(s.text)-tagSize] == tagMark:
			out = append(out, body[from:i-tagSize]...)
			from = i
		}
	}
	if from == 0 {
		return body, nil
	}
	return append(out, body[from:]...), nil
}

// maxTag is how much is taken for a tag behind its mark, although no tag is so long.
const maxTag = 3 * tagSize

// mayHaveTag is whether a mark stands shortly before the end of a string, with
// nothing but a tag's characters between.
func mayHaveTag(b []byte) bool {
	for {
		i := bytes.IndexByte(b, tagMark)
		if i < 0 {
			return false
		}
		b = b[i+1:]
		n := 0
		for n < min(len(b), maxTag) && (alphanumeric(b[n]) || b[n] == '-' || b[n] == '_') {
			n++
		}
		if n < len(b) && b[n] == '"' {
			return true
		}
	}
}

// NoSuchID is what a client gets for an id that this gateway has not given out.
func NoSuchID(id string) *Error {
	return &Error{
		Status: http.StatusNotFound, Type: "invalid_request_error", Code: "not_found",
		Message: fmt.Sprintf("Nothing with the id %q is known here: it was not given out by this gateway, or it was changed.", id),
	}
}

// notSealedHere is NoSuchID for a sealed text, which is too long to be shown.
func notSealedHere() *Error {
	e := NoSuchID("")
	e.Param = sealedTextField
	e.Message = "An " + sealedTextField + " is not known here: it was not given out by this gateway, or it was changed."
	return e
}

// ResourceGone is what a client gets for an id of a resource that is not configured
// any more.
func ResourceGone(id string) *Error {
	return &Error{
		Status: http.StatusNotFound, Type: "invalid_request_error", Code: "resource_not_configured",
		Message: fmt.Sprintf("The id %q belongs to an Azure resource that this gateway is not configured for any more.", id),
	}
}
