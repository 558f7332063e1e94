// Package admin is the port for operators: health, readiness and metrics. It is
// apart from the traffic, so that a full listener never hides the state.
package admin
