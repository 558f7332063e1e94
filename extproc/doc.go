// Package extproc is the external processor: one gRPC stream for each HTTP
// request that Envoy has in hand.
//
// The room holds protocol only. A stream is a small state machine (stream.go)
// around decisions that other rooms take: azure says what a path means and how
// a body is rewritten, auth says whether the caller may, routing says which
// deployment serves. None of them knows a gRPC message, and nothing here knows
// a strategy.
//
// A response is looked at only where it has to change: the ids in it get the tags of
// their resource (edit.go), piece by piece as it passes.
//
// Messages are read and written as wire bytes (wire.go, message.go, answer.go)
// and not through generated types: of a request azproc needs a handful of
// headers and the body, and building the generated tree for them costs more
// than all of the decision. The tests hold every byte against the generated
// types of go-control-plane.
package extproc
