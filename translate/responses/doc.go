// Package responses lets clients of chat completions use models that only speak
// the Responses API: codex, the -pro models, whatever is declared as
// azure/responses/NAME.
//
// The mapping follows OpenAI's "Migrate to the Responses API", the API reference
// and the types of the official SDK (openai-python 3.54: openai.types.responses
// and openai.types.chat), whose schema the tests hold every request against.
//
//	params.go   which of chat's parameters become what, which are refused
//	input.go    messages as items
//	parts.go    the parts of a message
//	tools.go    tools and the choice of one
//	compose.go  members that come of several parameters
//	whole.go    an answer in one piece
//	stream.go   an answer event by event
package responses
