// Package translate lets a client speak one API to a model that speaks another.
//
// A [Translator] stands between two operations: it makes the request of the one
// that of the other, and gives an [Answer] that makes what comes back what the
// client has asked for: a whole answer, a stream event by event, an error.
// Everything of one language is a folder of its own:
//
//	chat       the language of clients: completions and chunks as they are written
//	messages   chat completions at Anthropic's Messages (Claude on Foundry)
//	responses  chat completions at the Responses API
//	prompt     chat completions at the old completions (instruct models)
//	replay     streams made of one whole answer, for models that cannot stream
//	normal     Azure's own chunks, completed or dropped for clients that know OpenAI's
//
// Who needs which is decided elsewhere: azure says what a model speaks
// (azure.Service), extproc has the table of translators and carries the bytes
// ([Writer]). Nothing here knows Envoy, routing or configuration.
//
// JSON is read with gjson and written by appending: strings are moved as they
// were written, escapes and all, and never decoded only to be encoded again.
package translate
