package fakeazure

import (
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
)

func TestAWebSocketAnswersEachFrameInOrder(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct{ name, url, header, key, model string }{
		{"v1", s.URL("a") + "/openai/v1/responses", "api-key", "key-a", "chat"},
		{"OpenAI", s.URL("openai") + "/responses", "Authorization", "Bearer sk-open", "gpt-4o"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := dial(t, row.url, row.header, row.key)
			p.send(`{"type":"response.create","model":"` + row.model + `","input":"one"}`)
			p.send(`{"type":"response.create","model":"` + row.model + `","input":"two"}`)
			types, first := p.until("response.completed")
			want(t, "events", types, "response.created response.in_progress response.output_item.added response.content_part.added "+
				"response.output_text.delta response.output_text.delta response.output_text.delta response.output_text.done "+
				"response.content_part.done response.output_item.done response.completed")
			want(t, "first answer", walk(first, "response.output.0.content.0.text"), "You said: one")
			_, second := p.until("response.completed")
			want(t, "second answer", walk(second, "response.output.0.content.0.text"), "You said: two")
		})
	}
	s.Check(t)
}

func TestAWebSocketGoesOnFromItsOwnLastResponse(t *testing.T) {
	s := start(t, standard())
	url := s.URL("a") + "/openai/v1/responses"
	p, other := dial(t, url, "api-key", "key-a"), dial(t, url, "api-key", "key-a")
	p.send(`{"type":"response.create","model":"chat","input":"warm","generate":false,"store":false}`)
	_, done := p.until("response.completed")
	want(t, "output of a warm-up", len(walk(done, "response.output").([]any)), 0)
	next := `{"type":"response.create","model":"chat","input":"hi","store":false,"previous_response_id":"` + walk(done, "response.id").(string) + `"}`
	p.send(next)
	_, done = p.until("response.completed")
	want(t, "answer", walk(done, "response.output.0.content.0.text"), "You said: hi")
	other.send(next)
	_, wrong := other.until("error")
	want(t, "status elsewhere", walk(wrong, "status"), 400.0)
	want(t, "code elsewhere", walk(wrong, "error.code"), "previous_response_not_found")
	other.send(`{"type":"response.create","model":"none","input":"hi"}`)
	_, wrong = other.until("error")
	want(t, "code of an unknown deployment", walk(wrong, "error.code"), "DeploymentNotFound")
	for _, frame := range []string{`{"type":"response.cancel"}`, `{"type":"response.create","model":"chat","input":"x","background":true}`, `no`} {
		other.send(frame)
		_, wrong = other.until("error")
		want(t, "status of "+frame, walk(wrong, "status"), 400.0)
	}
	p.send(`{"type":"response.create","model":"chat","input":"on","previous_response_id":"` + walk(done, "response.id").(string) + `"}`)
	_, done = p.until("response.completed")
	want(t, "answer", walk(done, "response.output.0.content.0.text"), "You said: on (turn 2)")
	want(t, "stored", field(t, v1(t, s, "a", "GET", "responses/"+walk(done, "response.id").(string), ""), "status"), "completed")
}

func TestSDKResponsesWebSocket(t *testing.T) {
	c := standard()
	c.AnyEncoding = true // Go's own transport asks for gzip
	s := start(t, c)
	client := openai.NewClient(option.WithBaseURL(s.URL("a")+"/openai/v1/"), option.WithAPIKey("key-a"), option.WithMaxRetries(0))
	connection, err := client.Responses.Connect(deadline(t), responses.ResponseConnectionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Abort()
	if err := connection.SendRaw(deadline(t), []byte(`{"type":"response.create","model":"chat","input":"hi"}`)); err != nil {
		t.Fatal(err)
	}
	for {
		event, err := connection.Recv(deadline(t))
		if err != nil {
			t.Fatal(err)
		}
		if done, ok := event.AsAny().(responses.ResponsesServerEventResponseWsCompleted); ok {
			want(t, "text", done.Response.OutputText(), "You said: hi")
			s.Check(t)
			return
		}
	}
}
