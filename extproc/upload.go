package extproc

import (
	"errors"
	"net/http"
	"slices"

	"google.golang.org/grpc/mem"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
)

// upload serves POST /files. The file streams through: what stands before it says
// whose resource it is for, and where a batch's file names a model group
// (enable_loadbalancing_on_batch_endpoints) its first line does. Then one deployment
// is chosen, and each line gets its name.
//
// The file of an upload session (uploads) passes Envoy alone.
func (s *stream) upload() error {
	u := &uploading{stream: s, request: routing.Request{Op: s.route.Op, Home: s.home, Size: -1, Free: true}}
	form, err := azure.NewUpload(s.head.contentType, u.field)
	if err != nil {
		return s.refuse(err)
	}
	u.form = form
	if s.now.table.BalancesBatches() {
		u.lines = azure.NewLines(u.rename)
	}
	if err := s.send(bytesAnswer(duplexBodyAnswered)); err != nil {
		return err
	}
	for {
		if err := s.envoy.RecvMsg(&s.in); err != nil {
			return err
		}
		switch s.in.kind {
		case kindBody:
		case kindAnswerHeaders:
			return s.refusedEarly()
		default:
			return errUnexpected
		}
		end := s.in.end
		err := u.take(s.in.body, end)
		s.in.release()
		if err != nil {
			u.giveBack()
			if refused := (*azure.Error)(nil); errors.As(err, &refused) {
				return s.refuse(refused)
			}
			return err
		}
		if end {
			return s.edit(u.f.resource)
		}
	}
}

// selectors are LiteLLM's fields that choose where a file goes. Azure does not know
// them.
var selectors = []string{"model", "target_model_names", "custom_llm_provider", "provider", "litellm_metadata"}

// uploading is a file on its way.
type uploading struct {
	*stream
	form    *azure.Upload
	lines   *azure.Lines // nil when nothing is renamed
	request routing.Request
	purpose string
	out     []byte   // not sent yet
	dropped bool     // a field was left out
	f       *forward // nil until it is decided where the file goes
	sent    bool     // the headers were answered
}

// field reads one of the form's fields, and says whether it goes along.
func (u *uploading) field(name, value string) (keep bool) {
	switch name {
	case "purpose":
		u.purpose = value
	case "model", "target_model_names":
		if u.now.table.Serves(value) && u.request.Model == "" {
			u.request.Model = value
		}
	case "custom_llm_provider", "provider":
		u.head.provider = value
	}
	if slices.Contains(selectors, name) && (u.f == nil || u.f.chunked) {
		u.dropped = true
		return false
	}
	return true
}

// rename gives a batch's model the name of the deployment that was chosen for it.
// A model that is no model_name is a deployment's already.
func (u *uploading) rename(model string) (string, *azure.Error) {
	if !u.now.table.Serves(model) {
		return model, nil
	}
	if u.f != nil {
		return "", &azure.Error{Status: http.StatusBadRequest, Type: "invalid_request_error", Code: "model_mismatch", Param: "file", Message: "Its model is not that of the first line: a batch has one."}
	}
	u.request.Model, u.request.Batch, u.request.Free = model, true, false
	p, err := u.planBelow(&u.request, false)
	if err != nil {
		return "", err
	}
	u.begin(&p)
	return p.Target.Deployment, nil
}

// begin notes where the file goes. Nothing is sent yet: the piece that is being
// read may hold a mistake.
func (u *uploading) begin(p *routing.Plan) {
	u.f = u.forwarding(p, u.request.Model)
	u.f.path, _ = p.Target.Path(&u.route)
	u.f.chunked = u.lines != nil || u.dropped || u.form.Shorter() // how long it will be nobody knows
}

// giveBack gives back what was taken for a file that is not sent.
func (u *uploading) giveBack() {
	if u.f != nil && !u.sent {
		u.now.table.End(u.f.claim, 0)
	}
}

// take reads a piece of the form and sends on what can go.
func (u *uploading) take(piece []byte, end bool) error {
	if err := u.form.Write(piece, u.emit); err != nil {
		return err
	}
	if end {
		if err := u.form.Close(); err != nil {
			return err
		}
		if err := u.decide(); err != nil {
			return err
		}
	}
	if u.f == nil {
		return nil
	}
	if !u.sent {
		u.sent = true
		if err := u.forward(u.f, answerHeaders); err != nil {
			return err
		}
	}
	if len(u.out) == 0 && !end {
		return nil
	}
	out := u.out
	u.out = nil
	return u.send(chunk(fieldBodyAnswer, mem.SliceBuffer(out), end))
}

// emit takes bytes of the form, those of the file renamed.
func (u *uploading) emit(kind azure.Piece, b []byte) error {
	keep := func(b []byte) error { u.out = append(u.out, b...); return nil }
	switch {
	case kind == azure.PieceForm:
		return keep(b)
	case u.lines == nil:
		if err := u.decide(); err != nil {
			return err
		}
		return keep(b)
	}
	var err error
	if kind == azure.PieceFileEnd {
		err = u.lines.Close(keep)
	} else {
		err = u.lines.Write(b, keep)
	}
	if _, known := u.lines.First(); known || err == nil {
		if err != nil || !known {
			return err
		}
		return u.decide()
	}
	if u.purpose == "batch" {
		return err
	}
	// No batch's, or one whose purpose is still to come: Azure looks at it itself.
	lines := u.lines
	u.lines = nil
	if err := u.decide(); err != nil {
		return err
	}
	return lines.Pass(keep)
}

// decide chooses where the file goes, unless that is known.
func (u *uploading) decide() error {
	if u.f != nil {
		return nil
	}
	if model := u.selector(); u.request.Model == "" && u.now.table.Serves(model) {
		u.request.Model = model
	}
	u.request.Batch = u.purpose == "batch"
	p, err := u.planBelow(&u.request, true)
	if err != nil {
		return err
	}
	u.begin(&p)
	return nil
}
