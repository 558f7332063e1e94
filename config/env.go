package config

import "strings"

// env is an environment variable; one that is not set is empty.
func (l *loader) env(name string) string {
	value, _ := l.lookup(name)
	return strings.TrimSpace(value)
}

// wholeResource is the configuration that the environment stands for: every
// deployment of one resource, each under its own name.
const wholeResource = `
model_list:
- model_name: "*"
  litellm_params: {model: "azure/*"}
`

// FromEnv makes a configuration without a file: every deployment of the
// resource that AZURE_API_BASE names, with the credential of the other AZURE_*
// variables. AZURE_API_TYPE=azure_ad, the word of the first OpenAI SDK, asks for
// DefaultAzureCredential where they have none.
func FromEnv(o Options) (*Snapshot, *Report) {
	l := newLoader("environment", "", o)
	if root := l.read([]byte(wholeResource)); root != nil {
		l.refresh = l.env("AZURE_API_TYPE") == "azure_ad" || l.env("AZURE_API_TYPE") == "azuread"
		key, _ := l.lookup("LITELLM_MASTER_KEY")
		l.snapshot.MasterKey = Secret(key)
		for _, item := range root.get("model_list").items {
			l.entry(item)
		}
	}
	l.modelPrices(&node{})
	for i := range l.report.Diagnostics {
		if d := &l.report.Diagnostics[i]; d.Severity == EntryRefused {
			d.Severity = Refused // it is the only one
		}
	}
	s, r := l.finish()
	for i := range r.Diagnostics {
		r.Diagnostics[i].Position = Position{File: "environment"} // there are no lines
	}
	return s, r
}
