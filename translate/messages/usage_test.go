package messages

import (
	"testing"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate/chat"
)

func TestUsageIsThatOfTheLastEvent(t *testing.T) {
	var u usage
	for _, event := range []string{
		`{"input_tokens":5,"cache_read_input_tokens":3,"cache_creation_input_tokens":2,"output_tokens":1}`,
		`{"output_tokens":9,"input_tokens":null,"output_tokens_details":{"thinking_tokens":4}}`,
		`null`,
	} {
		u.update(gjson.Parse(event))
	}
	if want := (chat.Usage{Prompt: 10, Cached: 3, CacheWrite: 2, Completion: 9, Reasoning: 4}); u.chat() != want {
		t.Errorf("%+v", u.chat())
	}
}
