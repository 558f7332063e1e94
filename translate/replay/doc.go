// Package replay makes streams of one whole answer, for models that cannot stream:
// a client that has asked for a stream gets the events that a model would have sent
// that had its answer ready at once.
//
// [Chat] and [Response] are functions of bytes. [Answer] puts one of them behind the
// answer of another translator, [ChatTranslator] and [ResponsesTranslator] are for
// models that speak the client's API and only do not stream.
package replay
