package fakeazure

import (
	"encoding/json"
	"net/http"
)

// realtimeOperations are the WebSockets, and what hands out keys for browsers. The preview
// names the deployment in the query as `deployment`, v1 as `model`.
var realtimeOperations = []*operation{
	{path: "realtime", method: http.MethodGet, kind: KindRealtime, only: surfaceResource, since: "2024-10-01", preview: true, socket: true, id: "Realtime_Connect", verb: "realtime", named: func(c *call) string { return c.r.URL.Query().Get("deployment") }, serve: (*call).realtime},
	{path: "realtime", method: http.MethodGet, kind: KindRealtime, only: surfaceV1, socket: true, id: "Realtime_Connect", verb: "realtime", named: func(c *call) string { return c.r.URL.Query().Get("model") }, serve: (*call).realtime},
	{path: "realtimeapi/sessions", method: http.MethodPost, kind: KindRealtime, only: surfaceResource, since: "2025-04-01", preview: true, id: "Realtime_Sessions", verb: "realtime", serve: (*call).realtimeSession},
	{path: "realtime/client_secrets", method: http.MethodPost, kind: KindRealtime, only: surfaceV1, id: "Realtime_ClientSecrets", verb: "realtime", named: (*call).modelOfSession, serve: (*call).clientSecret},
	{path: "responses", method: http.MethodGet, only: surfaceV1, socket: true, serve: (*call).responsesSocket},
}

type secretRequest struct {
	Session object `json:"session"`
}

func (c *call) modelOfSession() string {
	var q secretRequest
	_ = json.Unmarshal(c.body, &q) // the operation itself answers what is wrong
	model, _ := q.Session["model"].(string)
	return model
}

// ephemeralKey makes a key that a browser may know, for some minutes.
func (c *call) ephemeralKey() (key string, expires int64) {
	m := c.resource.memory
	key = newShortID("ek_")
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ephemeral.put(key, true)
	return key, c.created() + 600
}

// realtimeSession is the beta's way to a key: the session has it inside.
func (c *call) realtimeSession() {
	fields, wrong := c.fields()
	if wrong != nil {
		c.fail(wrong)
		return
	}
	session := c.newSession(fields)
	key, expires := c.ephemeralKey()
	session["client_secret"] = object{"value": key, "expires_at": expires}
	c.json(http.StatusOK, session)
}

// clientSecret is the present way: the key has the session inside.
func (c *call) clientSecret() {
	var q secretRequest
	if wrong := c.decode(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	key, expires := c.ephemeralKey()
	c.json(http.StatusOK, object{"value": key, "expires_at": expires, "session": c.newSession(q.Session)})
}

// beta reports whether the client speaks the preview's events: by the surface,
// or as OpenAI has it by a header.
func (c *call) beta() bool {
	return c.surface == surfaceResource || c.r.Header.Get("Openai-Beta") == "realtime=v1"
}

// newSession is a session with what the client has already set.
func (c *call) newSession(fields object) object {
	session := object{"id": newShortID("sess_"), "object": "realtime.session", "expires_at": c.created() + 1800, "tools": []any{}, "tool_choice": "auto", "instructions": ""}
	more := object{
		"type": "realtime", "output_modalities": []string{"audio"}, "max_output_tokens": "inf", "include": nil,
		"audio": object{
			"input":  object{"format": object{"type": "audio/pcm", "rate": 24000}, "turn_detection": object{"type": "server_vad"}},
			"output": object{"format": object{"type": "audio/pcm", "rate": 24000}, "voice": "alloy", "speed": 1},
		},
	}
	if c.beta() {
		more = object{
			"modalities": []string{"text", "audio"}, "voice": "alloy", "input_audio_format": "pcm16", "output_audio_format": "pcm16",
			"input_audio_transcription": nil, "turn_detection": object{"type": "server_vad"}, "temperature": 0.8, "max_response_output_tokens": "inf",
		}
	}
	for _, from := range []object{more, fields} {
		for name, value := range from {
			session[name] = value
		}
	}
	session["model"] = c.deployed.replyModel()
	return session
}
