// Package usage is what azproc counts: every request when it is over (Record), with the
// tokens that its answer tells of, what batches use, and the state of the gateway.
// Books hear of the records: the metrics, the access log, the page for people.
package usage
