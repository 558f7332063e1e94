// Package auth knows who may call, and as whom azproc calls.
//
// A request never fetches a token: one refresher for each credential and scope
// fetches it ahead of time, and a request reads what is there with one atomic
// load. A credential that cannot be had is an error; another kind of
// credential never takes its place.
package auth
