package extproc

import (
	"encoding/base64"

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
)

// Fields of Namespace beside deployment.
const (
	// FieldClaim is the room that the running attempt has taken (routing.Claim).
	FieldClaim = "claim"
	fieldPath  = "path"  // the client's own :path
	fieldModel = "model" // what the client asked for
	fieldUndo  = "undo"  // what makes the client's body of the sent one again
)

// memory is what a request's first attempt leaves for the later ones.
type memory struct {
	claim, path, model, undo string
}

// read reads the metadata of Namespace, a google.protobuf.Struct.
func (m *memory) read(s []byte) {
	*m = memory{
		claim: wire.Text(s, FieldClaim), path: wire.Text(s, fieldPath),
		model: wire.Text(s, fieldModel), undo: wire.Text(s, fieldUndo),
	}
}

// plan is what the metadata of a request is made of.
type plan struct {
	first *fixed
	next  []*routing.Deployment
	fixed []*fixed // by Deployment.Index
	claim routing.Claim
	// What a later attempt needs; not written when there is none.
	path, model string
	body        *azure.Body
}

// append appends the ProcessingResponse field with the metadata.
func (p *plan) append(b []byte) []byte {
	var scratch [3][512]byte
	own := append(scratch[0][:0], p.first.name...)
	own = wire.AppendText(own, FieldClaim, p.claim.Append(scratch[1][:0]))
	list := append(scratch[2][:0], p.first.element...)
	if len(p.next) > 0 {
		own = wire.AppendText(own, fieldPath, p.path)
		own = wire.AppendText(own, fieldModel, p.model)
		if p.body != nil && p.body.Changed {
			undo := p.body.AppendUndo(nil)
			own = wire.AppendText(own, fieldUndo, base64.RawStdEncoding.AppendEncode(nil, undo))
		}
		for _, d := range p.next {
			list = append(list, p.fixed[d.Index].element...)
		}
	}
	size := wire.StructSize(Namespace, len(own)) + wire.StructSize(PlanNamespace, wire.ListSize("priority_groups", len(list)))
	b = wire.AppendPrefix(b, fieldDynamicMetadata, size)
	b = wire.AppendStruct(b, Namespace, own)
	b = wire.AppendStructPrefix(b, PlanNamespace, wire.ListSize("priority_groups", len(list)))
	b = wire.AppendListPrefix(b, "priority_groups", len(list))
	return append(b, list...)
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
