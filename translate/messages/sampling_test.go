package messages_test

import "testing"

func TestSampling(t *testing.T) { runCases(t, "sampling.json") }
