package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// foreigners are the models of these tests: each speaks another API than chat
// completions, or cannot stream.
var foreigners = map[string]string{
	"claude": "claude-sonnet-4-5", "opus": "claude-opus-5", "gpt-5-codex": "gpt-5-codex", "o3-pro": "o3-pro", "o1": "o1", "instruct": "gpt-35-turbo-instruct",
}

// newForeigners starts an Azure with a deployment of each, and a gateway with a group
// for each, one more for each that drops what its model does not take, and deployments
// of Claude that answer nothing but one error.
func newForeigners(t *testing.T) (*fakeazure.Server, *gateway) {
	t.Helper()
	a := fakeazure.Resource{Name: "a", Keys: []string{azureKey}}
	var list strings.Builder
	list.WriteString("general_settings: {master_key: " + clientKey + "}\nrouter_settings: {disable_cooldowns: true}\nmodel_list:\n")
	add := func(group, deployment, model, more string) {
		fmt.Fprintf(&list, "- model_name: %s\n  litellm_params: {model: azure/%s, api_base: URL, api_key: %s, api_version: '%s'%s}\n  model_info: {base_model: %s}\n",
			group, deployment, azureKey, classic, more, model)
	}
	for name, model := range foreigners {
		a.Deployments = append(a.Deployments, fakeazure.Deployment{Name: "dep-" + name, Model: model})
		add(name, "dep-"+name, model, "")
		add("dropping-"+name, "dep-"+name, model, ", drop_params: true")
	}
	failures := map[string]fakeazure.Fault{
		"claude-400": ofClaude(400, "invalid_request_error", "messages.0: no"), "claude-404": ofClaude(404, "not_found_error", "model: dep-claude-404"),
		"claude-429": ofClaude(429, "rate_limit_error", "This request would exceed the rate limit."), "claude-529": ofClaude(529, "overloaded_error", "Overloaded"),
	}
	for name := range failures {
		a.Deployments = append(a.Deployments, fakeazure.Deployment{Name: "dep-" + name, Model: "claude-sonnet-4-5"})
		add(name, "dep-"+name, "claude-sonnet-4-5", "")
	}
	azure := azureOf(t, fakeazure.Config{Resources: []fakeazure.Resource{a}})
	for name, fault := range failures {
		azure.Script("a", "dep-"+name, fault.Times(100)...)
	}
	return azure, start(t, strings.ReplaceAll(list.String(), "URL", fmt.Sprintf("%q", azure.URL("a"))))
}

// besideItsPackages puts a script where Node finds the packages that it imports.
func besideItsPackages(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = cache(t, "node")
	text, err := os.ReadFile(filepath.Join("sdk", "node", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestSDKsOfOpenAITalkToModelsThatSpeakOtherAPIs: the scripts have the cases.
func TestSDKsOfOpenAITalkToModelsThatSpeakOtherAPIs(t *testing.T) {
	t.Parallel()
	_, g := newForeigners(t)
	env, dir := []string{"PYTHONPATH=" + cache(t, "python")}, besideItsPackages(t, "translated.mjs")
	t.Run("scripts", func(t *testing.T) {
		for _, client := range []string{"openai", "azure"} {
			t.Run("python "+client, func(t *testing.T) {
				t.Parallel()
				script(t, 81, "sdk/python", env, "python3", "translated.py", client, g.url, clientKey)
			})
			t.Run("node "+client, func(t *testing.T) {
				t.Parallel()
				script(t, 56, dir, nil, "node", "translated.mjs", client, g.url, clientKey)
			})
		}
	})
	g.settled()
}

// TestSDKsOfAnthropicReachClaude: those for Anthropic itself have the gateway as their
// base, those for Foundry its /anthropic.
func TestSDKsOfAnthropicReachClaude(t *testing.T) {
	t.Parallel()
	_, g := newForeigners(t)
	env, dir := []string{"PYTHONPATH=" + cache(t, "python")}, besideItsPackages(t, "claude.mjs")
	t.Run("scripts", func(t *testing.T) {
		for client, base := range map[string]string{"anthropic": g.url, "foundry": g.url + "/anthropic"} {
			t.Run("python "+client, func(t *testing.T) {
				t.Parallel()
				script(t, 17, "sdk/python", env, "python3", "claude.py", client, base, clientKey, "claude", "opus")
			})
			t.Run("node "+client, func(t *testing.T) {
				t.Parallel()
				script(t, 12, dir, nil, "node", "claude.mjs", client, base, clientKey, "claude", "opus")
			})
			t.Run("go "+client, func(t *testing.T) {
				t.Parallel()
				goClaude(t, client, base)
			})
		}
	})
	g.settled()
}
