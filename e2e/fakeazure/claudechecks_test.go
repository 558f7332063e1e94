package fakeazure

import (
	"net/http"
	"testing"
)

func TestClaudeRefusesParameters(t *testing.T) {
	const docs = " Please consult our documentation at https://platform.claude.com/docs/en/build-with-claude/extended-thinking"
	budget := `"thinking":{"type":"enabled","budget_tokens":1024}`
	tools := `"tools":[` + claudeWeather + `]`
	format := func(schema string) string {
		return `"output_config":{"format":{"type":"json_schema","schema":` + schema + `}}`
	}
	refusesClaude(t, []claudeRefusal{
		{"more tokens than the model has", `{"model":"sonnet","max_tokens":64001,"messages":[{"role":"user","content":"x"}]}`, "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens for claude-sonnet-4-5-20250929"},
		{"a budget of all tokens", claudeAsk("sonnet", "x", `"thinking":{"type":"enabled","budget_tokens":2000}`), "`max_tokens` must be greater than `thinking.budget_tokens`." + docs},
		{"a stop sequence of spaces", claudeAsk("sonnet", "x", `"stop_sequences":["a","\n"]`), "stop_sequences: each stop sequence must contain non-whitespace"},
		{"temperature and top_p", claudeAsk("sonnet", "x", `"temperature":0.5,"top_p":0.9`), "`temperature` and `top_p` cannot both be specified for this model. Please use only one."},
		{"temperature of a newer model", claudeAsk("four-eight", "x", `"temperature":0.5`), "`temperature` is deprecated for this model."},
		{"top_p of a newer model", claudeAsk("opus", "x", `"top_p":0.5`), "`top_p` is deprecated for this model."},
		{"top_k of a newer model", claudeAsk("opus", "x", `"top_k":5`), "`top_k` is deprecated for this model."},
		{"temperature of an unheard-of model", claudeAsk("unheard-of", "x", `"temperature":0.5`), "`temperature` is deprecated for this model."},
		{"temperature while it thinks", claudeAsk("sonnet", "x", budget, `"temperature":0.5`), "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode." + docs},
		{"top_p while it thinks", claudeAsk("sonnet", "x", budget, `"top_p":0.9`), "`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled or in adaptive mode." + docs},
		{"top_k while it thinks", claudeAsk("four-six", "x", `"thinking":{"type":"adaptive"},"top_k":5`), "`top_k` must be unset when thinking is enabled or in adaptive mode." + docs},
		{"adaptive thinking of an older model", claudeAsk("sonnet", "x", `"thinking":{"type":"adaptive"}`), "adaptive thinking is not supported on this model"},
		{"a budget for a newer model", claudeAsk("four-eight", "x", budget), `"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`},
		{"no thinking of a model that always does", claudeAsk("opus-newest", "x", `"thinking":{"type":"disabled"}`), `"thinking.type.disabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`},
		{"no thinking of a model that always does, but with a budget too", claudeAsk("mythos", "x", `"thinking":{"type":"disabled"}`), `"thinking.type.disabled" is not supported for this model. Thinking defaults to adaptive mode when not specified; use "thinking.type.enabled" with "budget_tokens" for extended thinking.`},
		{"no thinking with much effort", claudeAsk("opus", "x", `"thinking":{"type":"disabled"},"output_config":{"effort":"max"}`), `"thinking.type.disabled" is not supported with effort "max". Use effort "high" or lower.`},
		{"thinking between tools of another model", claudeAsk("opus", "x", `"thinking":{"type":"between_tools"}`), `"thinking.type.between_tools" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`},
		{"effort of a model without", claudeAsk("sonnet", "x", `"output_config":{"effort":"low"}`), "This model does not support the effort parameter."},
		{"effort of a model with less", claudeAsk("four-six", "x", `"output_config":{"effort":"xhigh"}`), "This model does not support effort level 'xhigh'. Supported levels: max, high, medium, low."},
		{"structured output of a model without", claudeAsk("old", "x", format(`{"type":"object","additionalProperties":false}`)), "'claude-sonnet-4' does not support output format."},
		{"structured output of an open object", claudeAsk("sonnet", "x", format(`{"type":"object"}`)), "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false"},
		{"a strict tool of an open object", claudeAsk("sonnet", "x", `"tools":[{"name":"f","strict":true,"input_schema":{"type":"object"}}]`), "tools.0.custom: For 'object' type, 'additionalProperties' must be explicitly set to false"},
		{"a tool twice", claudeAsk("sonnet", "x", `"tools":[`+claudeWeather+`,`+claudeWeather+`]`), "tools: Tool names must be unique."},
		{"a choice of no tools", claudeAsk("sonnet", "x", `"tool_choice":{"type":"auto"}`), "tool_choice: tool_choice may only be specified while providing tools"},
		{"a tool that is not there", claudeAsk("sonnet", "x", tools, `"tool_choice":{"type":"tool","name":"clock"}`), "Tool 'clock' not found in provided tools"},
		{"a forced tool with a budget", claudeAsk("sonnet", "x", tools, budget, `"tool_choice":{"type":"any"}`), "Thinking may not be enabled when tool_choice forces tool use."},
		{"a forced tool of a model that is not forced", claudeAsk("sonnet-newest", "x", tools, `"tool_choice":{"type":"tool","name":"weather"}`), `tool_choice: type "tool" and "any" are not supported for this model.`},
		{"five cache marks", claudeAsk("sonnet", "x", `"system":[`+repeated(`{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}`, 5)+`]`), "A maximum of 4 blocks with cache_control may be provided. Found 5."},
		{
			"a long mark behind a short one", claudeTalk("sonnet", `{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral","ttl":"1h"}}]}`, `"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}]`),
			"a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
		},
	})
}

func repeated(text string, n int) string {
	all := text
	for range n - 1 {
		all += "," + text
	}
	return all
}

func TestClaudeTakesWhatTheModelTakes(t *testing.T) {
	s := start(t, withClaude())
	tools := `"tools":[` + claudeWeather + `]`
	for _, row := range []struct{ name, body string }{
		{"neutral values of a newer model", claudeAsk("opus", "x", `"temperature":1,"top_p":1`)},
		{"temperature alone", claudeAsk("sonnet", "x", `"temperature":0.5`)},
		{"both of an old model", claudeAsk("old", "x", `"temperature":0.5,"top_p":0.9`)},
		{"temperature of a model that could think", claudeAsk("four-six", "x", `"temperature":0.5`)},
		{"temperature 1 and top_p while it thinks", claudeAsk("sonnet", "x", `"thinking":{"type":"enabled","budget_tokens":1024},"top_p":0.97`)},
		{"a budget of a model with both modes", claudeAsk("four-six", "x", `"thinking":{"type":"enabled","budget_tokens":1024}`)},
		{"a forced tool with adaptive thinking", claudeAsk("opus", "x", tools, `"tool_choice":{"type":"any"},"thinking":{"type":"adaptive"}`)},
		{"no thinking with some effort", claudeAsk("opus", "x", `"thinking":{"type":"disabled"},"output_config":{"effort":"high"}`)},
	} {
		t.Run(row.name, func(t *testing.T) {
			if r := messages(t, s, row.body); r.Status != http.StatusOK {
				t.Errorf("status %d: %s", r.Status, r.Body)
			}
		})
	}
}
