package messages

import "strings"

// thinking is how a model thinks.
type thinking uint8

const (
	thinkUnknown thinking = iota
	thinkNever
	thinkBudget  // when asked, with a budget of tokens
	thinkAsked   // adaptive when asked
	thinkDefault // adaptive unless disabled
	thinkBetween // adaptive unless it is only to think between tool calls
	thinkAlways  // adaptive, and nothing turns it off
)

// sampling says which of temperature, top_p and top_k a model takes.
type sampling uint8

const (
	sampleAny   sampling = iota
	sampleOne            // temperature or top_p, not both
	sampleFixed          // default values only
)

// The levels of effort, ascending.
var (
	efforts3 = []string{"low", "medium", "high"}
	efforts4 = []string{"low", "medium", "high", "max"}
	efforts5 = []string{"low", "medium", "high", "xhigh", "max"}
)

// model is what the documentation says of a model.
type model struct {
	family       string
	major, minor int
	// output is the most that max_tokens may be.
	output   int64
	thinking thinking
	// efforts are the levels of output_config.effort; none: it is not taken.
	efforts  []string
	sampling sampling
	// omits says that thinking comes back without its text unless that is asked for.
	omits bool
	// forced says that tool_choice may be any or tool; prefill that the last message
	// may be the assistant's; structured that output_config.format and strict tools
	// are known.
	forced, prefill, structured bool
}

// models are Claude's models by family and version (platform.claude.com: "Models
// overview" for the output; "Thinking", "Effort", "Structured outputs"; the
// migration guides of each model for what they refuse; github.com/anthropics/skills,
// skills/claude-api, for the models that those pages no longer show). A version that
// is not here is as the one before it.
var models = []model{
	{family: "opus", major: 3, output: 4096, thinking: thinkNever, forced: true, prefill: true},
	{family: "opus", major: 4, output: 32000, thinking: thinkBudget, forced: true, prefill: true},
	{family: "opus", major: 4, minor: 1, output: 32000, thinking: thinkBudget, sampling: sampleOne, forced: true, prefill: true},
	{family: "opus", major: 4, minor: 5, output: 64000, thinking: thinkBudget, efforts: efforts3, sampling: sampleOne, forced: true, prefill: true, structured: true},
	{family: "opus", major: 4, minor: 6, output: 128000, thinking: thinkAsked, efforts: efforts4, sampling: sampleOne, forced: true, structured: true},
	{family: "opus", major: 4, minor: 7, output: 128000, thinking: thinkAsked, efforts: efforts5, sampling: sampleFixed, omits: true, forced: true, structured: true},
	{family: "opus", major: 5, output: 128000, thinking: thinkDefault, efforts: efforts5, sampling: sampleFixed, omits: true, forced: true, structured: true},
	{family: "opus", major: 5, minor: 5, output: 128000, thinking: thinkAlways, efforts: efforts5, sampling: sampleFixed, omits: true, structured: true},

	{family: "sonnet", major: 3, output: 4096, thinking: thinkNever, forced: true, prefill: true},
	{family: "sonnet", major: 3, minor: 5, output: 8192, thinking: thinkNever, forced: true, prefill: true},
	{family: "sonnet", major: 3, minor: 7, output: 64000, thinking: thinkBudget, forced: true, prefill: true},
	{family: "sonnet", major: 4, output: 64000, thinking: thinkBudget, forced: true, prefill: true},
	{family: "sonnet", major: 4, minor: 5, output: 64000, thinking: thinkBudget, sampling: sampleOne, forced: true, prefill: true, structured: true},
	{family: "sonnet", major: 4, minor: 6, output: 128000, thinking: thinkAsked, efforts: efforts4, sampling: sampleOne, forced: true, structured: true},
	{family: "sonnet", major: 5, output: 128000, thinking: thinkDefault, efforts: efforts5, sampling: sampleFixed, omits: true, forced: true, structured: true},
	{family: "sonnet", major: 5, minor: 5, output: 128000, thinking: thinkBetween, efforts: efforts5, sampling: sampleFixed, omits: true, structured: true},

	{family: "haiku", major: 3, output: 4096, thinking: thinkNever, forced: true, prefill: true},
	{family: "haiku", major: 3, minor: 5, output: 8192, thinking: thinkNever, forced: true, prefill: true},
	{family: "haiku", major: 4, minor: 5, output: 64000, thinking: thinkBudget, sampling: sampleOne, forced: true, prefill: true, structured: true},
	{family: "haiku", major: 5, minor: 5, output: 128000, thinking: thinkDefault, efforts: efforts5, sampling: sampleFixed, omits: true, forced: true, structured: true},

	{family: "fable", major: 5, output: 128000, thinking: thinkAlways, efforts: efforts5, sampling: sampleFixed, omits: true, forced: true, structured: true},
	{family: "fable", major: 5, minor: 1, output: 128000, thinking: thinkAlways, efforts: efforts5, sampling: sampleFixed, omits: true, structured: true},

	{family: "mythos", output: 128000, thinking: thinkAlways, efforts: efforts4, sampling: sampleFixed, omits: true, forced: true, structured: true}, // claude-mythos-preview
	{family: "mythos", major: 5, output: 128000, thinking: thinkAlways, efforts: efforts5, sampling: sampleFixed, omits: true, forced: true, structured: true},
	{family: "mythos", major: 5, minor: 1, output: 128000, thinking: thinkAlways, efforts: efforts5, sampling: sampleFixed, omits: true, structured: true},
}

// unknown is a model of which nothing is known, for its deployment is named as its
// owner liked. Its output is the smallest limit of all models that Foundry has had
// (Opus 4.1's), what it takes is left to Anthropic.
var unknown = model{output: 32000, forced: true, prefill: true, structured: true}

// modelOf finds the model that a base model or a deployment names, with prefixes,
// dates and versions as they come: azure_ai/claude-sonnet-4-5, claude-opus-4.6,
// claude-3-7-sonnet-20250219, us.anthropic.claude-haiku-4-5-v1:0.
func modelOf(base string) *model {
	family, major, minor := parseModel(base)
	found := &unknown
	for i := range models {
		m := &models[i]
		if m.family == family && (m.major < major || m.major == major && m.minor <= minor) {
			found = m
		}
	}
	return found
}

// parseModel gives the family and version of a name; without a version, family is
// empty too, but for the one model that has none.
func parseModel(base string) (family string, major, minor int) {
	base = strings.ToLower(base)
	if i := strings.LastIndex(base, "claude"); i >= 0 {
		base = base[i+len("claude"):]
	}
	numbers := 0
	for word := range strings.FieldsFuncSeq(base, func(c rune) bool { return strings.ContainsRune("-._/@: ", c) }) {
		switch n, ok := versionPart(word); {
		case !ok:
			switch word {
			case "opus", "sonnet", "haiku", "fable", "mythos":
				family = word
			}
		case numbers == 0:
			major, numbers = n, 1
		case numbers == 1:
			minor, numbers = n, 2
		}
	}
	if numbers == 0 && family != "mythos" {
		return "", 0, 0
	}
	return family, major, minor
}

// versionPart reads a number that is no date.
func versionPart(word string) (n int, ok bool) {
	if len(word) > 2 {
		return 0, false
	}
	for i := range len(word) {
		if word[i] < '0' || word[i] > '9' {
			return 0, false
		}
		n = n*10 + int(word[i]-'0')
	}
	return n, true
}
