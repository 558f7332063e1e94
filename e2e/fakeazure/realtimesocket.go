package fakeazure

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/coder/websocket"
)

// talk is one realtime session: a WebSocket and what was said over it.
type realtimeTalk struct {
	*socket
	session object
	said    []chatMessage
	last    any // id of the last item
	audio   int // bytes in the input buffer
	cached  int // tokens of what the last response was to
	turns   int
}

// Types of text frames that only the fake understands: [ClosePlease] makes it
// close the WebSocket with the frame's code and reason, [PingPlease] makes it
// send a ping and tell by a frame of that type that the pong has come.
const (
	ClosePlease = "fakeazure.close"
	PingPlease  = "fakeazure.ping"
)

// realtime serves a session: what a client of the API sends is answered as the
// API does; any other text comes back as the delta of a response, and what is
// binary comes back as it is.
func (c *call) realtime() {
	c.accept(func(s *socket) {
		t := &realtimeTalk{socket: s, session: c.newSession(nil)}
		t.event("session.created", object{"session": t.session})
		for frame := range s.frames {
			if s.broken {
				return
			}
			if frame.Binary {
				s.binary = true
				s.part(frame.Data)
				continue
			}
			if !t.understand(frame.Data) {
				return
			}
		}
	})
}

// event sends an event of the API.
func (t *realtimeTalk) event(name string, fields object) {
	fields["type"], fields["event_id"] = name, newShortID("event_")
	t.say(fields)
}

// clientEvent is what the fake understands of a client's event.
type clientEvent struct {
	Type     string `json:"type"`
	EventID  any    `json:"event_id"`
	Session  object `json:"session"`
	Item     object `json:"item"`
	Previous any    `json:"previous_item_id"`
	Audio    []byte `json:"audio"`
	ItemID   string `json:"item_id"`
	Response struct {
		Input []object `json:"input"`
	} `json:"response"`
	Code   int    `json:"code"`
	Reason string `json:"reason"`
}

// understand answers a text frame; false ends the session.
func (t *realtimeTalk) understand(data []byte) bool {
	var e clientEvent
	_ = json.Unmarshal(data, &e) // what is not understood is echoed
	switch e.Type {
	case "session.update":
		for name, value := range e.Session {
			if name != "model" && name != "id" {
				t.session[name] = value
			}
		}
		t.event("session.updated", object{"session": t.session})
	case "conversation.item.create":
		t.add(e.Item)
	case "input_audio_buffer.append":
		t.audio += len(e.Audio)
	case "input_audio_buffer.clear":
		t.audio = 0
		t.event("input_audio_buffer.cleared", object{})
	case "input_audio_buffer.commit":
		before := t.last
		id := newShortID("item_")
		t.event("input_audio_buffer.committed", object{"item_id": id, "previous_item_id": before})
		t.add(object{"id": id, "type": "message", "role": "user", "content": []any{object{"type": "input_text", "text": strconv.Itoa(t.audio) + " bytes of audio"}}})
		t.transcribe(id)
		t.audio = 0
	case "response.create":
		for _, item := range e.Response.Input {
			t.hear(item)
		}
		t.respond()
	case ClosePlease:
		t.end(websocket.StatusCode(e.Code), e.Reason)
		return false
	case PingPlease:
		if t.conn.Ping(t.call.r.Context()) == nil {
			t.say(object{"type": PingPlease})
		}
	default:
		t.event(t.delta(), object{"response_id": nil, "item_id": nil, "output_index": 0, "content_index": 0, "delta": string(data)})
	}
	return true
}

// delta is how the API calls a piece of text.
func (t *realtimeTalk) delta() string {
	if t.call.beta() {
		return "response.text.delta"
	}
	return "response.output_text.delta"
}

// transcribe writes down the sound of an item, where the session asks for it: by whisper
// for seconds, by any other model for tokens, ten of them a second.
func (t *realtimeTalk) transcribe(item string) {
	asked, ok := t.session["input_audio_transcription"].(map[string]any)
	if !ok {
		audio, _ := t.session["audio"].(map[string]any)
		input, _ := audio["input"].(map[string]any)
		if asked, ok = input["transcription"].(map[string]any); !ok {
			return
		}
	}
	seconds := float64(t.audio) / bytesPerSecond
	usage := object{"type": "duration", "seconds": seconds}
	if asked["model"] != "whisper-1" {
		in := int(seconds * 10)
		usage = object{"type": "tokens", "total_tokens": in + 4, "input_tokens": in, "input_token_details": object{"text_tokens": 0, "audio_tokens": in}, "output_tokens": 4}
	}
	t.event("conversation.item.input_audio_transcription.completed", object{"item_id": item, "content_index": 0, "transcript": strconv.Itoa(t.audio) + " bytes of audio", "usage": usage})
}

// bytesPerSecond is what pcm16 has, at 24 kHz.
const bytesPerSecond = 48_000

// hear keeps what an item says.
func (t *realtimeTalk) hear(item object) {
	in := responsesInput{items: []object{item}}
	t.said = append(t.said, in.messages()...)
}

// add takes an item of the client's into the conversation.
func (t *realtimeTalk) add(item object) {
	if item == nil {
		t.event("error", object{"error": object{"type": "invalid_request_error", "code": "missing_required_parameter", "message": "Missing required parameter: 'item'.", "param": "item"}})
		return
	}
	item["object"], item["status"] = "realtime.item", "completed"
	if item["id"] == nil {
		item["id"] = newShortID("item_")
	}
	t.hear(item)
	t.show(item)
}

// show tells of an item that has come into the conversation.
func (t *realtimeTalk) show(item object) {
	before := t.last
	t.last = item["id"]
	if t.call.beta() {
		t.event("conversation.item.created", object{"previous_item_id": before, "item": item})
		return
	}
	t.event("conversation.item.added", object{"previous_item_id": before, "item": item})
	t.event("conversation.item.done", object{"previous_item_id": before, "item": item})
}

// respond answers what was said last; from the second answer on it says which
// one it is.
func (t *realtimeTalk) respond() {
	t.turns++
	text := "You said: "
	if len(t.said) > 0 {
		text = echo(t.said)
	}
	if t.turns > 1 {
		text += fmt.Sprintf(" (turn %d)", t.turns)
	}
	kind, name := "output_text", "response.output_text.done"
	if t.call.beta() {
		kind, name = "text", "response.text.done"
	}
	response := object{
		"id": newShortID("resp_"), "object": "realtime.response", "status": "in_progress", "status_details": nil, "output": []object{},
		"conversation_id": newShortID("conv_"), "usage": nil, "metadata": nil,
	}
	item := object{"id": newShortID("item_"), "object": "realtime.item", "type": "message", "status": "in_progress", "role": "assistant", "content": []object{}}
	at := func(fields object) object {
		fields["response_id"], fields["item_id"], fields["output_index"], fields["content_index"] = response["id"], item["id"], 0, 0
		return fields
	}
	part := func(text string) object { return object{"type": kind, "text": text} }
	t.event("response.created", object{"response": response})
	t.event("response.output_item.added", object{"response_id": response["id"], "output_index": 0, "item": item})
	t.show(item)
	t.event("response.content_part.added", at(object{"part": part("")}))
	tokens := tokenize(text)
	for _, token := range tokens {
		t.event(t.delta(), at(object{"delta": token}))
	}
	t.event(name, at(object{"text": text}))
	t.event("response.content_part.done", at(object{"part": part(text)}))
	item["status"], item["content"] = "completed", []object{part(text)}
	t.event("response.output_item.done", object{"response_id": response["id"], "output_index": 0, "item": item})
	response["status"], response["output"] = "completed", []object{item}
	input := 0
	for _, m := range t.said {
		input += len(tokenize(m.Content.text))
	}
	response["usage"] = object{
		"total_tokens": input + len(tokens), "input_tokens": input, "output_tokens": len(tokens),
		"input_token_details":  object{"text_tokens": input, "audio_tokens": 0, "cached_tokens": t.cached, "cached_tokens_details": object{"text_tokens": t.cached, "audio_tokens": 0}},
		"output_token_details": object{"text_tokens": len(tokens), "audio_tokens": 0},
	}
	t.cached = input
	t.event("response.done", object{"response": response})
}
