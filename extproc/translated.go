package extproc

import (
	"errors"
	"strconv"

	"google.golang.org/grpc/mem"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/translate"
)

// first serves the first attempt of a request that has to be translated. Path,
// credential and the room that it has taken were set before, when the deployment was
// picked: what is left is the body, and the response.
func (s *stream) first(cluster string, m *memory) error {
	a, err := s.now.table.First(cluster, m.model)
	if err != nil {
		return s.refuse(err)
	}
	service, err := a.Rewrite.Manner.Serve(s.route.Op, m.stream)
	if err != nil {
		return s.refuse(err)
	}
	if err := s.askBody(service); err != nil {
		return err
	}
	_, modelInBody := s.pathTo(&a, service)
	sent, failed := s.translated(&a, service, modelInBody, m)
	defer s.in.release()
	if refused := (*azure.Error)(nil); errors.As(failed, &refused) {
		return s.refuse(refused)
	}
	if failed != nil {
		return failed
	}
	if err := s.send(rewritten(sent.Body, sent.Headers)); err != nil {
		return err
	}
	s.in.release()
	return s.translate(sent)
}

// translated makes the body for a service that changes the answer, and gives who
// translates that. The body may be the one that has come: it is valid as long.
func (s *stream) translated(a *routing.Attempt, service azure.Service, modelInBody bool, m *memory) (translate.Sent, error) {
	original, _, err := s.original(m.undo)
	if err != nil {
		return translate.Sent{}, err
	}
	var doc azure.Doc
	if err := doc.Scan(original); err != nil {
		return translate.Sent{}, err
	}
	s.askUsage(a, service, &doc)
	sent, refused := translation(a.Rewrite, &doc, s.route.Op, service, modelInBody)
	if refused != nil {
		return translate.Sent{}, refused
	}
	return sent, nil
}

// translate passes the response on as the client reads it; without an answer it is
// left to Envoy.
//
// A whole answer is held back until it is there, so that one that cannot be read is
// told by its status. The headers of a failure go on at once: by them Envoy decides
// whether the next deployment is asked.
func (s *stream) translate(sent translate.Sent) error {
	if sent.Answer == nil {
		return nil
	}
	if err := s.recv(kindAnswerHeaders); err != nil {
		return err
	}
	status, err := strconv.Atoi(s.in.head.status)
	if err != nil || s.in.end {
		return s.send(bytesAnswer(answerUnchanged))
	}
	w := translate.Writer{Answer: sent.Answer, Status: status, Form: translate.FormWhole}
	switch {
	case status < 200 || status > 299:
		w.Form = translate.FormFailure
	case hasMediaType(s.in.head.contentType, "text/event-stream"):
		w.Form = translate.FormEvents
	}
	held := w.Form == translate.FormWhole
	if !held {
		if err := s.send(responseHeaders(0, s.failureType(&w))); err != nil {
			return err
		}
	}
	for {
		out, last, err := s.translatePiece(&w)
		if err != nil {
			return err
		}
		if !last && len(out.body) == 0 {
			continue
		}
		if held {
			if out.status == 0 && sent.Replay {
				out.contentType = "text/event-stream; charset=utf-8"
			}
			if err := s.send(responseHeaders(out.status, out.contentType)); err != nil {
				return err
			}
		}
		trailers := s.in.kind == kindAnswerTrailers
		if err := s.send(chunk(fieldResponseBodyAnswer, mem.SliceBuffer(out.body), last && !trailers)); err != nil {
			return err
		}
		if trailers {
			return s.send(bytesAnswer(answerTrailersUnchanged))
		}
		if last {
			return nil
		}
	}
}

// failureType is the content type of a failure whose body will be another than it is,
// which is known before it is there: what is no JSON says nothing that could be read.
func (s *stream) failureType(w *translate.Writer) string {
	if w.Form != translate.FormFailure || hasMediaType(s.in.head.contentType, "application/json") || w.Answer.Failure(w.Status, nil) == nil {
		return ""
	}
	return "application/json"
}

// piece is what a piece of a response becomes.
type piece struct {
	body        []byte
	status      int    // another one than the response's, where the headers are held; 0 is none
	contentType string // the same
}

// translatePiece reads the next piece of a response.
func (s *stream) translatePiece(w *translate.Writer) (out piece, last bool, err error) {
	if err := s.envoy.RecvMsg(&s.in); err != nil {
		return out, false, err
	}
	if s.in.kind != kindAnswerBody && s.in.kind != kindAnswerTrailers {
		return out, false, unexpected(s.in.kind, "inside a response")
	}
	last = s.in.end || s.in.kind == kindAnswerTrailers
	body, failed := w.Append(nil, s.in.body, last)
	s.in.release()
	if failed != nil {
		s.options.Observer.Refused(failed)
		return piece{body: failed.Body(azure.ShapeOpenAI), status: failed.Status, contentType: "application/json"}, true, nil
	}
	return piece{body: body}, last, nil
}
