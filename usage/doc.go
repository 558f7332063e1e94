// Package usage is what azproc counts: today the state of its configuration and
// credentials and what it refused, for the admin port's /metrics.
package usage
