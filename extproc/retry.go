package extproc

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/translate"
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
	if s.head.attempt == "1" {
		return s.first(cluster, &memory)
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
	sent, failed := s.sendRetry(&a, before, claim, &memory)
	if failed != nil {
		if refused := (*azure.Error)(nil); errors.As(failed, &refused) {
			return s.refuse(refused)
		}
		return failed
	}
	if !ran {
		s.now.table.End(before, 0) // a failed request still counts, its tokens do not
	}
	return s.translate(sent)
}

// sendRetry makes the request for the deployment of a, and gives what was translated of
// it, if anything was. It ends the claim when that fails.
func (s *stream) sendRetry(a *routing.Attempt, before, claim routing.Claim, m *memory) (sent translate.Sent, err error) {
	service, refused := a.Rewrite.Manner.Serve(s.route.Op, m.stream)
	if refused != nil {
		s.now.table.End(claim, 0)
		return sent, refused
	}
	path, modelInBody := s.pathTo(a, service)
	f := &forward{path: path, credential: a.Header, fixed: s.now.fixed[a.Deployment.Index], claim: claim}
	if !service.Op.Anthropic { // what the attempt before may have set
		f.more = append(f.more, azure.Header{Name: "anthropic-version"})
	}
	if s.route.Socket {
		f.more = append(f.more, a.Target.SocketHeaders(&s.route, s.head.protocols, s.head.openAIBeta)...)
	}
	if s.in.end || s.route.Socket { // nothing ends a WebSocket's request, and nothing follows
		return sent, s.give(f, before, answerHeaders)
	}
	if sent, err = s.again(f, a, service, modelInBody, m); err != nil {
		s.now.table.End(claim, 0)
		return sent, err
	}
	defer s.in.release()
	return sent, s.give(f, before, fieldBodyAnswer)
}

// again makes the body for the deployment of a.
func (s *stream) again(f *forward, a *routing.Attempt, service azure.Service, modelInBody bool, m *memory) (sent translate.Sent, err error) {
	if err := s.askBody(service); err != nil {
		return sent, err
	}
	switch {
	case s.route.Op.Body == azure.BodyForm:
		f.body, err = s.formAgain(a, modelInBody, m.model)
	case service.Changes(s.route.Op):
		sent, err = s.translated(a, service, modelInBody, m)
		f.body, f.more = azure.Body{Bytes: sent.Body, Changed: true}, append(f.more, sent.Headers...)
	default:
		f.body, err = s.bodyAgain(a, service, modelInBody, m.undo)
	}
	if err != nil {
		s.in.release()
		return translate.Sent{}, err
	}
	f.length = contentLength(int64(len(f.body.Bytes)))
	return sent, nil
}

// askBody asks for the body, and for the response where that has to change.
func (s *stream) askBody(service azure.Service) error {
	ask := bufferedBody
	if service.Changes(s.route.Op) {
		ask = bufferedBodyTranslated
	}
	if err := s.send(bytesAnswer(ask)); err != nil {
		return err
	}
	return s.recv(kindBody)
}

// original is the client's body, made of the one that the first attempt has sent.
func (s *stream) original(undo string) (body []byte, changed bool, err error) {
	record, err := base64.RawStdEncoding.DecodeString(undo)
	if err != nil {
		return nil, false, fmt.Errorf("record of the body's changes: %w", err)
	}
	body, err = azure.Restore(s.in.body, record)
	return body, len(record) > 0, err
}

// bodyAgain makes the JSON body for the deployment of a.
func (s *stream) bodyAgain(a *routing.Attempt, service azure.Service, modelInBody bool, undo string) (azure.Body, error) {
	original, changed, err := s.original(undo)
	if err != nil {
		return azure.Body{}, err
	}
	var doc azure.Doc
	if err := doc.Scan(original); err != nil {
		return azure.Body{}, err
	}
	s.askUsage(a, service, &doc)
	body, refused := a.Rewrite.Apply(&doc, s.route.Op, modelInBody)
	if refused != nil {
		return azure.Body{}, refused
	}
	body.Changed = body.Changed || changed
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
