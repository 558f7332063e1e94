package envoy

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	lua "github.com/yuin/gopher-lua"

	"github.com/azproc/azproc/usage"
)

// luaScript is response.lua as Envoy gets it, and beside it an Envoy that there is not:
// answers(chunks) gives what the script tells of a WebSocket whose bytes come in these
// chunks. Metadata that is kept from one chunk to the next cannot be set, as in Envoy.
func luaScript(t testing.TB) *lua.LState {
	t.Helper()
	script, err := render("response.lua", newView(nil, options, false))
	if err != nil {
		t.Fatal(err)
	}
	l := lua.NewState()
	t.Cleanup(l.Close)
	if err := l.DoString(`jit = {off = function() end}` + "\n" + script + `
function answers(chunks)
  local told, now = "", 0
  envoy_on_response({
    headers = function() return {get = function(_, name) return name == ":status" and "101" or nil end} end,
    streamInfo = function()
      local at = now
      return {dynamicMetadata = function()
        return {set = function(_, namespace, name, text)
          if at ~= now or namespace ~= "azproc.answer" or name ~= "told" then error("set " .. namespace .. " " .. name) end
          told = text
        end}
      end}
    end,
    bodyChunks = function()
      return function()
        now = now + 1
        local bytes = chunks[now]
        if not bytes then return nil end
        return {
          length = function() return #bytes end,
          getBytes = function(_, at, n)
            if at < 0 or n < 0 or at + n > #bytes then error("outside of the chunk") end
            return string.sub(bytes, at + 1, at + n)
          end,
        }
      end
    end,
  })
  return told
end`); err != nil {
		t.Fatal(err)
	}
	return l
}

// told has the script read chunks.
func told(t testing.TB, l *lua.LState, chunks ...string) string {
	t.Helper()
	list := l.NewTable()
	for _, c := range chunks {
		list.Append(lua.LString(c))
	}
	if err := l.CallByParam(lua.P{Fn: l.GetGlobal("answers"), NRet: 1, Protect: true}, list); err != nil {
		t.Fatal(err)
	}
	text := l.ToString(-1)
	l.Pop(1)
	return text
}

// The first byte of a frame's header.
const (
	more   = 0x00 // of the message before, and not the last
	last   = 0x80 // the last of it
	text   = 0x81
	begins = 0x01 // a message of text that goes on in other frames
	sound  = 0x82
	ping   = 0x89
)

// frame is a frame as a server sends it.
func frame(first byte, payload string) string {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return string(b) + payload
}

const (
	// As OpenAI's realtime API sends it, with its type first, and with its event's id first.
	spoken = `{"type":"response.done","event_id":"event_1","response":{"object":"realtime.response","id":"resp_1","status":"completed","output":[{"content":[{"transcript":"\\"usage\\":{\\"input_tokens\\":9}"}]}],` +
		`"usage":{"total_tokens":253,"input_tokens":132,"output_tokens":121,"input_token_details":{"text_tokens":119,"audio_tokens":13,"image_tokens":0,"cached_tokens":64,"cached_tokens_details":{"text_tokens":60,"audio_tokens":4,"image_tokens":0}},"output_token_details":{"text_tokens":30,"audio_tokens":91}},"metadata":null}}`
	spokenTold = `"usage":{"model":"","input_tokens":132,"input_tokens_details":{"cached_tokens":64,"cache_write_tokens":0,"audio_tokens":13,"image_tokens":0,"cached_tokens_details":{"audio_tokens":4}},"output_tokens":121,"output_tokens_details":{"reasoning_tokens":0,"audio_tokens":91,"image_tokens":0},"seconds":0.000}`
	blanks     = `{ "event_id" : "event_2", "type" : "response.done", "response": { "usage" : { "output_tokens": 2, "input_tokens" : 3, "input_token_details" : { "cached_tokens" : 1 } } } }`
	written    = `{"event_id":"e","type":"conversation.item.input_audio_transcription.completed","transcript":"hi","usage":{"type":"duration","seconds":1.25}}`
	completed  = `{"response":{"model":"gpt-4o-2024-11-20","tools":[{"model":"gpt-image-1","parameters":{"properties":{"usage":{"type":"string"}}}}],"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":2},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":1}}},"sequence_number":9,"type":"response.completed"}`
)

// sum is what is told of some tokens.
func sum(model string, input, cached, output, reasoning int, seconds string) string {
	return fmt.Sprintf(`"usage":{"model":%q,"input_tokens":%d,"input_tokens_details":{"cached_tokens":%d,"cache_write_tokens":0,"audio_tokens":0,"image_tokens":0,"cached_tokens_details":{"audio_tokens":0}},"output_tokens":%d,"output_tokens_details":{"reasoning_tokens":%d,"audio_tokens":0,"image_tokens":0},"seconds":%s}`, model, input, cached, output, reasoning, seconds)
}

// sessions are what servers send, and what is told of it.
func sessions() map[string]struct{ sent, want string } {
	one := sum("", 3, 1, 2, 0, "0.000")
	long := strings.Repeat("x", 70_000)
	return map[string]struct{ sent, want string }{
		"nothing":                      {"", ""},
		"an answer":                    {frame(text, `{"type":"session.created"}`) + frame(text, spoken), spokenTold},
		"one with blanks":              {frame(text, blanks), one},
		"two":                          {frame(text, blanks) + frame(text, blanks), sum("", 6, 2, 4, 0, "0.000")},
		"a transcription":              {frame(text, written) + frame(text, written), sum("", 0, 0, 0, 0, "2.500")},
		"both":                         {frame(text, blanks) + frame(text, written), sum("", 3, 1, 2, 0, "1.250")},
		"Responses":                    {frame(text, completed), sum("gpt-4o-2024-11-20", 5, 2, 7, 1, "0.000")},
		"Responses of several models":  {frame(text, completed) + frame(text, strings.Replace(completed, "gpt-4o-2024-11-20", "b", 1)) + frame(text, completed), sum("gpt-4o-2024-11-20", 10, 4, 14, 2, "0.000") + sum("b", 5, 2, 7, 1, "0.000")},
		"sound between":                {frame(sound, blanks) + frame(text, blanks) + frame(sound, long+blanks), one},
		"in fragments, a ping between": {frame(begins, blanks[:70]) + frame(ping, blanks) + frame(more, blanks[70:75]) + frame(more, "") + frame(last, blanks[75:]), one},
		"sound in fragments":           {frame(0x02, "{") + frame(last, blanks[1:]) + frame(text, blanks), one},
		"long":                         {frame(text, `{"type":"response.done","x":"`+long+`",`+blanks[1:]), one},
		"long, its type at the end":    {frame(text, `{"x":"`+long+`","response":{"usage":{"input_tokens":3,"output_tokens":2,"input_token_details":{"cached_tokens":1}},"x":"`+long+`"},"type":"response.done"}`), one},
		"long and of no interest":      {frame(text, `{"type":"response.output_audio.delta","delta":"`+long+`"}`) + frame(text, blanks), one},
		"another event with usage":     {frame(text, `{"type":"session.updated","usage":{"input_tokens":3}}`) + frame(text, `{"usage":{"input_tokens":3},"type":"session.updated"}`), ""},
		"an answer without usage":      {frame(text, `{"type":"response.done","response":{"usage":null}}`), ""},
		"one after usage":              {frame(text, strings.TrimSuffix(blanks, "}")+`,"usage":null}`), one},
		"usage that ends too early":    {frame(text, `{"type":"response.done","usage":{"input_tokens":3`), ""},
		"less than nothing":            {frame(text, `{"type":"response.done","usage":{"input_tokens":-3,"output_tokens":2,"x":[{"a":1}],"y":"z","z":null,"q":1e3}}`), sum("", 0, 0, 2, 0, "0.000")},
		"a frame that is cut":          {frame(text, blanks) + frame(text, spoken)[:500], one},
		"compressed":                   {frame(text|0x40, blanks) + frame(text, blanks), ""},
		"masked":                       {"\x81\x80\x00\x00\x00\x00" + frame(text, blanks), ""},
		"empty messages and the end":   {frame(text, "") + frame(begins, "") + frame(last, "") + frame(text, blanks) + frame(0x88, "\x03\xe8"), one},
	}
}

func TestTheUsageOfAWebSocketIsSummedUpHoweverItsBytesCome(t *testing.T) {
	l := luaScript(t)
	for name, tt := range sessions() {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{1, 2, 3, 7, 50, 161, 1000, 16384, 1 << 20} {
				if size < 7 && len(tt.sent) > 10_000 {
					continue
				}
				if got := told(t, l, pieces(tt.sent, size)...); got != tt.want {
					t.Errorf("in pieces of %d bytes: %s\nwant %s", size, got, tt.want)
				}
			}
		})
	}
}

func TestWhatIsToldOfAWebSocketIsReadAsUsage(t *testing.T) {
	l := luaScript(t)
	got := usage.ParseSession(told(t, l, frame(text, spoken)+frame(text, completed)+frame(text, written)))
	want := []usage.Part{
		{Model: "gpt-4o-2024-11-20", Tokens: usage.Tokens{Input: 5, Cached: 2, Output: 7, Reasoning: 1}},
		{Tokens: usage.Tokens{Input: 132, Cached: 64, AudioIn: 13, CachedAudio: 4, Output: 121, AudioOut: 91, Milliseconds: 1250}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// pieces cuts bytes.
func pieces(s string, size int) []string {
	var all []string
	for len(s) > size {
		all, s = append(all, s[:size]), s[size:]
	}
	return append(all, s)
}

// FuzzWebSocket sends anything, whole and in pieces.
func FuzzWebSocket(f *testing.F) {
	for _, tt := range sessions() {
		if len(tt.sent) < 10_000 {
			f.Add([]byte(tt.sent), 7)
		}
	}
	l := luaScript(f)
	f.Fuzz(func(t *testing.T, sent []byte, size int) {
		if size < 1 || len(sent) > 10_000 {
			return
		}
		whole, cut := told(t, l, string(sent)), told(t, l, pieces(string(sent), size)...)
		if whole != cut {
			t.Errorf("whole: %s\nin pieces of %d: %s", whole, size, cut)
		}
	})
}
