package extproc

import (
	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/messages"
	"github.com/azproc/azproc/translate/normal"
	"github.com/azproc/azproc/translate/prompt"
	"github.com/azproc/azproc/translate/replay"
	"github.com/azproc/azproc/translate/responses"
)

// translators stand between the operation that a client asks for and another one by
// which a deployment serves.
var translators = map[[2]*azure.Operation]translate.Translator{
	{azure.OpChat, azure.OpMessages}:    messages.Translator{},
	{azure.OpChat, azure.OpResponses}:   responses.Translator{},
	{azure.OpChat, azure.OpCompletions}: prompt.Translator{},
}

// translator is who translates for a service that changes the answer to op.
func translator(op *azure.Operation, service azure.Service) translate.Translator {
	switch {
	case service.Op != op:
		return translators[[2]*azure.Operation{op, service.Op}]
	case service.Replay && op == azure.OpResponses:
		return replay.ResponsesTranslator{}
	case service.Normal:
		return normal.Translator{}
	default:
		return replay.ChatTranslator{}
	}
}

// translation makes the body of a request for a service that changes its answer.
func translation(w *azure.Rewrite, doc *azure.Doc, op *azure.Operation, service azure.Service, modelInBody bool) (translate.Sent, *azure.Error) {
	body, err := w.Prepare(doc, op, service, modelInBody)
	if err != nil {
		return translate.Sent{}, err
	}
	ask := translate.Ask{
		Body: body.Bytes, Model: w.Model, Base: w.Base, Stream: doc.Stream() && !service.Replay, DropParams: w.DropParams,
	}
	sent, err := translator(op, service).Request(&ask)
	if err != nil {
		return sent, err
	}
	if service.Op != op {
		sent.Body = w.AddExtra(sent.Body)
	}
	if sent.Replay = service.Replay; service.Replay && service.Op != op {
		usage := replay.IncludeUsage(body.Bytes)
		sent.Answer = replay.Answer(sent.Answer, func(dst, whole []byte) ([]byte, error) { return replay.Chat(dst, whole, usage) })
	}
	return sent, nil
}

// Takes says why a request cannot be made one of the operation by which a deployment
// serves it (routing.Table.Takes).
func Takes(w *azure.Rewrite, doc *azure.Doc, op *azure.Operation) *azure.Error {
	service, err := w.Manner.Serve(op, doc.Stream())
	if err == nil && service.Op != op {
		_, err = translation(w, doc, op, service, false)
	}
	return err
}
