package e2e

import (
	"testing"
	"time"
)

// aMinuteAhead waits for the next minute of the clock when the running one is
// over soon: that is what limits are counted by.
func aMinuteAhead(t *testing.T) {
	t.Helper()
	if left := time.Until(time.Now().Truncate(time.Minute).Add(time.Minute)); left < patience {
		<-time.After(left)
	}
}
