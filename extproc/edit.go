package extproc

import (
	"cmp"
	"strings"

	"google.golang.org/grpc/mem"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/wire"
)

var (
	// answerUnchanged lets the response pass from its headers on.
	answerUnchanged = wire.AppendBytes(nil, fieldResponseHeadersAnswer, "")
	// answerEdited asks for the response's body as it comes. Its length will be
	// another one.
	answerEdited = func() []byte {
		mutation := wire.AppendBytes(nil, fieldRemoveHeaders, "content-length")
		common := wire.AppendBytes(nil, fieldHeaderMutation, mutation)
		b := wire.AppendBytes(nil, fieldResponseHeadersAnswer, wire.AppendBytes(nil, fieldCommon, common))
		return mode{trailers: headerModeSkip, answer: headerModeSend, answerBody: bodyModeDuplex}.override(b)
	}()
	// answerTrailersUnchanged answers its trailers.
	answerTrailersUnchanged = wire.AppendBytes(nil, fieldResponseTrailersAnswer, "")
)

// edit waits for the response of a request that was sent on its way and puts tags
// on its ids as it passes: those of the resource that has served, which after a
// failure is not the one that was asked first. What is no JSON, an error above all,
// passes as it is.
func (s *stream) edit(planned *azure.Resource) error {
	if planned == nil {
		return nil
	}
	if err := s.recv(kindAnswerHeaders); err != nil {
		return err
	}
	head := s.in.head
	events := hasMediaType(head.contentType, "text/event-stream")
	json := hasMediaType(head.contentType, "application/json")
	if s.in.end || !strings.HasPrefix(head.status, "2") || head.contentEncoding != "" || !events && !json {
		return s.send(bytesAnswer(answerUnchanged))
	}
	if d := s.now.table.Named(head.deployment); d != nil {
		planned = d.Resource
	}
	if err := s.send(bytesAnswer(answerEdited)); err != nil {
		return err
	}
	if err := s.editBody(azure.NewIDWriter(planned, events)); err != nil {
		return err
	}
	if len(s.batch) > 0 {
		key := s.now.table.Tags.BatchKey(s.batch)
		s.options.Observer.BatchRead(planned.Name, cmp.Or(key, s.about.key), s.batch)
	}
	return nil
}

// maxBatch is the largest description of a batch that is read, in bytes.
const maxBatch = 256 << 10

// readsBatch is whether the answer describes a batch.
func (s *stream) readsBatch() bool {
	return s.route.OneBatch()
}

// refusedEarly serves a response that has begun before the request's body was whole:
// it is an error, and passes as it is. What still comes of the body goes on, until
// Envoy ends the stream.
func (s *stream) refusedEarly() error {
	if err := s.send(bytesAnswer(answerUnchanged)); err != nil {
		return err
	}
	for {
		if err := s.envoy.RecvMsg(&s.in); err != nil {
			return err
		}
		if s.in.kind != kindBody {
			continue
		}
		err := s.send(chunk(fieldBodyAnswer, s.in.lend(), s.in.end))
		s.in.release()
		if err != nil {
			return err
		}
	}
}

// editBody passes the body on, piece by piece.
func (s *stream) editBody(w *azure.IDWriter) error {
	for {
		if err := s.envoy.RecvMsg(&s.in); err != nil {
			return err
		}
		switch s.in.kind {
		case kindAnswerBody:
			end := s.in.end
			if s.readsBatch() && len(s.batch)+len(s.in.body) <= maxBatch {
				s.batch = append(s.batch, s.in.body...)
			}
			edited := w.Append(make([]byte, 0, len(s.in.body)+len(s.in.body)/8+64), s.in.body)
			s.in.release()
			if err := s.send(chunk(fieldResponseBodyAnswer, mem.SliceBuffer(edited), end)); err != nil || end {
				return err
			}
		case kindAnswerTrailers:
			return s.send(bytesAnswer(answerTrailersUnchanged))
		default:
			return unexpected(s.in.kind, "inside a response")
		}
	}
}
