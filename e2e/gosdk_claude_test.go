package e2e

import (
	"errors"
	"net/http"
	"testing"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/foundry"
	"github.com/anthropics/anthropic-sdk-go/v2/option"
)

// goClaude runs the cases of Anthropic's Go SDK.
func goClaude(t *testing.T, kind, base string) {
	t.Helper()
	var client anthropic.MessageService
	if kind == "foundry" {
		c, err := foundry.NewClient(foundry.ClientConfig{BaseURL: base + "/", APIKey: clientKey}, option.WithMaxRetries(0))
		if err != nil {
			t.Fatal(err)
		}
		client = c.Messages
	} else {
		client = anthropic.NewClient(option.WithBaseURL(base), option.WithAPIKey(clientKey), option.WithMaxRetries(0)).Messages
	}
	for name, run := range claudeCases {
		t.Run(name, func(t *testing.T) { run(t, client) })
	}
}

// saying is a request of one message.
func saying(text string) anthropic.MessageNewParams {
	return anthropic.MessageNewParams{Model: "claude", MaxTokens: 2000, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(text))}}
}

var claudeCases = map[string]func(t *testing.T, c anthropic.MessageService){
	"an answer, with a beta": func(t *testing.T, c anthropic.MessageService) {
		var got *http.Response
		a, err := c.New(t.Context(), saying("hello"), option.WithHeaderAdd("anthropic-beta", "some-feature-2026-01-01"), option.WithResponseInto(&got))
		if err != nil {
			t.Fatal(err)
		}
		if a.Content[0].Text != "You said: hello" || a.Usage.OutputTokens != 3 || got.Header.Get("x-azproc-deployment") == "" {
			t.Errorf("%s %v", a.RawJSON(), got.Header)
		}
	},
	"a stream that thinks": func(t *testing.T, c anthropic.MessageService) {
		params := saying("hi")
		params.Thinking = anthropic.ThinkingConfigParamOfEnabled(1024)
		stream := c.NewStreaming(t.Context(), params)
		var all anthropic.Message
		for stream.Next() {
			if err := all.Accumulate(stream.Current()); err != nil {
				t.Fatal(err)
			}
		}
		if stream.Err() != nil || all.Content[0].Thinking != "Thinking about: hi" || all.Content[1].Text != "You said: hi" || all.StopReason != anthropic.StopReasonEndTurn {
			t.Errorf("%s, %v", all.RawJSON(), stream.Err())
		}
	},
	"tools and back": func(t *testing.T, c anthropic.MessageService) {
		params := saying("weather?")
		params.Tools = []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{
			Name: "weather", InputSchema: anthropic.ToolInputSchemaParam{Properties: map[string]any{"city": map[string]any{"type": "string"}}, Required: []string{"city"}},
		}}}
		a, err := c.New(t.Context(), params)
		if err != nil {
			t.Fatal(err)
		}
		use := a.Content[0].AsToolUse()
		params.Messages = append(params.Messages, a.ToParam(), anthropic.NewUserMessage(anthropic.NewToolResultBlock(use.ID, "12 C", false)))
		if a, err = c.New(t.Context(), params); err != nil || string(use.Input) != `{"city":"text"}` || a.Content[0].Text != "The tool said: 12 C" {
			t.Errorf("%s, %v", use.Input, err)
		}
	},
	"a count": func(t *testing.T, c anthropic.MessageService) {
		n, err := c.CountTokens(t.Context(), anthropic.MessageCountTokensParams{Model: "claude", Messages: saying("hello").Messages})
		if err != nil || n.InputTokens != 7 {
			t.Errorf("%v, %v", n, err)
		}
	},
	"errors": func(t *testing.T, c anthropic.MessageService) {
		for model, status := range map[string]int{"claude-400": 400, "claude-404": 404, "claude-429": 429, "claude-529": 529, "no-such": 404, "o1": 400} {
			params := saying("x")
			params.Model = anthropic.Model(model)
			_, err := c.New(t.Context(), params)
			if wrong := (*anthropic.Error)(nil); !errors.As(err, &wrong) || wrong.StatusCode != status {
				t.Errorf("%s: %v", model, err)
			}
		}
	},
}
