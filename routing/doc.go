// Package routing decides which deployment serves a request.
//
// A Table is one immutable view of the model list, made from one configuration
// snapshot. A request is decided against one Table from beginning to end, so a
// reload never mixes two configurations in one answer. Nothing here knows
// Envoy, gRPC or HTTP: a decision takes the name of a model and gives an
// Attempt, and is tested without any of them.
package routing
