package e2e

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"regexp"
	"strings"
	"testing"
)

// created is the second at which Azure made an answer.
var created = regexp.MustCompile(`("created":)\d+`)

// form makes a transcription's form with further fields.
func form(t *testing.T, model string, fields ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.SetBoundary("boundary-of-the-test")
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	f, err := w.CreateFormFile("file", "a.wav")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(make([]byte, 3000))
	_ = w.WriteField("model", model)
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

// TestAnswersPassAsAzureSentThem asks Azure and the gateway the same thing and
// holds one answer against the other, byte for byte.
func TestAnswersPassAsAzureSentThem(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	const vision = `{"model":"chat","messages":[{"role":"user","content":[{"type":"text","text":"what?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}],"data_sources":[{"type":"azure_search","parameters":{}}],"max_tokens":5}`
	type ask struct{ path, body, contentType string }
	asks := map[string]ask{
		"chat":              {"chat/completions", `{"model":"chat","messages":[{"role":"user","content":"hi"}],"logprobs":true,"n":2}`, "application/json"},
		"a stream":          {"chat/completions", usageBody, "application/json"},
		"vision and data":   {"chat/completions", vision, "application/json"},
		"structured output": {"chat/completions", `{"model":"chat","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}}}}`, "application/json"},
		"embeddings":        {"embeddings", `{"model":"embed","input":"hi","encoding_format":"base64"}`, "application/json"},
		"speech":            {"audio/speech", `{"model":"speech","input":"hi","voice":"alloy","response_format":"wav"}`, "application/json"},
		"extensions":        {"extensions/chat/completions", vision, "application/json"},
	}
	for _, format := range []string{"json", "text", "srt", "vtt", "verbose_json"} {
		body, contentType := form(t, "listen", "response_format", format)
		asks["a transcription as "+format] = ask{"audio/transcriptions", body, contentType}
	}
	kindOf := func(a ask) string {
		switch {
		case strings.HasPrefix(a.path, "audio/t"):
			return "listen"
		case strings.HasPrefix(a.path, "audio/speech"):
			return "speech"
		case strings.HasPrefix(a.path, "embeddings"):
			return "embed"
		}
		return "chat"
	}
	for name, a := range asks {
		t.Run(name, func(t *testing.T) {
			kind := kindOf(a)
			through := do(t, "POST", fmt.Sprintf("%s/openai/deployments/%s/%s?api-version=%s", g.url, kind, a.path, classic), a.body, "content-type", a.contentType)
			direct := do(t, "POST", fmt.Sprintf("%s/openai/deployments/dep-%s/%s?api-version=%s", azure.URL("a"), kind, a.path, classic), a.body,
				"content-type", a.contentType, "authorization", "", "api-key", azureKey, "accept-encoding", "identity")
			if direct.status != 200 {
				t.Fatalf("Azure itself: %d %s", direct.status, direct.body)
			}
			// The two calls may fall into two seconds, which "created" tells.
			through.body, direct.body = created.ReplaceAllString(through.body, "$1"), created.ReplaceAllString(direct.body, "$1")
			if through.status != direct.status || through.body != direct.body || through.header.Get("content-type") != direct.header.Get("content-type") {
				t.Errorf("Azure: %s %.300q\nazproc: %d %s %.300q", direct.header.Get("content-type"), direct.body, through.status, through.header.Get("content-type"), through.body)
			}
		})
	}
}
