package fakeazure

import "testing"

func TestClaudeCachesPrompts(t *testing.T) {
	s := start(t, withClaude())
	mark := `"cache_control":{"type":"ephemeral"`
	system := `"system":[{"type":"text","text":"be very brief",` + mark + `,"ttl":"1h"}}]`
	usage := func(r result, name string) float64 { return r.JSON(t, "usage."+name).(float64) }
	r := messages(t, s, claudeAsk("sonnet", "hi", system))
	want(t, "written", usage(r, "cache_creation_input_tokens"), 3.0)
	want(t, "written for an hour", usage(r, "cache_creation.ephemeral_1h_input_tokens"), 3.0)
	want(t, "plain", usage(r, "input_tokens"), 7.0)
	r = messages(t, s, claudeTalk("sonnet", `{"role":"user","content":[{"type":"text","text":"one two",`+mark+`}}]}`, system))
	want(t, "read", usage(r, "cache_read_input_tokens"), 3.0)
	want(t, "written", usage(r, "cache_creation_input_tokens"), 5.0)
	want(t, "written for minutes", usage(r, "cache_creation.ephemeral_5m_input_tokens"), 5.0)
	r = messages(t, s, claudeAsk("old", "hi", system))
	want(t, "read from another deployment's", usage(r, "cache_read_input_tokens"), 0.0)
	first := messages(t, s, claudeAsk("old", "same", mark+`}`))
	again := messages(t, s, claudeAsk("old", "same", mark+`}`))
	want(t, "written by a mark on the request", usage(first, "cache_creation_input_tokens"), 4.0)
	want(t, "read by a mark on the request", usage(again, "cache_read_input_tokens"), 4.0)
}
