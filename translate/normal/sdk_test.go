package normal_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
)

func TestTheGoSDKReadsTheStream(t *testing.T) {
	var got openai.ChatCompletionAccumulator
	var s translate.Splitter
	stream := streamed(t, withUsage, read(t, "asynchronous.sse"))
	if err := s.Split([]byte(stream), func(e translate.Event) error {
		if strings.TrimSpace(string(e.Data)) == "[DONE]" {
			return nil
		}
		for _, path := range []string{"id", "object", "created", "model", "choices.0.delta", "choices.0.index"} {
			if v := gjson.GetBytes(e.Data, path); !v.Exists() || v.Raw == `""` {
				t.Errorf("no %s in %s", path, e.Data)
			}
		}
		if !gjson.GetBytes(e.Data, "choices.0.finish_reason").Exists() {
			t.Errorf("no finish_reason in %s", e.Data)
		}
		var chunk openai.ChatCompletionChunk
		if err := json.Unmarshal(e.Data, &chunk); err != nil {
			return err
		}
		if !got.AddChunk(chunk) {
			t.Errorf("the SDK does not take %s", e.Data)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(got.Choices) != 1 || got.Choices[0].Message.Content != "Hey Jude" || got.Choices[0].FinishReason != "content_filter" {
		t.Errorf("the SDK reads %+v", got.Choices)
	}
}
