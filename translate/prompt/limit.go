package prompt

import "strings"

// The completions API ends an answer after 16 tokens unless it is told otherwise,
// and refuses a request whose prompt and limit are together more than the model's
// context. A chat client that gives no limit means "as long as it gets", so it has
// up to usualLimit tokens, fewer where a long prompt leaves no more.
const (
	usualLimit = 1024
	leastLimit = 16
	// bytesPerToken counts a prompt rather too long than too short: English has
	// four.
	bytesPerToken = 3
)

// contexts are how many tokens a prompt and its answer may have together, by words
// of the model's name (Microsoft Learn, "Azure OpenAI models": max request tokens).
var contexts = []struct {
	word   string
	tokens int
}{
	{"davinci-002", 16384},
	{"babbage-002", 16384},
	{"", 4096}, // gpt-35-turbo-instruct: 4,097
}

// defaultLimit is the limit, in tokens, of an answer to a prompt of so many bytes.
func defaultLimit(base string, size int) int64 {
	for _, c := range contexts {
		if strings.Contains(strings.ToLower(base), c.word) {
			rest := c.tokens - size/bytesPerToken
			return int64(min(usualLimit, max(leastLimit, rest)))
		}
	}
	return leastLimit
}
