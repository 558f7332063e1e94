package extproc

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
)

// retry serves an attempt after the first. Envoy has come to the next cluster of
// the plan because the deployment before has failed, and asks from that
// cluster's own filter chain. What the attempt before has set is still in the
// headers, so everything is set again; the body is what the first attempt has
// made of the client's, and is made anew from that.
//
// The error of an attempt is final: Envoy does not go on from here.
func (s *stream) retry() error {
	memory, cluster := s.in.memory, s.in.cluster
	before, ok := routing.ParseClaim(memory.claim)
	route, bad := s.parse(memory.path, memory.preview)
	if !ok || bad != nil {
		return fmt.Errorf("%w: a later attempt without the memory of the first", errUnexpected)
	}
	s.route = route
	if s.now = s.now.of(cluster); s.now == nil {
		return s.refuse(goneDeployment())
	}
	ctx, cancel := context.WithTimeout(s.envoy.Context(), FirstToken)
	defer cancel()
	lost, ran := s.now.table.Lost(s.head.requestID, before)
	if ran { // the attempt before ran out of time before it was sent
		s.now.table.End(lost, 0)
	}
	a, claim, err := s.now.table.Retry(ctx, cluster, memory.model, before)
	if err != nil {
		return s.refuse(err)
	}
	if err := s.sendRetry(&a, before, claim, &memory); err != nil {
		if refused := (*azure.Error)(nil); errors.As(err, &refused) {
			return s.refuse(refused)
		}
		return err
	}
	if !ran {
		s.now.table.End(before, 0) // a failed request still counts, its tokens do not
	}
	return nil
}

// sendRetry makes the request for the deployment of a. It ends the claim when that
// fails.
func (s *stream) sendRetry(a *routing.Attempt, before, claim routing.Claim, m *memory) error {
	path, modelInBody := a.Target.Path(&s.route)
	f := &forward{path: path, credential: a.Header, fixed: s.now.fixed[a.Deployment.Index], claim: claim}
	if s.route.Socket {
		f.more = a.Target.SocketHeaders(&s.route, s.head.protocols, s.head.openAIBeta)
	}
	if s.in.end || s.route.Socket { // nothing ends a WebSocket's request, and nothing follows
		return s.give(f, before, answerHeaders)
	}
	if err := s.again(f, a, modelInBody, m); err != nil {
		s.now.table.End(claim, 0)
		return err
	}
	defer s.in.release()
	return s.give(f, before, fieldBodyAnswer)
}

// again makes the body for the deployment of a.
func (s *stream) again(f *forward, a *routing.Attempt, modelInBody bool, m *memory) error {
	if err := s.send(bytesAnswer(bufferedBody)); err != nil {
		return err
	}
	err := s.recv(kindBody)
	if err != nil {
		return err
	}
	if s.route.Op.Body == azure.BodyForm {
		f.body, err = s.formAgain(a, modelInBody, m.model)
	} else {
		f.body, err = s.bodyAgain(a, modelInBody, m.undo)
	}
	if err != nil {
		s.in.release()
		return err
	}
	f.length = contentLength(int64(len(f.body.Bytes)))
	return nil
}

// bodyAgain makes the JSON body for the deployment of a.
func (s *stream) bodyAgain(a *routing.Attempt, modelInBody bool, undo string) (azure.Body, error) {
	record, err := base64.RawStdEncoding.DecodeString(undo)
	if err != nil {
		return azure.Body{}, fmt.Errorf("record of the body's changes: %w", err)
	}
	original, err := azure.Restore(s.in.body, record)
	if err != nil {
		return azure.Body{}, err
	}
	var doc azure.Doc
	if err := doc.Scan(original); err != nil {
		return azure.Body{}, err
	}
	body, refused := a.Rewrite.Apply(&doc, s.route.Op, modelInBody)
	if refused != nil {
		return azure.Body{}, refused
	}
	body.Changed = body.Changed || len(record) > 0
	return body, nil
}

// formAgain puts the deployment's name into the form, where it is asked for, and
// where the first attempt has left that of another.
func (s *stream) formAgain(a *routing.Attempt, modelInBody bool, asked string) (azure.Body, error) {
	same := azure.Body{Bytes: s.in.body}
	form, bad := azure.NewForm(s.head.contentType)
	if bad == nil {
		bad = form.Write(s.in.body)
	}
	switch {
	case bad != nil && modelInBody:
		return same, bad
	case bad != nil:
		return same, nil // nothing was put into it
	}
	model, start, stop, found := form.Model()
	if !modelInBody && (!found || model == asked) {
		return same, nil
	}
	text := a.Rewrite.Model
	if !found {
		text, start = form.NewPart("model", text)
		stop = start
	}
	made := make([]byte, 0, len(s.in.body)+len(text))
	made = append(made, s.in.body[:start]...)
	made = append(made, text...)
	made = append(made, s.in.body[stop:]...)
	return azure.Body{Bytes: made, Changed: true}, nil
}

// goneDeployment is for a request whose next deployment two reloads have taken
// away meanwhile.
func goneDeployment() *azure.Error {
	return &azure.Error{
		Status: http.StatusServiceUnavailable, Type: "server_error", Code: "no_deployment",
		Message: "The deployment that was to serve this request is not configured any more.",
	}
}
