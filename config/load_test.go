package config

import (
	"testing"
)

// environment looks variables up in a map.
func environment(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := m[name]
		return v, ok
	}
}

func TestSmoke(t *testing.T) {
	s, r := Parse("a.yaml", []byte(`
model_list:
  - model_name: gpt
    litellm_params:
      model: azure/gpt-4o
      api_base: os.environ/BASE
      api_version: 2024-10-21
      api_key: secret
      temprature: 1
`), Options{Getenv: environment(map[string]string{"BASE": "https://a.openai.azure.com/"})})
	for _, d := range r.Diagnostics {
		t.Log(d)
	}
	if s == nil || len(s.Deployments) != 1 {
		t.Fatal("not served")
	}
	t.Logf("%+v", s.Deployments[0])
}
