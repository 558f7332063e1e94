package config

import (
	"strings"
	"testing"
)

func TestTheEnvironmentAloneServesAWholeResource(t *testing.T) {
	s, r := FromEnv(Options{Getenv: environment(map[string]string{
		"AZURE_API_BASE": "https://one.openai.azure.com/", "AZURE_API_KEY": "k\n", "AZURE_API_VERSION": "2024-10-21", "LITELLM_MASTER_KEY": "mine",
	})})
	if s == nil || len(r.Diagnostics) > 0 {
		t.Fatal(r.Diagnostics)
	}
	g, capture, ok := s.Find("gpt-4o")
	if !ok || capture != "gpt-4o" || !g.Wildcard {
		t.Fatalf("%v %q", g, capture)
	}
	d := g.Deployments[0]
	if !d.Wildcard || d.Credential != (Credential{Kind: CredentialKey, Key: "k"}) || d.Target.Version != "2024-10-21" || d.Target.Deployment != "*" {
		t.Errorf("%+v", d)
	}
	if s.MasterKey.Reveal() != "mine" {
		t.Error("LITELLM_MASTER_KEY is not the key")
	}
}

func TestTheEnvironmentsMistakesAreSaidWithoutALine(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"no base":       {map[string]string{"AZURE_API_KEY": "k"}, "environment: refused: no api_base, and AZURE_API_BASE is not set"},
		"a bad base":    {map[string]string{"AZURE_API_BASE": "one", "AZURE_API_KEY": "k"}, "environment: refused: AZURE_API_BASE cannot be used: no scheme"},
		"no credential": {map[string]string{"AZURE_API_BASE": "https://one.openai.azure.com"}, "environment: refused: no credential"},
		"a bad version": {map[string]string{"AZURE_API_BASE": "https://one.openai.azure.com", "AZURE_API_KEY": "k", "AZURE_API_VERSION": "new"}, `environment: warning: AZURE_API_VERSION "new"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, r := FromEnv(Options{Getenv: environment(c.env)})
			var b strings.Builder
			r.Print(&b)
			if !strings.Contains(b.String(), c.want) || strings.Contains(b.String(), "model_name") {
				t.Errorf("%s", b.String())
			}
		})
	}
}

func TestTheFirstSDKsWordForEntraIDAsksForAnIdentity(t *testing.T) {
	s, r := FromEnv(Options{Getenv: environment(map[string]string{"AZURE_API_BASE": "https://one.openai.azure.com", "AZURE_API_TYPE": "azure_ad"})})
	if s == nil || s.Deployments[0].Credential.Kind != CredentialDefault {
		t.Error(r.Diagnostics)
	}
}
