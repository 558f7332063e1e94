package e2e

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/azure"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
)

// goClients are the two ways in which Go programs make a client.
func goClients(g *gateway, key string) map[string]openai.Client {
	return map[string]openai.Client{
		"openai": openai.NewClient(option.WithBaseURL(g.url+"/v1"), option.WithAPIKey(key), option.WithMaxRetries(0)),
		"azure": openai.NewClient(azure.WithEndpoint(g.url, "2025-04-01-preview"), azure.WithAPIKey(key), azure.WithUnsafeAllowHTTP(),
			option.WithMaxRetries(0)),
	}
}

// file is a form's file with a name.
type file struct {
	io.Reader
	name string
}

// Filename is what the SDK asks for.
func (f file) Filename() string { return f.name }

func TestGoSDKsAreServedUnchanged(t *testing.T) {
	fakeAzure := fake(t)
	g := start(t, modelList(fakeAzure))
	say := func(text string) []openai.ChatCompletionMessageParamUnion {
		return []openai.ChatCompletionMessageParamUnion{openai.UserMessage(text)}
	}
	for name, c := range goClients(g, clientKey) {
		for what, run := range map[string]func(context.Context) error{
			"chat": func(ctx context.Context) error {
				a, err := c.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{Model: "chat", Messages: say("hello")})
				return want(err, err == nil && a.Choices[0].Message.Content == "You said: hello")
			},
			"stream": func(ctx context.Context) error {
				s := c.Chat.Completions.NewStreaming(ctx, openai.ChatCompletionNewParams{Model: "chat", Messages: say("hello")})
				var text strings.Builder
				for s.Next() {
					if k := s.Current(); len(k.Choices) > 0 {
						text.WriteString(k.Choices[0].Delta.Content)
					}
				}
				return want(s.Err(), text.String() == "You said: hello")
			},
			"tools": func(ctx context.Context) error {
				a, err := c.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{Model: "chat", Messages: say("weather?"), Tools: []openai.ChatCompletionToolUnionParam{
					openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{Name: "weather", Parameters: openai.FunctionParameters{"type": "object", "properties": map[string]any{}}}),
				}})
				return want(err, err == nil && a.Choices[0].Message.ToolCalls[0].Function.Name == "weather")
			},
			"embeddings": func(ctx context.Context) error {
				a, err := c.Embeddings.New(ctx, openai.EmbeddingNewParams{Model: "embed", Input: openai.EmbeddingNewParamsInputUnion{OfString: openai.String("hello")}})
				return want(err, err == nil && len(a.Data[0].Embedding) > 10)
			},
			"images": func(ctx context.Context) error {
				a, err := c.Images.Generate(ctx, openai.ImageGenerateParams{Model: "image", Prompt: "a cat"})
				return want(err, err == nil && a.Data[0].B64JSON != "")
			},
			"speech": func(ctx context.Context) error {
				a, err := c.Audio.Speech.New(ctx, openai.AudioSpeechNewParams{Model: "speech", Input: "hello", Voice: openai.AudioSpeechNewParamsVoiceUnion{OfString: openai.String("alloy")}})
				if err != nil {
					return err
				}
				b, err := io.ReadAll(a.Body)
				return want(err, len(b) > 100)
			},
			"transcription, its file first": func(ctx context.Context) error {
				a, err := c.Audio.Transcriptions.New(ctx, openai.AudioTranscriptionNewParams{Model: "listen", File: file{bytes.NewReader(make([]byte, 5000)), "a.wav"}})
				return want(err, err == nil && a.Text != "")
			},
			"responses": func(ctx context.Context) error {
				a, err := c.Responses.New(ctx, responses.ResponseNewParams{Model: "chat", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("hello")}})
				return want(err, err == nil && strings.Contains(a.OutputText(), "hello"))
			},
			"an unknown model": func(ctx context.Context) error {
				_, err := c.Chat.Completions.New(ctx, openai.ChatCompletionNewParams{Model: "nope", Messages: say("hello")})
				var e *openai.Error
				return want(nil, errors.As(err, &e) && e.StatusCode == 404 && e.Code == "model_not_found")
			},
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				if err := run(ctx); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

var errUnexpected = errors.New("not the answer that was expected")

func want(err error, ok bool) error {
	if err == nil && !ok {
		return errUnexpected
	}
	return err
}
