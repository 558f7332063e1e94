package fakeazure

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
)

// The official Go SDK is the second opinion on every shape of the fake.
func clients(t *testing.T) map[string]openai.Client {
	t.Helper()
	c := standard()
	c.AnyEncoding = true // Go's own transport asks for gzip
	s := start(t, c)
	t.Cleanup(func() { s.Check(t) })
	return map[string]openai.Client{
		"Azure classic": openai.NewClient(azure.WithEndpoint(s.URL("a"), dated), azure.WithUnsafeAllowHTTP(), azure.WithAPIKey("key-a"), option.WithMaxRetries(0)),
		"Azure v1":      openai.NewClient(option.WithBaseURL(s.URL("a")+"/openai/v1/"), option.WithAPIKey("key-a"), option.WithMaxRetries(0)),
	}
}

// eachClient runs a test with both ways of speaking to Azure.
func eachClient(t *testing.T, test func(*testing.T, openai.Client)) {
	for name, client := range clients(t) {
		t.Run(name, func(t *testing.T) { test(t, client) })
	}
}

func say(text string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{Model: "chat", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(text)}}
}

func TestSDKChat(t *testing.T) {
	eachClient(t, func(t *testing.T, client openai.Client) {
		answer, err := client.Chat.Completions.New(deadline(t), say("hi"))
		if err != nil {
			t.Fatal(err)
		}
		want(t, "content", answer.Choices[0].Message.Content, "You said: hi")
		stream := client.Chat.Completions.NewStreaming(deadline(t), say("hi"))
		var all openai.ChatCompletionAccumulator
		for stream.Next() {
			all.AddChunk(stream.Current())
		}
		want(t, "stream error", stream.Err(), nil)
		text := ""
		for _, choice := range all.Choices {
			text += choice.Message.Content
		}
		want(t, "streamed", text, "You said: hi")
	})
}

func TestSDKTools(t *testing.T) {
	eachClient(t, func(t *testing.T, client openai.Client) {
		params := say("the weather?")
		params.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{
			Name: "weather", Parameters: openai.FunctionParameters{"type": "object", "properties": object{"city": object{"type": "string"}}, "required": []string{"city"}},
		})}
		answer, err := client.Chat.Completions.New(deadline(t), params)
		if err != nil {
			t.Fatal(err)
		}
		call := answer.Choices[0].Message.ToolCalls[0]
		var arguments struct{ City string }
		if err := json.Unmarshal([]byte(call.Function.Arguments), &arguments); err != nil || arguments.City == "" {
			t.Fatalf("arguments %s: %v", call.Function.Arguments, err)
		}
		params.Messages = append(params.Messages, answer.Choices[0].Message.ToParam(), openai.ToolMessage("12 C", call.ID))
		answer, err = client.Chat.Completions.New(deadline(t), params)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "content", answer.Choices[0].Message.Content, "The tool said: 12 C")
	})
}

func TestSDKErrors(t *testing.T) {
	eachClient(t, func(t *testing.T, client openai.Client) {
		_, err := client.Chat.Completions.New(deadline(t), say(FilterPrompt))
		var wrong *openai.Error
		if !errors.As(err, &wrong) {
			t.Fatalf("error %v", err)
		}
		want(t, "status", wrong.StatusCode, 400)
		want(t, "code", wrong.Code, "content_filter")
		params := say("x")
		params.Model = "none"
		_, err = client.Chat.Completions.New(deadline(t), params)
		if !errors.As(err, &wrong) || wrong.StatusCode != 404 || wrong.Code != "DeploymentNotFound" {
			t.Errorf("error %v", err)
		}
	})
}

func TestSDKOtherOperations(t *testing.T) {
	eachClient(t, func(t *testing.T, client openai.Client) {
		vectors, err := client.Embeddings.New(deadline(t), openai.EmbeddingNewParams{Model: "embed", Input: openai.EmbeddingNewParamsInputUnion{OfString: openai.String("hi")}})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "dimensions", len(vectors.Data[0].Embedding), 1536)

		images, err := client.Images.Generate(deadline(t), openai.ImageGenerateParams{Model: "image", Prompt: "a cat"})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "image", images.Data[0].B64JSON != "", true)

		edited, err := client.Images.Edit(deadline(t), openai.ImageEditParams{
			Model: "image", Prompt: "a cat",
			Image: openai.ImageEditParamsImageUnion{OfFile: openai.File(bytes.NewReader([]byte("PNG")), "a.png", "image/png")},
		})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "edited", edited.Data[0].B64JSON != "", true)

		spoken, err := client.Audio.Speech.New(deadline(t), openai.AudioSpeechNewParams{Model: "tts", Input: "hi", Voice: openai.AudioSpeechNewParamsVoiceUnion{OfString: openai.String("alloy")}})
		if err != nil {
			t.Fatal(err)
		}
		sound, _ := io.ReadAll(spoken.Body)
		_ = spoken.Body.Close()
		want(t, "sound", len(sound) > 1000, true)

		heard, err := client.Audio.Transcriptions.New(deadline(t), openai.AudioTranscriptionNewParams{Model: "whisper", File: openai.File(bytes.NewReader(sound), "a.wav", "audio/wav")})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "heard", heard.Text[:len("You said: a.wav")], "You said: a.wav")

		text, err := client.Completions.New(deadline(t), openai.CompletionNewParams{Model: "instruct", Prompt: openai.CompletionNewParamsPromptUnion{OfString: openai.String("hi")}})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "text", text.Choices[0].Text, "You said: hi")
	})
}

func TestSDKResponses(t *testing.T) {
	eachClient(t, func(t *testing.T, client openai.Client) {
		params := responses.ResponseNewParams{Model: "reason", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("hi")}}
		answer, err := client.Responses.New(deadline(t), params)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "text", answer.OutputText(), "You said: hi")
		stream := client.Responses.NewStreaming(deadline(t), params)
		text, completed := "", false
		for stream.Next() {
			switch event := stream.Current().AsAny().(type) {
			case responses.ResponseTextDeltaEvent:
				text += event.Delta
			case responses.ResponseCompletedEvent:
				completed = event.Response.OutputText() == text
			}
		}
		want(t, "stream error", stream.Err(), nil)
		want(t, "streamed", text, "You said: hi")
		want(t, "completed with the same text", completed, true)
	})
}
