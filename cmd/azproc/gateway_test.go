package main

import (
	"testing"

	"github.com/azproc/azproc/envoy"
)

// TestEnvoysKeepaliveIsAllowed holds the two ends against each other: a
// connection that is pinged more often than the policy allows is ended after
// three pings, with every request on it.
func TestEnvoysKeepaliveIsAllowed(t *testing.T) {
	if keepalivePolicy.MinTime >= envoy.Keepalive || !keepalivePolicy.PermitWithoutStream {
		t.Errorf("Envoy pings every %v, with or without requests; allowed is %+v", envoy.Keepalive, keepalivePolicy)
	}
}
