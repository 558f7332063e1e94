package messages_test

import "testing"

func TestMessage(t *testing.T) { runCases(t, "message.json") }
