package fakeazure

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// chatFields are the top-level fields of a chat request that Config.Strict
// accepts.
var chatFields = strings.Fields(`audio data_sources frequency_penalty function_call functions logit_bias logprobs
	max_completion_tokens max_tokens messages metadata modalities model n parallel_tool_calls prediction presence_penalty
	prompt_cache_key reasoning_effort response_format safety_identifier seed service_tier stop store stream stream_options
	temperature tool_choice tools top_logprobs top_p user user_security_context verbosity fakeazure`)

// extensionFields come with the extensions surface, or with 2024-02-15-preview.
var extensionFields = []string{"dataSources", "enhancements"}

// refuseChat is what Azure refuses of a chat request, in its words.
func (c *call) refuseChat(q *chatRequest) *failure {
	if len(q.Messages) == 0 {
		return missing("messages")
	}
	if q.StreamOptions != nil && !q.Stream {
		return invalid("stream_options", "", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	}
	if q.N != nil && (*q.N < 1 || *q.N > 128) {
		return invalid("n", "integer_out_of_range", "Invalid 'n': integer out of range. Expected a value between 1 and 128, but got %d instead.", *q.N)
	}
	if c.azure() && strings.Contains(q.prompt(), FilterPrompt) {
		return filtered()
	}
	if c.server.config.Strict {
		if wrong := c.refuseUnknown(chatFields); wrong != nil {
			return wrong
		}
		if wrong := c.refuseShape(nested(chatNested)); wrong != nil {
			return wrong
		}
	}
	row := rules(c.deployed.Model)
	for _, check := range []func(*chatRequest, *baseModel) *failure{
		refuseSampling, refuseEffort, refuseTools, refuseRoles, refuseStream,
	} {
		if wrong := check(q, &row); wrong != nil {
			return wrong
		}
	}
	if q.MaxTokens != nil && q.MaxCompletion != nil {
		return invalid("max_tokens", "invalid_parameter_combination",
			"Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
	}
	return nil
}

func unsupported(param string) *failure {
	return invalid(param, "unsupported_parameter", "Unsupported parameter: '%s' is not supported with this model.", param)
}

// refuseSampling refuses what reasoning models do not take. Null and the
// neutral value are taken.
func refuseSampling(q *chatRequest, row *baseModel) *failure {
	if !row.reasoning {
		return nil
	}
	if q.MaxTokens != nil {
		return invalid("max_tokens", "unsupported_parameter",
			"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
	}
	samples := row.samples(q.ReasoningEffort)
	if t := q.Temperature; t != nil && *t != 1 && !samples {
		return invalid("temperature", "unsupported_value",
			"Unsupported value: 'temperature' does not support %v with this model. Only the default (1) value is supported.", *t)
	}
	for _, p := range []struct {
		name    string
		set     bool
		samples bool // taken by a model that does not think
	}{
		{"top_p", q.TopP != nil && *q.TopP != 1, true},
		{"presence_penalty", q.PresencePenalty != nil && *q.PresencePenalty != 0, false},
		{"frequency_penalty", q.FrequencyPenalty != nil && *q.FrequencyPenalty != 0, false},
		{"logprobs", q.Logprobs != nil && *q.Logprobs, true},
		{"top_logprobs", q.TopLogprobs != nil && *q.TopLogprobs != 0, true},
		{"logit_bias", len(q.LogitBias) > 0, false},
	} {
		if p.set && (!samples || !p.samples) {
			return unsupported(p.name)
		}
	}
	return nil
}

func refuseEffort(q *chatRequest, row *baseModel) *failure {
	switch {
	case q.ReasoningEffort == "" || row.takesEffort(q.ReasoningEffort):
	case row.efforts == "":
		return unsupported("reasoning_effort")
	default:
		return invalid("reasoning_effort", "unsupported_value",
			"Unsupported value: 'reasoning_effort' does not support '%s' with this model. Supported values are: %s.",
			q.ReasoningEffort, quoted(strings.Fields(row.efforts)))
	}
	if q.Verbosity != "" && !row.verbosity {
		return unsupported("verbosity")
	}
	return nil
}

func quoted(words []string) string {
	return "'" + strings.Join(words, "', '") + "'"
}

func refuseTools(q *chatRequest, row *baseModel) *failure {
	switch {
	case len(q.Tools) > 0 && row.noTools:
		return unsupported("tools")
	case q.ParallelTools != nil && row.noParallel:
		return unsupported("parallel_tool_calls")
	case q.ParallelTools != nil && len(q.Tools) == 0:
		return invalid("parallel_tool_calls", "", "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified.")
	case q.ParallelTools != nil && *q.ParallelTools && q.ReasoningEffort == "minimal":
		return unsupported("parallel_tool_calls")
	case q.ResponseFormat != nil && q.ResponseFormat.Type != "text" && row.noStructured:
		return unsupported("response_format")
	}
	return nil
}

// refuseRoles: the first reasoning models know neither system nor developer,
// models that do not reason know no developer.
func refuseRoles(q *chatRequest, row *baseModel) *failure {
	for i, m := range q.Messages {
		param := fmt.Sprintf("messages[%d].role", i)
		switch {
		case (m.Role == "system" || m.Role == "developer") && row.noSystem:
			return invalid(param, "unsupported_value", "Unsupported value: '%s' does not support '%s' with this model.", param, m.Role)
		case m.Role == "developer" && !row.reasoning:
			return invalid(param, "invalid_value", "Invalid value: 'developer'. Supported values are: 'system', 'assistant', 'user', 'function', and 'tool'.")
		case !slices.Contains([]string{"system", "developer", "user", "assistant", "tool", "function"}, m.Role):
			return invalid(param, "invalid_value", "Invalid value: '%s'. Supported values are: 'system', 'assistant', 'user', 'function', and 'tool'.", m.Role)
		case m.Content.images && row.noImages:
			return invalid(fmt.Sprintf("messages.[%d].content", i), "", "Invalid content type. image_url is only supported by certain models.")
		}
	}
	return nil
}

func refuseStream(q *chatRequest, row *baseModel) *failure {
	if q.Stream && row.noStream {
		return invalid("stream", "unsupported_value",
			"Unsupported value: 'stream' does not support true with this model. Supported values are: false.")
	}
	return nil
}

// refuseUnknown refuses the first field that is not known, or not yet in the
// api-version of the call.
func (c *call) refuseUnknown(known []string) *failure {
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(c.body, &fields)
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		extension := c.surface == surfaceExtensions && slices.Contains(extensionFields, name)
		since := arguments[name]
		early := since != "" && (c.surface == surfaceClassic || c.surface == surfaceExtensions) && c.version < since
		if (!slices.Contains(known, name) && !extension) || early {
			return invalid(name, "unknown_parameter", "Unknown parameter: '%s'.", name)
		}
	}
	return nil
}
