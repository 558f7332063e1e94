package messages_test

import "testing"

func TestThinking(t *testing.T) { runCases(t, "thinking.json") }
