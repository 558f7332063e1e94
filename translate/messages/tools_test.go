package messages_test

import "testing"

func TestTools(t *testing.T) { runCases(t, "tools.json") }
