package azure

import (
	"fmt"
	"net/http"
	"strings"
)

// Language is the API by which a model is asked for an answer to a chat, where it
// is not chat completions.
type Language uint8

// The languages.
const (
	LanguageChat        Language = iota // all of OpenAI's operations, each by its own
	LanguageMessages                    // Anthropic's Messages: Claude on Microsoft Foundry
	LanguageResponses                   // the Responses API alone
	LanguageCompletions                 // the old completions alone: instruct models
)

// String is the language's name, for people: the operation that speaks it.
func (l Language) String() string { return chats[l].Name }

// AnthropicVersion is what azproc writes into the header anthropic-version where no
// client has ("Versions" in the reference of Anthropic's API: the one that stays).
const AnthropicVersion = "2023-06-01"

// chats are the operations by which a chat is asked for in each language.
var chats = [...]*Operation{
	LanguageChat: OpChat, LanguageMessages: OpMessages, LanguageResponses: OpResponses, LanguageCompletions: OpCompletions,
}

// Manner is how a model is talked to.
type Manner struct {
	Language Language
	// Whole says that it cannot stream: a stream is made of its one answer.
	Whole bool
	// Normal says that the chunks of its streams are made those that OpenAI's
	// clients know (normalize_stream).
	Normal bool
}

// manners are those of models that do not do everything, by words of their names:
// all of words must be in the name, as in the families' table. The first row that
// fits counts. From Microsoft Learn, "Azure OpenAI reasoning models" (API and
// feature support), and "Deploy and use Claude models in Microsoft Foundry".
var manners = []struct {
	words  []string
	manner Manner
}{
	{[]string{"claude"}, Manner{Language: LanguageMessages}},
	{[]string{"o1-preview"}, Manner{}},
	{[]string{"o1-mini"}, Manner{}},
	{[]string{"o1-pro"}, Manner{Language: LanguageResponses, Whole: true}},
	{[]string{"o3-pro"}, Manner{Language: LanguageResponses, Whole: true}},
	{[]string{"gpt-5-pro"}, Manner{Language: LanguageResponses, Whole: true}},
	{[]string{"gpt-5.#-pro"}, Manner{Language: LanguageResponses}},
	{[]string{"codex-mini"}, Manner{Language: LanguageResponses}},
	{[]string{"gpt-5", "codex"}, Manner{Language: LanguageResponses}},
	{[]string{"gpt-5.#", "codex"}, Manner{Language: LanguageResponses}},
	{[]string{"o3-deep-research"}, Manner{Language: LanguageResponses}},
	{[]string{"o4-mini-deep-research"}, Manner{Language: LanguageResponses}},
	{[]string{"computer-use-preview"}, Manner{Language: LanguageResponses}},
	{[]string{"o1"}, Manner{Whole: true}},
	{[]string{"turbo-instruct"}, Manner{Language: LanguageCompletions}},
	{[]string{"davinci-002"}, Manner{Language: LanguageCompletions}},
	{[]string{"babbage-002"}, Manner{Language: LanguageCompletions}},
}

// MannerOf is the manner of a model by its name: a base model's, else a
// deployment's.
func MannerOf(name string) Manner {
	name = strings.ToLower(name)
rows:
	for i := range manners {
		for _, w := range manners[i].words {
			if !hasWord(name, w) {
				continue rows
			}
		}
		return manners[i].manner
	}
	return Manner{}
}

// Service is how a deployment serves a request.
type Service struct {
	// Op is the operation that the deployment is asked for.
	Op *Operation
	// Replay says that the client's stream is made of one whole answer.
	Replay bool
	// Normal says that the stream's chunks are made OpenAI's.
	Normal bool
}

// Changes is whether an answer to op has to change for the client.
func (s Service) Changes(op *Operation) bool { return s.Op != op || s.Replay || s.Normal }

// Serve says how a model of this manner serves an operation; stream is whether the
// client wants a stream. The error is a 400 that says what to use instead.
func (m Manner) Serve(op *Operation, stream bool) (Service, *Error) {
	s := Service{Op: op}
	switch {
	case op == nil: // nothing is asked for yet
	case op == OpChat:
		s.Op = chats[m.Language]
	case m.Language == LanguageMessages && !op.Anthropic && (op.Modeled || op == OpStored):
		return s, foreignOperation(op, "this model is Claude: use /v1/chat/completions or /v1/messages")
	case m.Language != LanguageMessages && op.Anthropic:
		return s, foreignOperation(op, "this model is not Claude: use /v1/chat/completions or /v1/responses")
	}
	if stream && (op == OpChat || op == OpResponses) {
		s.Replay = m.Whole
		s.Normal = m.Normal && op == OpChat && s.Op == OpChat && !s.Replay
	}
	return s, nil
}

// foreignOperation is for an operation that a model's API does not have.
func foreignOperation(op *Operation, instead string) *Error {
	return &Error{
		Status: http.StatusBadRequest, Type: "invalid_request_error", Code: "unsupported_operation", Param: "model",
		Message: fmt.Sprintf("%s is not served: %s.", op.Name, instead),
	}
}
