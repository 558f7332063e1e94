package fakeazure

import (
	"slices"
	"strings"
)

// claudeModel is what Anthropic's pages say of a model. Sources at
// platform.claude.com: models/overview (output), build-with-claude/thinking and
// /thinking-troubleshooting (modes, display, sampling, forced tools),
// /effort, /structured-outputs, api/errors (prefill).
type claudeModel struct {
	prefix     string // the longest that fits names the row
	output     int    // the largest max_tokens
	modes      string // of thinking.type; what is not here is refused
	thinks     bool   // when the request does not say
	always     bool   // and cannot be told not to
	calmOff    bool   // thinking can be disabled at effort high or below alone
	efforts    string // of output_config.effort; "" is none of them
	effort     string // that it has by default
	samples    bool   // temperature, top_p and top_k
	bothSample bool   // temperature and top_p together
	prefills   bool   // the conversation may end with an assistant message
	noForcing  bool   // no tool_choice any or tool
	noFormat   bool   // no output_config.format
	omits      bool   // the text of its thinking, unless display says otherwise
	midSystem  bool   // messages of the role system between the others
}

const allEfforts = "low medium high xhigh max"

var claudeModels = []claudeModel{
	{prefix: "claude-opus-4", output: 32_000, modes: "enabled disabled", samples: true, bothSample: true, prefills: true, noFormat: true},
	{prefix: "claude-sonnet-4", output: 64_000, modes: "enabled disabled", samples: true, bothSample: true, prefills: true, noFormat: true},
	{prefix: "claude-opus-4-1", output: 32_000, modes: "enabled disabled", samples: true, prefills: true},
	{prefix: "claude-opus-4-5", output: 64_000, modes: "enabled disabled", efforts: "low medium high", effort: "high", samples: true, prefills: true},
	{prefix: "claude-sonnet-4-5", output: 64_000, modes: "enabled disabled", samples: true, prefills: true},
	{prefix: "claude-haiku-4-5", output: 64_000, modes: "enabled disabled", samples: true, prefills: true},
	{prefix: "claude-opus-4-6", output: 128_000, modes: "adaptive enabled disabled", efforts: "low medium high max", effort: "high", samples: true},
	{prefix: "claude-sonnet-4-6", output: 128_000, modes: "adaptive enabled disabled", efforts: "low medium high max", effort: "high", samples: true},
	{prefix: "claude-opus-4-7", output: 128_000, modes: "adaptive disabled", efforts: allEfforts, effort: "high", omits: true},
	{prefix: "claude-opus-4-8", output: 128_000, modes: "adaptive disabled", efforts: allEfforts, effort: "high", omits: true, midSystem: true},
	{prefix: "claude-opus-5", output: 128_000, modes: "adaptive disabled", thinks: true, calmOff: true, efforts: allEfforts, effort: "high", omits: true, midSystem: true},
	{prefix: "claude-sonnet-5", output: 128_000, modes: "adaptive disabled", thinks: true, efforts: allEfforts, effort: "high", omits: true},
	{prefix: "claude-mythos-preview", output: 128_000, modes: "adaptive enabled", thinks: true, always: true, efforts: "low medium high max", effort: "high", omits: true},
	{prefix: "claude-fable-5", output: 128_000, modes: "adaptive", thinks: true, always: true, efforts: allEfforts, effort: "high", omits: true, midSystem: true},
	{prefix: "claude-mythos-5", output: 128_000, modes: "adaptive", thinks: true, always: true, efforts: allEfforts, effort: "high", omits: true, midSystem: true},
	{prefix: "claude-fable-5-1", output: 128_000, modes: "adaptive", thinks: true, always: true, efforts: allEfforts, effort: "high", noForcing: true, omits: true, midSystem: true},
	{prefix: "claude-fable-5-2", output: 128_000, modes: "adaptive", thinks: true, always: true, efforts: allEfforts, effort: "high", noForcing: true, omits: true, midSystem: true},
	{prefix: "claude-mythos-5-1", output: 128_000, modes: "adaptive", thinks: true, always: true, efforts: allEfforts, effort: "high", noForcing: true, omits: true, midSystem: true},
	{prefix: "claude-mythos-5-2", output: 128_000, modes: "adaptive", thinks: true, always: true, efforts: allEfforts, effort: "high", noForcing: true, omits: true, midSystem: true},
	{prefix: "claude-opus-5-5", output: 128_000, modes: "adaptive", thinks: true, always: true, efforts: allEfforts, effort: "medium", noForcing: true, omits: true, midSystem: true},
	{prefix: "claude-sonnet-5-5", output: 128_000, modes: "adaptive between_tools", thinks: true, efforts: allEfforts, effort: "high", noForcing: true, omits: true, midSystem: true},
	{prefix: "claude-haiku-5-5", output: 128_000, modes: "adaptive disabled", thinks: true, calmOff: true, efforts: allEfforts, effort: "medium", omits: true, midSystem: true},
}

// claudeRules finds the row of a model. One that no row knows is as the newest
// are: it samples nothing, takes no prefill and thinks by itself.
func claudeRules(model string) claudeModel {
	found := claudeModel{output: 128_000, modes: "adaptive", thinks: true, always: true, efforts: allEfforts, effort: "high", noForcing: true, omits: true}
	for _, row := range claudeModels {
		rest, ok := strings.CutPrefix(model, row.prefix)
		if ok && (rest == "" || rest[0] == '-') && len(row.prefix) > len(found.prefix) {
			found = row
		}
	}
	return found
}

func (m *claudeModel) takesMode(mode string) bool {
	return slices.Contains(strings.Fields(m.modes), mode)
}

func (m *claudeModel) takesEffort(effort string) bool {
	return slices.Contains(strings.Fields(m.efforts), effort)
}
