package fakeazure

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestSpeech(t *testing.T) {
	s := start(t, standard())
	r := classic(t, s, "tts", "audio/speech", `{"input":"hello","voice":"alloy","response_format":"wav"}`)
	want(t, "status", r.Status, http.StatusOK)
	want(t, "type", r.Header.Get("content-type"), "audio/wav")
	want(t, "content-length", r.Header.Get("content-length"), "")
	want(t, "magic", r.Body[:4]+r.Body[8:12], "RIFFWAVE")
	want(t, "length in the header", int(binary.LittleEndian.Uint32([]byte(r.Body[4:]))), len(r.Body)-8)
	again := classic(t, s, "tts", "audio/speech", `{"input":"hello","voice":"alloy","response_format":"wav"}`)
	want(t, "the same again", again.Body == r.Body, true)
	r = classic(t, s, "tts", "audio/speech", `{"input":"hello","voice":"alloy","fakeazure":{"size":1000000}}`)
	want(t, "bytes asked for", len(r.Body), 1000000)
	want(t, "default type", r.Header.Get("content-type"), "audio/mpeg")
	r = classic(t, s, "tts", "audio/speech", `{"input":"hello","voice":"alloy","stream_format":"sse"}`)
	want(t, "events", strings.Contains(r.Body, `"type":"speech.audio.done"`), true)
	for _, body := range []string{`{"voice":"alloy"}`, `{"input":"x"}`, `{"input":"x","voice":"alloy","response_format":"midi"}`} {
		want(t, "status of "+body, classic(t, s, "tts", "audio/speech", body).Status, http.StatusBadRequest)
	}
	s.Check(t)
}

func TestTranscriptions(t *testing.T) {
	s := start(t, standard())
	sum := sha256.Sum256([]byte("SOUND"))
	text := "You said: a.wav of 5 bytes with hash " + hex.EncodeToString(sum[:])[:12]
	file := part{"file", "a.wav", "SOUND"}
	for _, row := range []struct {
		name, op, deployment string
		parts                []part
		status               int
		body                 string
	}{
		{"json", "transcriptions", "whisper", []part{file}, 200, `{"text":"` + text + `"}`},
		{"text", "transcriptions", "whisper", []part{{"response_format", "", "text"}, file}, 200, text + "\n"},
		{"srt", "transcriptions", "whisper", []part{file, {"response_format", "", "srt"}}, 200, "1\n00:00:00,000 --> 00:00:01,000\n" + text + "\n\n\n"},
		{"vtt", "translations", "whisper", []part{file, {"response_format", "", "vtt"}}, 200, "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n" + text + "\n\n"},
		{"an unknown format", "transcriptions", "whisper", []part{file, {"response_format", "", "xml"}}, 400, ""},
		{"srt of gpt-4o-transcribe", "transcriptions", "transcribe", []part{file, {"response_format", "", "srt"}}, 400, ""},
		{"no file", "transcriptions", "whisper", []part{{"response_format", "", "text"}}, 400, ""},
		{"a file without a name", "transcriptions", "whisper", []part{{"file", "", "SOUND"}}, 400, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			contentType, body := multipartBody(t, row.parts...)
			r := send(t, http.MethodPost, s.classicURL("a", row.deployment, "audio/"+row.op), body, "api-key", "key-a", "Content-Type", contentType)
			want(t, "status", r.Status, row.status)
			if row.status == 200 {
				want(t, "body", r.Body, row.body)
			}
		})
	}
	s.Check(t)
}

func TestVerboseTranscription(t *testing.T) {
	s := start(t, standard())
	contentType, body := multipartBody(t, part{"file", "a.wav", "SOUND"}, part{"response_format", "", "verbose_json"},
		part{"timestamp_granularities[]", "", "word"}, part{"timestamp_granularities[]", "", "segment"}, part{"model", "", "whisper"})
	r := send(t, http.MethodPost, s.URL("a")+"/openai/v1/audio/translations", body, "api-key", "key-a", "Content-Type", contentType)
	want(t, "task", r.JSON(t, "task"), "translate")
	want(t, "word", r.JSON(t, "words.0.word"), "You")
	want(t, "segment", r.JSON(t, "segments.0.id"), 0.0)
}

func TestStreamedTranscription(t *testing.T) {
	s := start(t, standard())
	contentType, body := multipartBody(t, part{"file", "a.wav", "SOUND"}, part{"stream", "", "true"})
	r := send(t, http.MethodPost, s.classicURL("a", "transcribe", "audio/transcriptions"), body, "api-key", "key-a", "Content-Type", contentType)
	all := events(t, r.Body)
	joined := ""
	var last any
	for _, data := range all {
		_ = json.Unmarshal([]byte(data), &last)
		delta, _ := walk(last, "delta").(string)
		joined += delta
	}
	want(t, "last event", walk(last, "type"), "transcript.text.done")
	want(t, "deltas", joined, walk(last, "text"))
	r = send(t, http.MethodPost, s.classicURL("a", "whisper", "audio/transcriptions"), body, "api-key", "key-a", "Content-Type", contentType)
	want(t, "whisper does not stream", r.Header.Get("content-type"), "application/json")
}

// zeros is a body of n bytes in no memory.
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	clear(p[:n])
	z.left -= n
	return int(n), nil
}

func TestLargeFilesAreHashedNotKept(t *testing.T) {
	s := start(t, standard())
	const size = 20 << 20
	contentType, frame := multipartBody(t, part{"file", "big.wav", "@"}, part{"model", "", "whisper"})
	before, after, _ := strings.Cut(frame, "@")
	request, err := http.NewRequestWithContext(deadline(t), http.MethodPost, s.URL("a")+"/openai/v1/audio/transcriptions",
		io.MultiReader(strings.NewReader(before), &zeros{size}, strings.NewReader(after)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Api-Key", "key-a")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	want(t, "status", response.StatusCode, http.StatusOK)
	last, _ := s.Last()
	hash := sha256.New()
	_, _ = io.Copy(hash, &zeros{size})
	want(t, "deployment", last.Deployment, "whisper")
	want(t, "size", last.Form[0].Size, int64(size))
	want(t, "hash", last.Form[0].SHA256, hex.EncodeToString(hash.Sum(nil)))
	want(t, "whole length", last.BodyLength, int64(size+len(before)+len(after)))
	want(t, "chunked", last.ContentLength, int64(-1))
	want(t, "kept", last.Body == nil, true)
	want(t, "value of a field", last.Form[1].Value, "whisper")
}

func TestBrokenForms(t *testing.T) {
	s := start(t, standard())
	contentType, body := multipartBody(t, part{"model", "", "whisper"}, part{"file", "a.wav", "SOUND"})
	for _, row := range []struct{ name, contentType, body string }{
		{"no boundary", "multipart/form-data", body},
		{"JSON", "application/json", `{"model":"whisper"}`},
		{"no end", contentType, body[:len(body)-10]},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := send(t, http.MethodPost, s.URL("a")+"/openai/v1/audio/transcriptions", row.body, "api-key", "key-a", "Content-Type", row.contentType)
			want(t, "status", r.Status, http.StatusBadRequest)
			last, _ := s.Last()
			want(t, "recorded body", bytes.Equal(last.Body, []byte(row.body)), true)
		})
	}
}
