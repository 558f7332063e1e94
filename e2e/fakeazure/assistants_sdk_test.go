package fakeazure

//lint:file-ignore SA1019 deprecated, but still what clients of the Assistants API use

import (
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"
	"github.com/openai/openai-go/v3/option"
)

// The walk of an assistant with the official SDK.
func TestSDKAssistants(t *testing.T) {
	c := standard()
	c.AnyEncoding = true // Go's own transport asks for gzip
	s := start(t, c)
	client := openai.NewClient(azure.WithEndpoint(s.URL("a"), dated), azure.WithUnsafeAllowHTTP(), azure.WithAPIKey("key-a"), option.WithMaxRetries(0))
	ctx := deadline(t)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	assistant, err := client.Beta.Assistants.New(ctx, openai.BetaAssistantNewParams{Model: "chat", Name: openai.String("tutor")})
	check(err)
	thread, err := client.Beta.Threads.New(ctx, openai.BetaThreadNewParams{})
	check(err)
	for n, expected := range []string{"You said: hi", "You said: hi (turn 2)"} {
		_, err = client.Beta.Threads.Messages.New(ctx, thread.ID, openai.BetaThreadMessageNewParams{
			Role: openai.BetaThreadMessageNewParamsRoleUser, Content: openai.BetaThreadMessageNewParamsContentUnion{OfString: openai.String("hi")},
		})
		check(err)
		if n == 0 {
			run, err := client.Beta.Threads.Runs.New(ctx, thread.ID, openai.BetaThreadRunNewParams{AssistantID: assistant.ID})
			check(err)
			for run.Status != openai.RunStatusCompleted {
				run, err = client.Beta.Threads.Runs.Get(ctx, thread.ID, run.ID)
				check(err)
			}
			steps, err := client.Beta.Threads.Runs.Steps.List(ctx, thread.ID, run.ID, openai.BetaThreadRunStepListParams{})
			check(err)
			want(t, "steps", len(steps.Data), 1)
		} else {
			stream := client.Beta.Threads.Runs.NewStreaming(ctx, thread.ID, openai.BetaThreadRunNewParams{AssistantID: assistant.ID})
			text := ""
			for stream.Next() {
				if event := stream.Current(); event.Event == "thread.message.delta" {
					text += event.Data.Delta.Content[0].Text.Value
				}
			}
			check(stream.Err())
			want(t, "streamed", text, expected)
		}
		messages, err := client.Beta.Threads.Messages.List(ctx, thread.ID, openai.BetaThreadMessageListParams{})
		check(err)
		want(t, "answer", messages.Data[0].Content[0].Text.Value, expected)
	}
	gone, err := client.Beta.Threads.Delete(ctx, thread.ID)
	check(err)
	want(t, "deleted thread", gone.Deleted, true)
	removed, err := client.Beta.Assistants.Delete(ctx, assistant.ID)
	check(err)
	want(t, "deleted assistant", removed.Deleted, true)
	s.Check(t)
}
