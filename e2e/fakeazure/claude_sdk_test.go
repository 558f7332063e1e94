package fakeazure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/foundry"
	"github.com/anthropics/anthropic-sdk-go/v2/option"
)

// claudeScript runs an SDK's cases against the fake and turns each into a subtest.
func claudeScript(t *testing.T, cases int, dir string, env []string, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v\n%s", command[0], err, stderr.String())
	}
	n := 0
	for line := range bytes.Lines(out) {
		var result struct {
			Case, Detail string
			OK           bool
		}
		if err := json.Unmarshal(line, &result); err != nil {
			t.Errorf("not a result: %s", line)
			continue
		}
		n++
		t.Run(result.Case, func(t *testing.T) {
			if !result.OK {
				t.Error(result.Detail)
			}
		})
	}
	want(t, "cases", n, cases)
}

// sdkCache is where `make sdk` has put an SDK.
func sdkCache(t *testing.T, name, file string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", ".cache", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(path, file)); err != nil {
		t.Fatalf("the SDKs are not installed: run make sdk: %v", err)
	}
	return path
}

// claudeKeys are what the clients of the SDKs take: those for Anthropic itself
// send theirs as bearer, where Foundry takes nothing but a token.
var claudeKeys = map[string]string{"anthropic": "foundry-token", "foundry": "key-a"}

// claudeServer lets SDKs ask for any encoding, and checks what they send.
func claudeServer(t *testing.T) *Server {
	t.Helper()
	c := withClaude()
	c.AnyEncoding = true
	s := start(t, c)
	t.Cleanup(func() { s.Check(t) })
	return s
}

func TestPythonSDKOfClaude(t *testing.T) {
	env := []string{"PYTHONPATH=" + sdkCache(t, "python", "anthropic")}
	for client, key := range claudeKeys {
		t.Run(client, func(t *testing.T) {
			s := claudeServer(t)
			claudeScript(t, 17, "../sdk/python", env, "python3", "claude.py", client, s.URL("a")+"/anthropic", key, "sonnet", "opus")
		})
	}
}

func TestNodeSDKsOfClaude(t *testing.T) {
	// Node looks for packages beside the script.
	dir := sdkCache(t, "node", "node_modules/@anthropic-ai/foundry-sdk")
	text, err := os.ReadFile("../sdk/node/claude.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "claude.mjs"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	for client, key := range claudeKeys {
		t.Run(client, func(t *testing.T) {
			s := claudeServer(t)
			claudeScript(t, 12, dir, nil, "node", "claude.mjs", client, s.URL("a")+"/anthropic", key, "sonnet", "opus")
		})
	}
}

func TestGoSDKOfClaude(t *testing.T) {
	t.Run("anthropic", func(t *testing.T) {
		s := claudeServer(t)
		client := anthropic.NewClient(option.WithBaseURL(s.URL("a")+"/anthropic/"), option.WithAPIKey(claudeKeys["anthropic"]), option.WithMaxRetries(0))
		goCasesOfClaude(t, client.Messages)
	})
	t.Run("foundry", func(t *testing.T) {
		s := claudeServer(t)
		client, err := foundry.NewClient(foundry.ClientConfig{BaseURL: s.URL("a") + "/anthropic/", APIKey: claudeKeys["foundry"]}, option.WithMaxRetries(0))
		if err != nil {
			t.Fatal(err)
		}
		goCasesOfClaude(t, client.Messages)
	})
}

func goCasesOfClaude(t *testing.T, client anthropic.MessageService) {
	t.Helper()
	say := func(text string) anthropic.MessageNewParams {
		return anthropic.MessageNewParams{Model: "sonnet", MaxTokens: 2000, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(text))}}
	}
	t.Run("an answer", func(t *testing.T) {
		a, err := client.New(deadline(t), say("hello"))
		if err != nil {
			t.Fatal(err)
		}
		want(t, "text", a.Content[0].Text, "You said: hello")
		want(t, "output", a.Usage.OutputTokens, int64(3))
	})
	t.Run("a stream with thinking", func(t *testing.T) {
		params := say("hi")
		params.Thinking = anthropic.ThinkingConfigParamOfEnabled(1024)
		stream := client.NewStreaming(deadline(t), params)
		var all anthropic.Message
		for stream.Next() {
			if err := all.Accumulate(stream.Current()); err != nil {
				t.Fatal(err)
			}
		}
		want(t, "error", stream.Err(), nil)
		want(t, "thinking", all.Content[0].Thinking, "Thinking about: hi")
		want(t, "text", all.Content[1].Text, "You said: hi")
		want(t, "reason", all.StopReason, anthropic.StopReasonEndTurn)
	})
	t.Run("tools and back", func(t *testing.T) {
		params := say("weather?")
		params.Tools = []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{
			Name: "weather", InputSchema: anthropic.ToolInputSchemaParam{Properties: object{"city": object{"type": "string"}}, Required: []string{"city"}},
		}}}
		a, err := client.New(deadline(t), params)
		if err != nil {
			t.Fatal(err)
		}
		use := a.Content[0].AsToolUse()
		want(t, "input", string(use.Input), `{"city":"text"}`)
		params.Messages = append(params.Messages, a.ToParam(), anthropic.NewUserMessage(anthropic.NewToolResultBlock(use.ID, "12 C", false)))
		a, err = client.New(deadline(t), params)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "text", a.Content[0].Text, "The tool said: 12 C")
	})
	t.Run("a count", func(t *testing.T) {
		n, err := client.CountTokens(deadline(t), anthropic.MessageCountTokensParams{Model: "sonnet", Messages: say("hello").Messages})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "tokens", n.InputTokens, int64(7))
	})
	t.Run("an unknown model", func(t *testing.T) {
		params := say("x")
		params.Model = "claude-none"
		_, err := client.New(deadline(t), params)
		var wrong *anthropic.Error
		if !errors.As(err, &wrong) || wrong.StatusCode != 404 {
			t.Errorf("error %v", err)
		}
	})
}
