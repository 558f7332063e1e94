package azure

import (
	"cmp"
	"crypto/hmac"
	"encoding/base64"
	"strings"
)

// A batch is used by one who does not wait for it: what it has cost is known hours
// later, when anybody asks for it. So it remembers itself which key of a client has
// made it, in its metadata, with the proof that this gateway says so: one that a client
// has written is of no use, nor one of another batch with another file.
//
//	"metadata": {"azproc_key": "billing/app Xk2QhT9sPz0b"}
const (
	batchKeyName   = "azproc_key"
	batchProofSize = 9
	// mostMetadata is how many entries metadata has at most, and longestMetadata how
	// long the text of one is ("metadata", OpenAI API reference).
	mostMetadata, longestMetadata = 16, 512
)

// SignBatch is the body that makes a batch, with the name of the key in its metadata.
// It is the same body where there is no place for it.
func (t *Tags) SignBatch(body []byte, key string) []byte {
	var d Doc
	if d.Scan(body) != nil {
		return body
	}
	metadata, input := d.batch()
	text := key + " " + t.batchProof(key, input)
	if len(text) > longestMetadata {
		return body
	}
	entry := quote(batchKeyName) + ":" + quote(text)
	var e edits
	switch {
	case !metadata.there():
		e.insert("metadata", []byte("{"+entry+"}"))
	case string(d.text(metadata)) == "null":
		e.replace(metadata.value, metadata.end, "{"+entry+"}")
	case d.raw[metadata.value] != '{':
		return body
	default:
		var before member
		n := 0
		eachMember(d.raw, metadata.value+1, func(name string, m member) {
			if n++; name == batchKeyName {
				before = m
			}
		})
		switch {
		case before.there():
			e.replace(before.value, before.end, quote(text))
		case n >= mostMetadata:
			return body
		case n > 0:
			e.replace(metadata.value+1, metadata.value+1, entry+",")
		default:
			e.replace(metadata.value+1, metadata.value+1, entry)
		}
	}
	return e.apply(&d)
}

// BatchKey is the name of the key that made a batch which Azure describes; "" where it
// does not say so.
func (t *Tags) BatchKey(batch []byte) string {
	var d Doc
	if d.Scan(batch) != nil {
		return ""
	}
	metadata, input := d.batch()
	if !metadata.there() || d.raw[metadata.value] != '{' {
		return ""
	}
	var text string
	eachMember(d.raw, metadata.value+1, func(name string, m member) {
		if name == batchKeyName && d.raw[m.value] == '"' {
			text = decodeString(d.text(m))
		}
	})
	at := strings.LastIndexByte(text, ' ')
	if at < 1 || !hmac.Equal([]byte(text[at+1:]), []byte(t.batchProof(text[:at], input))) {
		return ""
	}
	return text[:at]
}

// batch is where the metadata of a batch stands, and what it was made of: a file, or a
// blob.
func (d *Doc) batch() (metadata member, input string) {
	var file, blob string
	d.each(func(name string, m member) {
		switch {
		case name == "metadata":
			metadata = m
		case d.raw[m.value] != '"':
		case name == "input_file_id":
			file = decodeString(d.text(m))
		case name == "input_blob":
			blob = decodeString(d.text(m))
		}
	})
	return metadata, cmp.Or(file, blob)
}

// batchProof proves that a key has made a batch of an input.
func (t *Tags) batchProof(key, input string) string {
	var b [batchProofSize]byte
	t.sum(b[:], []byte("batch\x00"), []byte(key), []byte{0}, []byte(input))
	return base64.RawURLEncoding.EncodeToString(b[:])
}
