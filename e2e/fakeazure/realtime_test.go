package fakeazure

import (
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	sdk "github.com/openai/openai-go/v3/realtime"
)

func TestARealtimeSessionAnswers(t *testing.T) {
	s := start(t, talking())
	const gaEvents = "response.created response.output_item.added conversation.item.added conversation.item.done response.content_part.added " +
		"response.output_text.delta response.output_text.delta response.output_text.delta response.output_text.done response.content_part.done response.output_item.done response.done"
	const betaEvents = "response.created response.output_item.added conversation.item.created response.content_part.added " +
		"response.text.delta response.text.delta response.text.delta response.text.done response.content_part.done response.output_item.done response.done"
	preview := s.URL("a") + "/openai/realtime?api-version=2025-04-01-preview&deployment=live"
	for _, row := range []struct {
		name, url string
		header    []string
		events    string
	}{
		{"GA", liveURL(s), []string{"api-key", "key-a"}, gaEvents},
		{"GA with the key as bearer", liveURL(s), []string{"Authorization", "Bearer key-a"}, gaEvents},
		{"GA with the key in the query", liveURL(s) + "&api-key=key-a", nil, gaEvents},
		{"preview", preview, []string{"api-key", "key-a"}, betaEvents},
		{"preview with the key in the query", preview + "&api-key=key-a", nil, betaEvents},
		{"OpenAI", s.URL("openai") + "/realtime?model=gpt-realtime", []string{"Authorization", "Bearer sk-open"}, gaEvents},
		{"OpenAI's beta", s.URL("openai") + "/realtime?model=gpt-realtime", []string{"Authorization", "Bearer sk-open", "OpenAI-Beta", "realtime=v1"}, betaEvents},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := dial(t, row.url, row.header...)
			first, created := p.until("session.created")
			want(t, "first event", first, "session.created")
			want(t, "session id", strings.HasPrefix(walk(created, "session.id").(string), "sess_"), true)
			want(t, "model", walk(created, "session.model"), "gpt-realtime")
			p.send(`{"type":"session.update","session":{"instructions":"be kind"}}`)
			_, updated := p.until("session.updated")
			want(t, "instructions", walk(updated, "session.instructions"), "be kind")
			p.send(`{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}}`)
			created = p.next()
			want(t, "item", walk(created, "item.content.0.text"), "hi")
			if row.events == gaEvents {
				p.until("conversation.item.done")
			}
			p.send(`{"type":"response.create"}`)
			types, done := p.until("response.done")
			want(t, "events", types, row.events)
			want(t, "answer", walk(done, "response.output.0.content.0.text"), "You said: hi")
			p.send(`{"type":"response.create"}`)
			_, done = p.until("response.done")
			want(t, "second answer", walk(done, "response.output.0.content.0.text"), "You said: hi (turn 2)")
		})
	}
	s.Check(t)
}

func TestAudioBecomesAnItem(t *testing.T) {
	s := start(t, talking())
	p := dial(t, liveURL(s), "api-key", "key-a")
	p.send(`{"type":"input_audio_buffer.append","audio":"AAAAAAAA"}`)
	p.send(`{"type":"input_audio_buffer.commit"}`)
	p.until("conversation.item.done")
	p.send(`{"type":"response.create"}`)
	_, done := p.until("response.done")
	want(t, "answer", walk(done, "response.output.0.content.0.text"), "You said: 6 bytes of audio")
}

func TestAClientSecretOpensASession(t *testing.T) {
	s := start(t, talking())
	made := v1(t, s, "a", "POST", "realtime/client_secrets", `{"session":{"type":"realtime","model":"live","instructions":"be kind"}}`)
	want(t, "session", field(t, made, "session.instructions"), "be kind")
	want(t, "prefix", strings.HasPrefix(field(t, made, "value"), "ek_"), true)
	last, _ := s.Last()
	want(t, "deployment", last.Deployment, "live")
	refused(t, v1(t, s, "a", "POST", "realtime/client_secrets", `{"session":{"model":"none"}}`), 404, "DeploymentNotFound", "deployment")
	old := send(t, http.MethodPost, s.URL("a")+"/openai/realtimeapi/sessions?api-version="+dated, `{"model":"live","voice":"echo"}`, "api-key", "key-a")
	want(t, "voice", field(t, old, "voice"), "echo")
	for _, key := range []string{field(t, made, "value"), field(t, old, "client_secret.value")} {
		dial(t, liveURL(s), "Authorization", "Bearer "+key).until("session.created")
		_, r, err := tryDial(t, s.URL("b")+"/openai/v1/realtime?model=live", "Authorization", "Bearer "+key)
		if err == nil {
			t.Fatal("the key of one resource is good for another")
		}
		want(t, "status elsewhere", r.StatusCode, http.StatusUnauthorized)
	}
}

func TestSDKRealtime(t *testing.T) {
	c := talking()
	c.AnyEncoding = true // Go's own transport asks for gzip
	s := start(t, c)
	client := openai.NewClient(option.WithBaseURL(s.URL("a")+"/openai/v1/"), option.WithAPIKey("key-a"), option.WithMaxRetries(0))
	connection, err := client.Realtime.Connect(deadline(t), sdk.RealtimeConnectionOptions{}, option.WithQuery("model", "live"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Abort()
	for _, event := range []string{
		`{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}}`,
		`{"type":"response.create"}`,
	} {
		if err := connection.SendRaw(deadline(t), []byte(event)); err != nil {
			t.Fatal(err)
		}
	}
	text := ""
	for {
		event, err := connection.Recv(deadline(t))
		if err != nil {
			t.Fatal(err)
		}
		switch event := event.AsAny().(type) {
		case sdk.ResponseTextDeltaEvent:
			text += event.Delta
		case sdk.ResponseDoneEvent:
			want(t, "text", text, "You said: hi")
			s.Check(t)
			return
		}
	}
}
