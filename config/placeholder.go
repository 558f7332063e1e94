package config

import (
	"regexp"
	"strings"
)

// shellVariable is a text that other tools replace by a variable: ${NAME},
// ${NAME:-default}, $NAME, env:NAME, env/NAME.
var shellVariable = regexp.MustCompile(`^(?:\$\{(\w+)[^}]*\}|\$([A-Z_][A-Z0-9_]*)|env[:/](\w+))$`)

// template is a text that was to be filled in before the file is used.
var template = regexp.MustCompile(`\{\{.*\}\}|^__\w+__$|REPLACE_|^<[^>]+>$|^your[-_]|<your`)

// unfilled warns of a text that its writer meant to be replaced. Nothing
// replaces it, here as with LiteLLM. The text itself is not repeated: it may be
// a secret that only looks like it.
func (l *loader) unfilled(n *node, key string) bool {
	if n.kind != scalar || n.variable != "" {
		return false
	}
	if m := shellVariable.FindStringSubmatch(n.text); m != nil {
		name := m[1] + m[2] + m[3]
		if isSecret(key) && m[2] != "" {
			name = "NAME"
		}
		l.at(n, Warning, "%s is not filled in: an environment variable is written os.environ/%s", key, name)
		return true
	}
	switch {
	case template.MatchString(n.text):
		l.at(n, Warning, "%s is not filled in: it looks like a placeholder", key)
	case strings.Contains(n.text, "${"), strings.Contains(n.text, "os.environ/"):
		l.at(n, Warning, "%s: a variable within a longer text is not replaced; os.environ/NAME must be the whole value", key)
	default:
		return false
	}
	return true
}
