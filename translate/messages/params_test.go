package messages_test

import "testing"

func TestParams(t *testing.T) { runCases(t, "params.json") }
