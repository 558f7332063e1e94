package messages_test

import "testing"

func TestContent(t *testing.T) { runCases(t, "content.json") }
