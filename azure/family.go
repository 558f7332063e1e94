package azure

import "strings"

// Family is what a kind of model takes and does not take: one row of the table
// below. Families are compared by pointer.
type Family struct {
	name string
	// words are what a model's name must have one of, as a whole word between
	// characters that are neither letters nor digits. A # stands for a number.
	words []string
	// reasoning models take max_completion_tokens instead of max_tokens, and no
	// sampling parameters.
	reasoning bool
	// plain is set for models whose reasoning can be turned off: with the
	// effort "none" they take temperature, top_p and logprobs.
	plain bool
	// plainByDefault is set where no effort at all means "none".
	plainByDefault bool
	// roles says what becomes of the roles system and developer.
	roles roleRule
}

// String is the family's name, for people.
func (f *Family) String() string {
	if f == nil {
		return general.name
	}
	return f.name
}

// roleRule says what becomes of the roles system and developer.
type roleRule uint8

const (
	developerToSystem roleRule = iota // only reasoning models know developer
	rolesAsSent
	bothToUser // o1-mini and o1-preview know neither
)

// The families. Which parameters a model takes is from Microsoft Learn, "Azure
// OpenAI reasoning models"; which of gpt-5.n do not reason unless they are told
// to, from its table of reasoning_effort defaults. The first row that fits
// counts.
var (
	claude    = &Family{name: "claude", words: []string{"claude"}}
	gpt5Chat  = &Family{name: "gpt-5-chat", words: []string{"gpt-5-chat"}}
	gpt5None  = &Family{name: "gpt-5.1", words: []string{"gpt-5.1", "gpt-5.2", "gpt-5.4"}, reasoning: true, plain: true, plainByDefault: true, roles: rolesAsSent}
	gpt5Later = &Family{name: "gpt-5.n", words: []string{"gpt-5.#"}, reasoning: true, plain: true, roles: rolesAsSent}
	gpt5      = &Family{name: "gpt-5", words: []string{"gpt-5"}, reasoning: true, roles: rolesAsSent}
	oFirst    = &Family{name: "o1-preview", words: []string{"o1-preview", "o1-mini"}, reasoning: true, roles: bothToUser}
	oSeries   = &Family{name: "o-series", words: []string{"o1", "o3", "o4"}, reasoning: true, roles: rolesAsSent}
	instruct  = &Family{name: "instruct", words: []string{"instruct"}}
	general   = &Family{name: "general"}

	families = []*Family{claude, gpt5Chat, gpt5None, gpt5Later, gpt5, oFirst, oSeries, instruct}
)

// namesGeneral are words that say that a model is of the general family.
var namesGeneral = []string{
	"gpt-4", "gpt-4o", "gpt-4.1", "gpt-4.5", "gpt-35", "gpt-3.5", "chatgpt", "gpt-oss", "dall-e", "whisper", "tts",
	"ada", "embedding", "gpt-image", "davinci", "babbage", "llama", "mistral", "phi", "grok", "deepseek", "kimi", "sora", "realtime", "audio", "transcribe",
}

// NameFamily is the family that a name tells of, nil when it tells nothing.
func NameFamily(name string) *Family {
	name = strings.ToLower(name)
	for _, f := range families {
		for _, w := range f.words {
			if hasWord(name, w) {
				return f
			}
		}
	}
	for _, w := range namesGeneral {
		if hasWord(name, w) {
			return general
		}
	}
	return nil
}

// FamilyOf is the family of a deployment: by its declared base model when there
// is one, else by the prefix of its route (o_series, gpt5_series, azure_text),
// else by its name.
func FamilyOf(baseModel, routePrefix, name string) *Family {
	if baseModel != "" {
		name = baseModel
	}
	f := NameFamily(name)
	if f == nil {
		f = general
	}
	if baseModel != "" {
		return f
	}
	switch routePrefix {
	case "o_series":
		if f != oFirst {
			return oSeries
		}
	case "gpt5_series":
		if f != gpt5None && f != gpt5Later {
			return gpt5
		}
	case "azure_text":
		return instruct
	}
	return f
}

// hasWord is whether word stands in s between characters that are neither
// letters nor digits; a # in it stands for a number. Both are in lower case.
func hasWord(s, word string) bool {
	for i := range len(s) {
		if i > 0 && alphanumeric(s[i-1]) {
			continue
		}
		if end, ok := matchWord(s, i, word); ok && (end == len(s) || !alphanumeric(s[end])) {
			return true
		}
	}
	return false
}

// matchWord is whether word stands at i, and where it ends.
func matchWord(s string, i int, word string) (end int, ok bool) {
	for k := range len(word) {
		if word[k] == '#' {
			digits := i
			for i < len(s) && s[i] >= '0' && s[i] <= '9' {
				i++
			}
			if i == digits {
				return i, false
			}
			continue
		}
		if i == len(s) || s[i] != word[k] {
			return i, false
		}
		i++
	}
	return i, true
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}
