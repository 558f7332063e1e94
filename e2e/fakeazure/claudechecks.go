package fakeazure

import (
	"slices"
	"strings"
)

// claudeChecks are what the Messages API refuses although its shape is right.
var claudeChecks = []func(*claudeRequest) *failure{
	refuseClaudeOrder, refuseClaudeBlocks, refuseClaudePairs, refuseClaudeEnd, refuseClaudeCache,
	refuseClaudeTools, refuseClaudeThinking, refuseClaudeOutput,
}

// refuseClaudeLimits is what only a request for a message can have wrong.
func (c *call) refuseClaudeLimits(q *claudeRequest) *failure {
	if q.max > q.row.output {
		return claudeInvalid("max_tokens: %d > %d, which is the maximum allowed number of output tokens for %s", q.max, q.row.output, c.deployed.replyModel())
	}
	if q.thinking == "enabled" && q.budget >= q.max {
		return claudeInvalid("`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at %s", thinkingDocs)
	}
	stops, _ := q.fields["stop_sequences"].([]any)
	for _, stop := range stops {
		if strings.TrimSpace(stop.(string)) == "" {
			return claudeInvalid("stop_sequences: each stop sequence must contain non-whitespace")
		}
	}
	return refuseClaudeSampling(q)
}

const thinkingDocs = "https://platform.claude.com/docs/en/build-with-claude/extended-thinking"

// refuseClaudeSampling: the newest models sample by themselves, the others do
// while they think, and most of them take only one of two ways.
func refuseClaudeSampling(q *claudeRequest) *failure {
	temperature, hasTemperature := q.fields["temperature"].(float64)
	p, hasP := q.fields["top_p"].(float64)
	_, hasK := q.fields["top_k"]
	if !q.row.samples {
		for name, off := range map[string]bool{
			"temperature": hasTemperature && temperature != 1, "top_p": hasP && p != 1, "top_k": hasK,
		} {
			if off {
				return claudeInvalid("`%s` is deprecated for this model.", name)
			}
		}
		return nil
	}
	if hasTemperature && hasP && !q.row.bothSample {
		return claudeInvalid("`temperature` and `top_p` cannot both be specified for this model. Please use only one.")
	}
	if !q.thinks() {
		return nil
	}
	switch {
	case hasTemperature && temperature != 1:
		return claudeInvalid("`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. Please consult our documentation at %s", thinkingDocs)
	case hasP && p < 0.95:
		return claudeInvalid("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled or in adaptive mode. Please consult our documentation at %s", thinkingDocs)
	case hasK:
		return claudeInvalid("`top_k` must be unset when thinking is enabled or in adaptive mode. Please consult our documentation at %s", thinkingDocs)
	}
	return nil
}

func refuseClaudeThinking(q *claudeRequest) *failure {
	_, asked := q.fields["thinking"]
	switch {
	case !asked || q.row.takesMode(q.thinking):
	case q.thinking == "adaptive":
		return claudeInvalid("adaptive thinking is not supported on this model")
	case q.thinking == "disabled" && q.row.takesMode("enabled"):
		return claudeInvalid(`"thinking.type.disabled" is not supported for this model. Thinking defaults to adaptive mode when not specified; use "thinking.type.enabled" with "budget_tokens" for extended thinking.`)
	default:
		return claudeInvalid(`"thinking.type.%s" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`, q.thinking)
	}
	if q.row.calmOff && q.thinking == "disabled" && (q.effort == "xhigh" || q.effort == "max") {
		return claudeInvalid(`"thinking.type.disabled" is not supported with effort "%s". Use effort "high" or lower.`, q.effort)
	}
	return nil
}

// refuseClaudeOutput checks the effort and the schema of the answer.
func refuseClaudeOutput(q *claudeRequest) *failure {
	switch {
	case q.effort == "" || q.row.takesEffort(q.effort):
	case q.row.efforts == "":
		return claudeInvalid("This model does not support the effort parameter.")
	default:
		levels := strings.Fields(q.row.efforts)
		slices.Reverse(levels)
		return claudeInvalid("This model does not support effort level '%s'. Supported levels: %s.", q.effort, strings.Join(levels, ", "))
	}
	if q.format == nil {
		return nil
	}
	if q.row.noFormat {
		return claudeInvalid("'%s' does not support output format.", q.row.prefix)
	}
	return refuseClaudeSchema("output_config.format.schema", q.format)
}

func refuseClaudeTools(q *claudeRequest) *failure {
	tools, _ := q.fields["tools"].([]any)
	var names []string
	for i, tool := range tools {
		tool := tool.(object)
		name, _ := tool["name"].(string)
		if slices.Contains(names, name) && name != "" {
			return claudeInvalid("tools: Tool names must be unique.")
		}
		names = append(names, name)
		schema, _ := tool["input_schema"].(object)
		if tool["strict"] == true && schema != nil {
			if wrong := refuseClaudeSchema(numbered("tools", i)+".custom", schema); wrong != nil {
				return wrong
			}
		}
	}
	kind, name := q.choice()
	forced := kind == "any" || kind == "tool"
	switch {
	case forced && q.row.noForcing:
		return claudeInvalid(`tool_choice: type "tool" and "any" are not supported for this model.`)
	case kind != "" && len(tools) == 0:
		return claudeInvalid("tool_choice: tool_choice may only be specified while providing tools")
	case kind == "tool" && !slices.Contains(names, name):
		return claudeInvalid("Tool '%s' not found in provided tools", name)
	case forced && q.thinking == "enabled":
		return claudeInvalid("Thinking may not be enabled when tool_choice forces tool use.")
	}
	return nil
}
