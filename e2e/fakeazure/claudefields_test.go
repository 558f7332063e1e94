package fakeazure

import (
	"net/http"
	"testing"
)

// claudeRefusal is a request that Claude refuses with 400 and these words.
type claudeRefusal struct{ name, body, message string }

func refusesClaude(t *testing.T, rows []claudeRefusal) {
	t.Helper()
	s := start(t, withClaude())
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := messages(t, s, row.body)
			want(t, "status", r.Status, http.StatusBadRequest)
			want(t, "type", r.JSON(t, "error.type"), "invalid_request_error")
			want(t, "message", r.JSON(t, "error.message"), row.message)
			want(t, "request_id", r.JSON(t, "request_id"), r.Header.Get("request-id"))
		})
	}
}

func TestClaudeRefusesFieldsThatItDoesNotKnow(t *testing.T) {
	const forbidden = ": Extra inputs are not permitted"
	user := func(block string) string { return claudeTalk("sonnet", `{"role":"user","content":[`+block+`]}`) }
	refusesClaude(t, []claudeRefusal{
		{"a field of chat", claudeAsk("sonnet", "x", `"stop":"a"`), "stop" + forbidden},
		{"reasoning_effort", claudeAsk("sonnet", "x", `"reasoning_effort":"low"`), "reasoning_effort" + forbidden},
		{"stream_options", claudeAsk("sonnet", "x", `"stream_options":{}`), "stream_options" + forbidden},
		{"response_format", claudeAsk("sonnet", "x", `"response_format":{"type":"json_object"}`), "response_format" + forbidden},
		{"parallel_tool_calls", claudeAsk("sonnet", "x", `"parallel_tool_calls":true`), "parallel_tool_calls" + forbidden},
		{"a field of beta", claudeAsk("sonnet", "x", `"context_management":{}`), "context_management" + forbidden},
		{"a field of a message", claudeTalk("sonnet", `{"role":"user","content":"x","name":"me"}`), "messages.0.name" + forbidden},
		{"a field of a block", user(`{"type":"text","text":"x","detail":"high"}`), "messages.0.content.0.text.detail" + forbidden},
		{"a field of a source", user(`{"type":"image","source":{"type":"url","url":"https://x","detail":"low"}}`), "messages.0.content.0.image.source.url.detail" + forbidden},
		{"a cache mark on thinking", claudeTalk("sonnet", `{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"","cache_control":{"type":"ephemeral"}}]}`), "messages.1.content.0.thinking.cache_control" + forbidden},
		{"a field of a cache mark", claudeAsk("sonnet", "x", `"system":[{"type":"text","text":"s"},{"type":"text","text":"s","cache_control":{"type":"ephemeral","scope":"global"}}]`), "system.1.cache_control.ephemeral.scope" + forbidden},
		{"a chat tool's function", claudeAsk("sonnet", "x", `"tools":[{"name":"f","input_schema":{"type":"object"},"function":{}}]`), "tools.0.custom.function" + forbidden},
		{"a field of a tool", claudeAsk("sonnet", "x", `"tools":[`+claudeWeather+`,{"name":"f","input_schema":{"type":"object"},"parameters":{}}]`), "tools.1.custom.parameters" + forbidden},
		{"a field of a server's tool", claudeAsk("sonnet", "x", `"tools":[{"type":"bash_20250124","name":"bash","max_uses":1}]`), "tools.0.bash_20250124.max_uses" + forbidden},
		{"disable_parallel_tool_use where no tool is used", claudeAsk("sonnet", "x", `"tools":[`+claudeWeather+`],"tool_choice":{"type":"none","disable_parallel_tool_use":true}`), "tool_choice.none.disable_parallel_tool_use" + forbidden},
		{"a budget of adaptive thinking", claudeAsk("opus", "x", `"thinking":{"type":"adaptive","budget_tokens":2000}`), "thinking.adaptive.budget_tokens" + forbidden},
		{"a display of no thinking", claudeAsk("opus", "x", `"thinking":{"type":"disabled","display":"omitted"}`), "thinking.disabled.display" + forbidden},
		{"a name of a schema", claudeAsk("sonnet", "x", `"output_config":{"format":{"type":"json_schema","name":"n","schema":{}}}`), "output_config.format.json_schema.name" + forbidden},
		{"a field of metadata", claudeAsk("sonnet", "x", `"metadata":{"user":"u"}`), "metadata.user" + forbidden},
	})
}

func TestClaudeRefusesFieldsOfTheWrongShape(t *testing.T) {
	user := func(block string) string { return claudeTalk("sonnet", `{"role":"user","content":[`+block+`]}`) }
	refusesClaude(t, []claudeRefusal{
		{"no max_tokens", `{"model":"sonnet","messages":[{"role":"user","content":"x"}]}`, "max_tokens: Field required"},
		{"no messages", `{"model":"sonnet","max_tokens":1}`, "messages: Field required"},
		{"no model", `{"max_tokens":1,"messages":[]}`, "model: Field required"},
		{"a model that is no text", `{"model":3}`, "model: Input should be a valid string"},
		{"not JSON", `{"model":`, "The request body is not valid JSON"},
		{"max_tokens as text", `{"model":"sonnet","max_tokens":"9","messages":[]}`, "max_tokens: Input should be a valid integer"},
		{"a negative max_tokens", `{"model":"sonnet","max_tokens":-1,"messages":[]}`, "max_tokens: Input should be greater than or equal to 0"},
		{"messages as text", `{"model":"sonnet","max_tokens":9,"messages":"x"}`, "messages: Input should be a valid list"},
		{"a message as text", claudeTalk("sonnet", `"x"`), "messages.0: Input should be an object"},
		{"a content that is null", claudeTalk("sonnet", `{"role":"user","content":null}`), "messages.0.content: Input should be a valid list"},
		{"a part of chat", user(`{"type":"image_url","image_url":{"url":"https://x"}}`), "messages.0.content.0: Input tag 'image_url' found using 'type' does not match any of the expected tags: 'bash_code_execution_tool_result', 'code_execution_tool_result', 'container_upload', 'document', 'image', 'redacted_thinking', 'search_result', 'server_tool_use', 'text', 'text_editor_code_execution_tool_result', 'thinking', 'tool_result', 'tool_search_tool_result', 'tool_use', 'web_fetch_tool_result', 'web_search_tool_result'"},
		{"a block without a type", user(`{"text":"x"}`), "messages.0.content.0.type: Field required"},
		{"an image of another type", user(`{"type":"image","source":{"type":"base64","media_type":"image/bmp","data":"AAAA"}}`), "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'"},
		{"an image that is not base64", user(`{"type":"image","source":{"type":"base64","media_type":"image/png","data":"data:image/png;base64,AAAA"}}`), "messages.0.content.0.image.source.base64.data: Invalid base64 data"},
		{"an image by http", user(`{"type":"image","source":{"type":"url","url":"http://x/y.png"}}`), "messages.0.content.0.image.source.url.url: Only HTTPS URLs are supported."},
		{"a document of another type", user(`{"type":"document","source":{"type":"base64","media_type":"text/plain","data":"AAAA"}}`), "messages.0.content.0.document.source.base64.media_type: Input should be 'application/pdf'"},
		{"arguments as text", claudeTalk("sonnet", `{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":"{}"}]}`), "messages.1.content.0.tool_use.input: Input should be an object"},
		{"an id with a strange character", claudeTalk("sonnet", `{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t.1","name":"f","input":{}}]}`), "messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"},
		{"a ttl", claudeAsk("sonnet", "x", `"cache_control":{"type":"ephemeral","ttl":"24h"}`), "cache_control.ephemeral.ttl: Input should be '5m' or '1h'"},
		{"a tool's name", claudeAsk("sonnet", "x", `"tools":[{"name":"a b","input_schema":{"type":"object"}}]`), "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'"},
		{"a tool without a schema", claudeAsk("sonnet", "x", `"tools":[{"name":"f"}]`), "tools.0.custom.input_schema: Field required"},
		{"a schema without a type", claudeAsk("sonnet", "x", `"tools":[{"name":"f","input_schema":{}}]`), "tools.0.custom.input_schema.type: Field required"},
		{"a schema of a list", claudeAsk("sonnet", "x", `"tools":[{"name":"f","input_schema":{"type":"array"}}]`), "tools.0.custom.input_schema.type: Input should be 'object'"},
		{"a schema that is a choice", claudeAsk("sonnet", "x", `"tools":[{"name":"f","input_schema":{"type":"object","anyOf":[]}}]`), "tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level"},
		{"a temperature above 1", claudeAsk("sonnet", "x", `"temperature":1.5`), "temperature: Input should be less than or equal to 1"},
		{"a budget below 1024", claudeAsk("sonnet", "x", `"thinking":{"type":"enabled","budget_tokens":1000}`), "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"},
		{"thinking without a budget", claudeAsk("sonnet", "x", `"thinking":{"type":"enabled"}`), "thinking.enabled.budget_tokens: Field required"},
		{"an effort that no model has", claudeAsk("opus", "x", `"output_config":{"effort":"minimal"}`), "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"},
		{"a service tier of OpenAI's", claudeAsk("sonnet", "x", `"service_tier":"flex"`), "service_tier: Input should be 'auto' or 'standard_only'"},
		{"one stop sequence", claudeAsk("sonnet", "x", `"stop_sequences":"a"`), "stop_sequences: Input should be a valid list"},
		{"a system prompt of images", claudeAsk("sonnet", "x", `"system":[{"type":"image"}]`), "system.0.text: Field required"},
		{"a tool choice of chat", claudeAsk("sonnet", "x", `"tools":[`+claudeWeather+`],"tool_choice":"auto"`), "tool_choice: Input should be an object"},
		{"a stream that is no boolean", claudeAsk("sonnet", "x", `"stream":"yes"`), "stream: Input should be a valid boolean"},
	})
}

func TestClaudeTakesWhatItsSDKHas(t *testing.T) {
	s := start(t, withClaude())
	for _, row := range []struct{ name, body string }{
		{"every source of an image", claudeTalk("sonnet", `{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},{"type":"image","source":{"type":"file","file_id":"file_1"},"cache_control":{"type":"ephemeral","ttl":"5m"}}]}`)},
		{"every source of a document", claudeTalk("sonnet", `{"role":"user","content":[{"type":"document","title":"t","context":null,"citations":{"enabled":true},"source":{"type":"text","media_type":"text/plain","data":"d"}},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}},{"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"}]}},{"type":"document","source":{"type":"url","url":"https://x/y.pdf"}}]}`)},
		{"a search result", claudeTalk("sonnet", `{"role":"user","content":[{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":"x"}]}]}`)},
		{"a tool's result with an image and an error", claudeTalk("sonnet", `{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","is_error":true,"content":[{"type":"image","source":{"type":"url","url":"https://x"}}]}]}`)},
		{"a whole tool", claudeAsk("sonnet", "x", `"tools":[{"type":"custom","name":"f","description":"d","strict":true,"cache_control":{"type":"ephemeral"},"input_examples":[{}],"defer_loading":false,"eager_input_streaming":true,"allowed_callers":["direct"],"input_schema":{"type":"object","additionalProperties":false}}]`)},
		{"tools of the server", claudeAsk("sonnet", "x", `"tools":[{"type":"web_search_20260318","name":"web_search","allowed_domains":["x"]},{"type":"text_editor_20250728","name":"edit","max_characters":9},{"type":"computer_toolset_20260801"}]`)},
		{"everything at the top", claudeAsk("sonnet", "x", `"metadata":{"user_id":"u"},"service_tier":"auto","stop_sequences":["a"],"temperature":0.5,"top_k":3,"system":"s","inference_geo":"eu","container":null`)},
		{"null where the SDK has it", claudeAsk("opus", "x", `"cache_control":null,"output_config":{"effort":null,"format":null},"metadata":{"user_id":null}`)},
	} {
		t.Run(row.name, func(t *testing.T) {
			if r := messages(t, s, row.body); r.Status != http.StatusOK {
				t.Errorf("status %d: %s", r.Status, r.Body)
			}
		})
	}
}
