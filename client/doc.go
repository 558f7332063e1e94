// Package client is azproc as a client of Azure: the few requests that the Go
// service makes itself. Envoy carries every other one.
//
// There are two kinds. A probe asks one deployment something cheap, to see whether
// it answers (probe.go, check.go). A merged list asks every resource for a
// collection and makes one page of their pages (list.go).
package client
