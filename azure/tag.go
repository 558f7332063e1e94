package azure

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strings"
	"sync"
)

// A tagged id is Azure's own id, ~, and twelve characters: which resource made it,
// and the proof that this gateway says so.
//
//	resp_68a1f0…c3~Xk2QhT9sPz0b
//	└─ Azure's ──┘ └ 4 bytes of the resource, 5 of the proof, in base64url
//
// So an id finds its way home after a restart, and from any replica with the same
// secret, without anyone remembering it. The mark is in no id of Azure's, needs no
// escaping in a URL (RFC 3986, unreserved), and is rare in text: a body is looked
// through for it at the speed of memory.
const (
	tagMark   = '~'
	codeSize  = 4
	proofSize = 5
	// tagSize is how many characters a tag adds to an id.
	tagSize = 1 + (codeSize+proofSize)*4/3
)

// ResourceCode stands for a resource in an id: four bytes that only a holder of the
// secret can compute.
type ResourceCode [codeSize]byte

// Tags makes and reads tags with one secret. It is safe for concurrent use.
type Tags struct {
	macs sync.Pool // of hash.Hash
}

// NewTags makes the tags of a secret. The same secret makes the same tags; an empty
// one is for a gateway that anyone may call, whose ids prove nothing.
func NewTags(secret string) *Tags {
	key := sha256.Sum256([]byte("azproc id tags\x00" + secret))
	return &Tags{macs: sync.Pool{New: func() any { return hmac.New(sha256.New, key[:]) }}}
}

// sum is the beginning of HMAC-SHA256 over parts; into has room for it.
func (t *Tags) sum(into []byte, parts ...[]byte) {
	mac, _ := t.macs.Get().(hash.Hash)
	mac.Reset()
	for _, p := range parts {
		_, _ = mac.Write(p) // a hash takes everything
	}
	var all [sha256.Size]byte
	copy(into, mac.Sum(all[:0]))
	t.macs.Put(mac)
}

// Resource is one resource as tags name it.
type Resource struct {
	// Code is in its tags.
	Code ResourceCode
	// Name is its address: Endpoint.Resource.
	Name string

	tags *Tags
}

// Resource gives the resource at an address.
func (t *Tags) Resource(name string) *Resource {
	r := &Resource{Name: name, tags: t}
	t.sum(r.Code[:], []byte("resource\x00"), []byte(name))
	return r
}

// AppendTag appends the tag of an id that the resource made.
func (r *Resource) AppendTag(to, id []byte) []byte {
	var b [codeSize + proofSize]byte
	copy(b[:], r.Code[:])
	r.tags.sum(b[codeSize:], []byte("id\x00"), r.Code[:], id)
	return base64.RawURLEncoding.AppendEncode(append(to, tagMark), b[:])
}

// Tagged gives the id with its tag.
func (r *Resource) Tagged(id string) string { return string(r.AppendTag([]byte(id), []byte(id))) }

// Read takes the tag off a text: the id and the code of its resource. ok is false
// when the text has no tag of this secret.
func (t *Tags) Read(text string) (id string, code ResourceCode, ok bool) {
	at := len(text) - tagSize
	if at <= 0 || text[at] != tagMark {
		return text, code, false
	}
	var b, proof [codeSize + proofSize]byte
	if n, err := base64.RawURLEncoding.Strict().Decode(b[:], []byte(text[at+1:])); err != nil || n != len(b) {
		return text, code, false
	}
	id = text[:at]
	copy(code[:], b[:])
	t.sum(proof[codeSize:], []byte("id\x00"), code[:], []byte(id))
	if !hmac.Equal(proof[codeSize:], b[codeSize:]) {
		return text, ResourceCode{}, false
	}
	return id, code, true
}

// idPrefixes are how the ids begin that exist on one resource alone (azure-api
// reference, section 5; the names are those of OpenAI's API reference). A call_ id
// is not among them: it joins a tool's call to its output and is nobody's property.
var idPrefixes = []string{
	// Responses, what they are made of, and conversations.
	"resp_", "msg_", "rs_", "fc_", "ctc_", "ws_", "fs_", "ci_", "ig_", "cu_", "mcp_", "mcpl_", "mcpr_", "lsh_", "sh_", "cmp_", "item_", "conv_",
	// Files, uploads, batches.
	"file-", "assistant-", "upload_", "part_", "batch_",
	// Fine-tuning and evals.
	"ftjob-", "ftckpt_", "ftevent-", "ft-", "eval_", "evalrun_", "outputitem_",
	// Vector stores, assistants, threads.
	"vs_", "vsfb_", "asst_", "thread_", "run_", "step_",
	// Containers, videos.
	"cntr_", "cfile_", "video_", "gen_", "task_",
}

// maxID is the longest id that is taken for one, in bytes.
const maxID = 200

// isID is whether a text is an id of a resource, without a tag.
func isID(s []byte) bool {
	if len(s) > maxID {
		return false
	}
	for _, c := range s {
		if !alphanumeric(c) && c != '_' && c != '-' || c >= 0x80 {
			return false
		}
	}
	for _, p := range idPrefixes {
		if len(s) > len(p) && string(s[:len(p)]) == p {
			return true
		}
	}
	return false
}

// IsID is whether a text is an id that exists on one resource alone, without a tag.
func IsID(s string) bool { return isID([]byte(s)) }

// looksTagged is whether a text is an id with something behind the mark: a tag that
// Read does not know was made elsewhere, or changed.
func looksTagged(s string) bool {
	id, _, marked := strings.Cut(s, string(tagMark))
	return marked && IsID(id)
}
