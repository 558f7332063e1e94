package config

import "strings"

// env is an environment variable; one that is not set is empty.
func (l *loader) env(name string) string {
	value, _ := l.getenv(name)
	return strings.TrimSpace(value)
}

// FromEnv makes a configuration without a file: every deployment of the
// resource that AZURE_API_BASE names, each under its own name, with the
// credential of the other AZURE_* variables.
func FromEnv(o Options) (*Snapshot, *Report) {
	const all = "model_list:\n- model_name: \"*\"\n  litellm_params: {model: \"azure/*\"}\n"
	l := newLoader("environment", "", o)
	if kind := l.env("AZURE_API_TYPE"); kind == "azure_ad" || kind == "azuread" {
		l.refresh = l.env("AZURE_API_KEY") == "" // the first OpenAI SDK's word for Entra ID
	}
	if root := l.read([]byte(all)); root != nil {
		l.root(root)
	}
	l.snapshot.Path = ""
	return l.finish()
}
