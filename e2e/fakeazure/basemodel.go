package fakeazure

import (
	"slices"
	"strings"
)

// baseModel is what Azure's reasoning page says of a model: the row of
// learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning.
type baseModel struct {
	prefix        string // the longest that fits names the row
	reasoning     bool   // refuses the sampling parameters and max_tokens
	noChat        bool   // Responses API only
	noResponses   bool
	noStream      bool
	noTools       bool
	noParallel    bool // no parallel_tool_calls
	noStructured  bool
	noImages      bool   // no image input
	noSystem      bool   // user and assistant messages only
	efforts       string // accepted reasoning_effort values; "" is none of them
	defaultEffort string
	verbosity     bool
}

var baseModels = []baseModel{
	{prefix: "o1-mini", reasoning: true, noResponses: true, noTools: true, noParallel: true, noStructured: true, noImages: true, noSystem: true},
	{prefix: "o1-preview", reasoning: true, noResponses: true, noTools: true, noParallel: true, noStructured: true, noImages: true, noSystem: true},
	{prefix: "o1", reasoning: true, noStream: true, noParallel: true, efforts: "low medium high", defaultEffort: "medium"},
	{prefix: "o3-mini", reasoning: true, noParallel: true, noImages: true, efforts: "low medium high", defaultEffort: "medium"},
	{prefix: "o3-pro", reasoning: true, noChat: true, noStream: true, noParallel: true, efforts: "low medium high", defaultEffort: "medium"},
	{prefix: "o3", reasoning: true, noParallel: true, efforts: "low medium high", defaultEffort: "medium"},
	{prefix: "o4-mini", reasoning: true, noParallel: true, efforts: "low medium high", defaultEffort: "medium"},
	{prefix: "codex-mini", reasoning: true, noChat: true, noParallel: true, efforts: "low medium high", defaultEffort: "medium"},
	{prefix: "gpt-5", reasoning: true, efforts: "minimal low medium high", defaultEffort: "medium", verbosity: true},
	{prefix: "gpt-5-chat", verbosity: true},
	{prefix: "gpt-5-codex", reasoning: true, noChat: true, efforts: "low medium high", defaultEffort: "medium", verbosity: true},
	{prefix: "gpt-5-pro", reasoning: true, noChat: true, noStream: true, noParallel: true, efforts: "high", defaultEffort: "high", verbosity: true},
	{prefix: "gpt-5.1", reasoning: true, efforts: "none low medium high", defaultEffort: "none", verbosity: true},
	{prefix: "gpt-5.1-chat", reasoning: true, efforts: "medium", defaultEffort: "medium", verbosity: true},
	{prefix: "gpt-5.1-codex", reasoning: true, noChat: true, efforts: "none low medium high", defaultEffort: "medium", verbosity: true},
	{prefix: "gpt-5.1-codex-max", reasoning: true, noChat: true, efforts: "none low medium high xhigh", defaultEffort: "medium", verbosity: true},
	{prefix: "gpt-5.2", reasoning: true, efforts: "none low medium high xhigh", defaultEffort: "none", verbosity: true},
	{prefix: "gpt-5.2-codex", reasoning: true, noChat: true, efforts: "none low medium high xhigh", defaultEffort: "medium", verbosity: true},
	{prefix: "gpt-5.3-codex", reasoning: true, noChat: true, efforts: "none low medium high xhigh", defaultEffort: "medium", verbosity: true},
	{prefix: "gpt-5.4", reasoning: true, efforts: "none low medium high xhigh", defaultEffort: "none", verbosity: true},
	{prefix: "gpt-5.4-pro", reasoning: true, noChat: true, noParallel: true, efforts: "medium high xhigh", defaultEffort: "medium", verbosity: true},
	{prefix: "gpt-5.5", reasoning: true, efforts: "none low medium high xhigh", defaultEffort: "medium", verbosity: true},
	{prefix: "gpt-5.6", reasoning: true, efforts: "none low medium high xhigh", defaultEffort: "medium", verbosity: true},
}

// rules finds the row of a base model; models without one have no restriction
// and no reasoning.
func rules(model string) baseModel {
	var found baseModel
	for _, row := range baseModels {
		rest, ok := strings.CutPrefix(model, row.prefix)
		whole := ok && (rest == "" || rest[0] == '-')
		if whole && len(row.prefix) > len(found.prefix) {
			found = row
		}
	}
	return found
}

func (b *baseModel) takesEffort(effort string) bool {
	return slices.Contains(strings.Fields(b.efforts), effort)
}

// samples reports whether temperature, top_p and logprobs are accepted: always
// by models that do not reason, by gpt-5.1 and later when told not to.
func (b *baseModel) samples(effort string) bool {
	if effort == "" {
		effort = b.defaultEffort
	}
	return !b.reasoning || (effort == "none" && b.takesEffort("none"))
}

// kindOf is the kind of a base model by its name.
func kindOf(model string) Kind {
	row := rules(model)
	switch {
	case strings.HasPrefix(model, "claude-"):
		return KindClaude
	case row.noChat:
		return KindResponses
	case strings.Contains(model, "realtime"):
		return KindRealtime
	case strings.HasPrefix(model, "text-embedding"):
		return KindEmbeddings
	case strings.HasPrefix(model, "dall-e"), strings.HasPrefix(model, "gpt-image"):
		return KindImages
	case strings.HasPrefix(model, "tts"), strings.HasSuffix(model, "-tts"):
		return KindSpeech
	case strings.HasPrefix(model, "whisper"), strings.Contains(model, "-transcribe"):
		return KindTranscription
	case strings.HasPrefix(model, "sora"):
		return KindVideo
	case strings.HasSuffix(model, "-instruct"), strings.HasPrefix(model, "davinci"), strings.HasPrefix(model, "babbage"):
		return KindCompletions
	}
	return KindChat
}
