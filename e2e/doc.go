// Package e2e holds the tests of the real thing: the azproc binary, built with
// the race detector, with a real Envoy, called by real SDKs, in front of a fake
// Azure that fails the test when it sees what it must not see.
package e2e
