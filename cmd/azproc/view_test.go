package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/azproc/azproc/config"
)

func TestNearURLLeadsToTheListener(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:4000": "http://127.0.0.1:4000", "0.0.0.0:4000": "http://127.0.0.1:4000", ":4000": "http://127.0.0.1:4000",
		"[::]:4000": "http://127.0.0.1:4000", "[::1]:4000": "http://[::1]:4000", "10.0.0.1:80": "http://10.0.0.1:80", "localhost:4000": "http://localhost:4000",
	} {
		if got := nearURL(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestThePagesConfigurationHasNoSecret(t *testing.T) {
	const file = `
general_settings: {master_key: hush-master}
keys:
- {name: team, key: os.environ/HUSH, models: [chat], rpm: 5, budget: 1.5, period: 1d}
model_list:
- model_name: chat
  litellm_params: {model: azure/gpt-4o, api_base: "https://r.openai.azure.com", api_key: hush-key, api_version: v1, rpm: 7, extra_headers: {x-secret: hush-header}}
- model_name: think
  litellm_params: {model: azure/o3, api_base: "https://r.openai.azure.com", tenant_id: t, client_id: c, client_secret: hush-secret}
- model_name: embed
  litellm_params: {model: azure/text-embedding-3-small, api_base: "https://r.openai.azure.com", azure_ad_token: hush-token}
- model_name: foreign
  litellm_params: {model: bedrock/x, api_key: hush-foreign}
router_settings: {redis_host: redis.example, redis_password: hush-redis}
`
	snap, report := config.Parse("config.yaml", []byte(file), config.Options{Getenv: func(name string) (string, bool) { return "hush-env", name == "HUSH" }})
	if snap == nil {
		t.Fatal(report.Diagnostics)
	}
	c := configurationOf(snap)
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "hush") {
		t.Errorf("a secret: %s", text)
	}
	for _, want := range []string{"api-key", "client-secret", "\"token\"", "https://r.openai.azure.com/openai/v1/chat/completions", "team", "$1.5 a 1d", "redis.example", "bedrock/x"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if d := c.Deployments; len(d) != 3 || !d[0].Chats || !d[1].Chats || d[2].Chats || d[0].RPM != 7 {
		t.Errorf("%+v", d)
	}
}
