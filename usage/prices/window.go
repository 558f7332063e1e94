package prices

import "strings"

// largeWindow is how many tokens Claude Sonnet 4 and 4.5 take where a client asks for it
// (Anthropic, "Context windows": the beta context-1m).
const largeWindow = 1_000_000

// Windows are how many tokens a model takes and gives at most; 0 is unknown. Where the
// entry of a region does not say it, that of no region does.
func (t *Table) Windows(m *Model) (input, output int64) {
	if e := m.entry; e != nil {
		input, output = e.MaxInput, e.MaxOutput
	}
	if provider, name, ok := strings.Cut(m.Name, "/"); ok {
		_, name, _ = strings.Cut(name, "/")
		if e := t.entries[provider+"/"+name]; e != nil {
			input, output = max(input, e.MaxInput), max(output, e.MaxOutput)
		}
	}
	if strings.Contains(m.Name, "claude-sonnet-4") {
		input = max(input, largeWindow)
	}
	return input, output
}
