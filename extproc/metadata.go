package extproc

import (
	"encoding/base64"
	"strings"

	"google.golang.org/grpc/mem"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/wire"
)

// The dynamic metadata namespaces that azproc writes.
const (
	// PlanNamespace is where Envoy's priority_group cluster specifier reads the
	// request's plan (override_metadata_namespace).
	PlanNamespace = "azproc.plan"
	// Namespace is where Envoy reads the name of the deployment, for the
	// response header x-azproc-deployment; where the access log brings the claim
	// back from; and where a later attempt finds what it needs.
	Namespace = "azproc"
	// RefusedNamespace is where the script of the clusters (refused.lua) finds whom
	// to ask when a prompt is refused: by azure.Refusal's name a list of groups,
	// each with priority_groups as PlanNamespace has them.
	RefusedNamespace = "azproc.refused"
)

// Fields of Namespace beside deployment.
const (
	// FieldClaim is the room that the running attempt has taken (routing.Claim).
	FieldClaim = "claim"
	// FieldAsked is what was asked for, and by whom (about).
	FieldAsked = "asked"

	fieldPath = "path" // the client's own :path
	fieldUndo = "undo" // what makes the client's body of the sent one again
	// fieldPreview is "yes" for a WebSocket whose client speaks the preview of the
	// realtime API: its header may be gone in a later attempt.
	fieldPreview = "preview"
	// fieldHide is "usage" where the chunk of a stream that has the usage is azproc's
	// wish and not the client's: response.lua takes it out.
	fieldHide = "hide"
	// fieldLimits is what is left of the key's limits per minute: limits.lua tells the
	// client.
	fieldLimits = "limits"
	// FieldShape is in which shape the client reads an error: by it Envoy's own are
	// told, as the path may be another by then.
	FieldShape = "shape"
)

// The values of FieldShape.
const (
	ShapeOpenAI    = "openai"
	ShapeAnthropic = "anthropic"
)

// memory is what a request's first attempt leaves for the later ones.
type memory struct {
	claim, path, model, undo string
	preview, stream          bool
}

// read reads the metadata of Namespace, a google.protobuf.Struct.
func (m *memory) read(s []byte) {
	asked := strings.SplitN(wire.Text(s, FieldAsked), wordSeparator, 4)
	*m = memory{
		claim: wire.Text(s, FieldClaim), path: wire.Text(s, fieldPath),
		undo: wire.Text(s, fieldUndo), preview: wire.Text(s, fieldPreview) != "",
	}
	if len(asked) > 2 {
		m.stream, m.model = asked[1] != "", asked[2]
	}
}

// about says what was asked for, and by whom: the access log brings it back.
type about struct {
	operation, model, key, hold string
	stream                      bool // the client wants one
	terms                       azure.Terms
}

// wordSeparator stands between the words of FieldAsked, and in none of them.
const wordSeparator = "\x1e"

// append appends the field of it: one text, as each field costs Envoy three copies.
func (a *about) append(own []byte) []byte {
	if a.operation == "" && a.key == "" {
		return own
	}
	var scratch [256]byte
	text := append(append(scratch[:0], a.operation...), wordSeparator...)
	if a.stream {
		text = append(text, "yes"...)
	}
	for _, word := range [...]string{a.model, a.key, a.hold} {
		text = appendWord(append(text, wordSeparator...), word)
	}
	text = append(text, wordSeparator...)
	text = a.terms.Append(text)
	return wire.AppendText(own, FieldAsked, text)
}

// appendWord appends a word without its control characters, which a name has none of.
func appendWord(b []byte, word string) []byte {
	for i := range len(word) {
		if c := word[i]; c >= ' ' && c != 0x7f {
			b = append(b, c)
		} else {
			b = append(b, '?')
		}
	}
	return b
}

// with puts these fields into the metadata of an answer of azproc's own.
func (a answer) with(of *about) answer {
	var scratch [256]byte
	own := of.append(scratch[:0])
	if len(own) == 0 {
		return a
	}
	b := wire.AppendPrefix(nil, fieldDynamicMetadata, wire.StructSize(Namespace, len(own)))
	b = wire.AppendStruct(b, Namespace, own)
	a.parts = append(mem.BufferSlice{mem.SliceBuffer(b)}, a.parts...)
	return a
}

// plan is what the metadata of a request is made of.
type plan struct {
	first   *fixed
	next    []*routing.Deployment
	refused [azure.NumRefusals][][]*routing.Deployment
	fixed   []*fixed // by Deployment.Index
	claim   routing.Claim
	socket  bool
	// translated says that already the first attempt is translated.
	translated bool
	hide       bool // the usage of the stream
	// shape is FieldShape's, "" where the path tells.
	shape string
	// limits is fieldLimits', "" for a key without.
	limits string
	about  about
	// What a later attempt needs; not written when there is none.
	path    string
	preview bool
	body    *azure.Body
}

// nowhere is the place in a plan of a cluster without hosts: what stands in a plan
// behind the last deployment. Envoy would ask the last one again where a plan is
// shorter than the retries that the request may have.
var nowhere = element("unplanned")

// refusals is how many deployments at most are asked because of refusals; 0 when
// nobody is.
func (p *plan) refusals() (n int) {
	for _, groups := range p.refused {
		for _, g := range groups {
			n += len(g)
		}
	}
	return n
}

// retries is how many attempts there may be after the first.
func (p *plan) retries() int { return len(p.next) + p.refusals() }

// append appends the ProcessingResponse field with the metadata.
func (p *plan) append(b []byte) []byte {
	var scratch [3][512]byte
	own := append(scratch[0][:0], p.first.name...)
	own = wire.AppendText(own, FieldClaim, p.claim.Append(scratch[1][:0]))
	list := append(scratch[2][:0], p.element(p.first)...)
	var refused []byte
	if p.hide {
		own = wire.AppendText(own, fieldHide, "usage")
	}
	if p.shape != "" {
		own = wire.AppendText(own, FieldShape, p.shape)
	}
	if p.limits != "" {
		own = wire.AppendText(own, fieldLimits, p.limits)
	}
	own = p.about.append(own)
	if p.retries() > 0 || p.translated {
		own = wire.AppendText(own, fieldPath, p.path)
	}
	if p.retries() > 0 {
		if p.preview {
			own = wire.AppendText(own, fieldPreview, "yes")
		}
		if p.body != nil && p.body.Changed {
			undo := p.body.AppendUndo(nil)
			own = wire.AppendText(own, fieldUndo, base64.RawStdEncoding.AppendEncode(nil, undo))
		}
		list = p.appendElements(list, p.next)
		if p.refusals() > 0 {
			list = append(list, nowhere...)
			refused = p.appendRefused(nil)
		}
	}
	size := wire.StructSize(Namespace, len(own)) + wire.StructSize(PlanNamespace, wire.ListSize("priority_groups", len(list)))
	if refused != nil {
		size += wire.StructSize(RefusedNamespace, len(refused))
	}
	b = wire.AppendPrefix(b, fieldDynamicMetadata, size)
	b = wire.AppendStruct(b, Namespace, own)
	if refused != nil {
		b = wire.AppendStruct(b, RefusedNamespace, refused)
	}
	b = wire.AppendStructPrefix(b, PlanNamespace, wire.ListSize("priority_groups", len(list)))
	b = wire.AppendListPrefix(b, "priority_groups", len(list))
	return append(b, list...)
}

func (p *plan) appendElements(b []byte, deployments []*routing.Deployment) []byte {
	for _, d := range deployments {
		b = append(b, p.element(p.fixed[d.Index])...)
	}
	return b
}

func (p *plan) element(f *fixed) []byte {
	if p.socket {
		return f.socket
	}
	return f.element
}

// appendRefused appends the fields of RefusedNamespace.
func (p *plan) appendRefused(b []byte) []byte {
	for i, groups := range p.refused {
		var list []byte
		for _, g := range groups {
			elements := p.appendElements(nil, g)
			group := append(wire.AppendListPrefix(nil, "priority_groups", len(elements)), elements...)
			list = wire.AppendElement(list, group)
		}
		if len(list) > 0 {
			b = append(wire.AppendListPrefix(b, azure.Refusal(i).String(), len(list)), list...)
		}
	}
	return b
}

// appendRetried appends the metadata of a later attempt: who serves now, and the
// room that it has taken.
func appendRetried(b []byte, f *fixed, c routing.Claim) []byte {
	var scratch [2][256]byte
	own := append(scratch[0][:0], f.name...)
	own = wire.AppendText(own, FieldClaim, c.Append(scratch[1][:0]))
	b = wire.AppendPrefix(b, fieldDynamicMetadata, wire.StructSize(Namespace, len(own)))
	return wire.AppendStruct(b, Namespace, own)
}
