package messages_test

import "testing"

func TestTurns(t *testing.T) { runCases(t, "turns.json") }
