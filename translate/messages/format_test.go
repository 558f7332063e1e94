package messages_test

import "testing"

func TestFormat(t *testing.T) { runCases(t, "format.json") }
