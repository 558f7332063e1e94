package config

import (
	"regexp"
	"strings"
)

// isSecret is whether the value of a key must never be shown.
func isSecret(key string) bool { return secretKey.MatchString(strings.ToLower(key)) }

// secretNames are the endings of such keys.
const secretNames = `(?:api[-_]?key|subscription-key|master_?key|client_secret|id_secret|authorization|password|ad_token|access_token|redis_url|database_url)`

var (
	secretKey = regexp.MustCompile(secretNames + `$`)
	// secretValue is such a key in a line, or that of a client's key, with its
	// value: up to the next comma of a flow mapping, or the line's end.
	secretValue = regexp.MustCompile(`(?i)((?:[\w-]*` + secretNames + `|\bkey)["']?\s*:\s+|(?:[\w-]*` + secretNames + `|\bkey)["']\s*:\s*)("[^"]*"?|'[^']*'?|[^\s#{\[,}][^,}]*)`)
	// harmless is a value that only says where the secret is.
	harmless = regexp.MustCompile(`^["']?(os\.environ/|sha256:[0-9a-fA-F]{64}\b|\$\{|\{\{|<|[*>|!]|null\b|~)`)
)

// shortestSecret is how long a text must be to be hidden wherever it stands;
// shorter ones are hidden behind their keys alone.
const shortestSecret = 6

// mask hides the values of secrets in a line of the file, also where the file
// is too broken to be parsed.
func mask(line string, secrets []string) string {
	for _, s := range secrets {
		for part := range strings.Lines(s) {
			part = strings.TrimSpace(part)
			if len(part) >= shortestSecret && !harmless.MatchString(part) {
				line = strings.ReplaceAll(line, part, hidden)
			}
		}
	}
	return secretValue.ReplaceAllStringFunc(line, func(found string) string {
		m := secretValue.FindStringSubmatch(found)
		if harmless.MatchString(m[2]) {
			return found
		}
		return m[1] + hidden
	})
}
