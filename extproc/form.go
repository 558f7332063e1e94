package extproc

import (
	"fmt"
	"strconv"

	"google.golang.org/grpc/mem"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
)

// form serves an operation with a multipart body. Where neither the deployment
// nor anything else depends on the body, the body never comes here. Otherwise
// Envoy streams it through: what stands before the model part is kept, on disk
// once it is large, and from there on every piece leaves as it comes.
func (s *stream) form() error {
	if s.in.end {
		return s.refuse(emptyBody())
	}
	form, err := azure.NewForm(s.head.contentType)
	if err != nil {
		return s.refuse(err)
	}
	s.about.terms = azure.FormTerms(s.route.Op)
	if s.route.Model != "" && s.now.table.PathAlone(s.route.Model, &s.route) {
		f, a, err := s.plan(s.formRequest(""))
		if err != nil {
			return s.refuse(err)
		}
		f.path, _ = a.Target.Path(&s.route)
		return s.forward(f, answerHeaders)
	}
	ask := duplexBody
	if s.route.HasIDs() {
		ask = duplexBodyAnswered
	}
	if err := s.send(bytesAnswer(ask)); err != nil {
		return err
	}
	return s.streamForm(form)
}

// formRequest is what a decision knows of a form. What its file costs in tokens
// nobody can tell beforehand.
func (s *stream) formRequest(model string) *routing.Request {
	size, err := strconv.ParseInt(s.head.contentLength, 10, 64)
	if err != nil {
		size = -1
	}
	return &routing.Request{Model: model, Op: s.route.Op, Size: size}
}

// streamForm reads until the model is known, answers the headers, and passes
// everything on.
func (s *stream) streamForm(form *azure.Form) error {
	held := spool{dir: s.options.SpoolDir}
	defer held.close()
	end := false
	for !end && !form.Done() {
		if err := s.recv(kindBody); err != nil {
			return err
		}
		end = s.in.end
		if err := form.Write(s.in.body); err != nil {
			s.in.release()
			return s.refuse(err)
		}
		err := held.write(s.in.body)
		s.in.release()
		if err != nil {
			return fmt.Errorf("keep the form: %w", err)
		}
	}
	model, start, stop, found := form.Model()
	if !found {
		if err := form.Close(); err != nil {
			return s.refuse(err)
		}
	}
	f, a, err := s.planForm(model)
	if err != nil {
		return s.refuse(err)
	}
	path, modelInBody := a.Target.Path(&s.route)
	f.path = path
	if s.route.Op.Below { // whatever else names the model stays as it is
		modelInBody = found && s.now.table.Serves(model)
	}
	if modelInBody {
		text := a.Rewrite.Model
		if !found { // the path named it, as Azure's classic clients do
			text, start = form.NewPart("model", text)
			stop = start
		}
		f.length = grown(s.head.contentLength, int64(len(text))-(stop-start))
		held.replace(start, stop, text)
	}
	if err := s.forward(f, answerHeaders); err != nil {
		return err
	}
	if err := held.drain(func(b []byte, last bool) error {
		return s.send(chunk(fieldBodyAnswer, mem.SliceBuffer(b), end && last))
	}); err != nil {
		return err
	}
	if !end {
		if err := s.pass(); err != nil {
			return err
		}
	}
	return s.edit(f.resource)
}

// planForm picks who serves a form.
func (s *stream) planForm(model string) (*forward, *routing.Attempt, *azure.Error) {
	if !s.route.Op.Below {
		return s.plan(s.formRequest(model))
	}
	r := s.formRequest("")
	r.Home, r.Free = s.home, true
	if s.now.table.Serves(model) {
		r.Model, r.Free = model, false
	} else if named := s.selector(); s.now.table.Serves(named) {
		r.Model = named
	}
	p, err := s.planBelow(r, r.Free)
	if err != nil {
		return nil, nil, err
	}
	return s.forwarding(&p, r.Model), &p.Attempt, nil
}

// pass hands the rest of the body on, piece by piece, without a copy.
func (s *stream) pass() error {
	for {
		if err := s.envoy.RecvMsg(&s.in); err != nil {
			return err
		}
		switch s.in.kind {
		case kindBody:
			end := s.in.end
			err := s.send(chunk(fieldBodyAnswer, s.in.lend(), end))
			s.in.release()
			if err != nil || end {
				return err
			}
		case kindTrailers:
			return s.send(bytesAnswer(trailersUnchanged))
		case kindAnswerHeaders:
			return s.refusedEarly()
		default:
			return fmt.Errorf("%w: kind %d inside a body", errUnexpected, s.in.kind)
		}
	}
}

// grown is a content-length after its body has grown by delta bytes. A body
// that was sent without a length stays so.
func grown(length string, delta int64) string {
	n, err := strconv.ParseInt(length, 10, 64)
	if err != nil || delta == 0 {
		return ""
	}
	return contentLength(n + delta)
}
