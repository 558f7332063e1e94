package e2e

import (
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// walkers is a configuration of two resources whose ids are foreign to each other.
func walkers(azure *fakeazure.Server) string {
	member := func(model, kind, resource, more string) string {
		return "- model_name: " + model + "\n  litellm_params: {model: azure/" + kind + "-" + resource + ", api_base: \"" + azure.URL(resource) + "\", api_key: " + keyOf(resource) + ", api_version: \"2025-04-01-preview\"}\n  model_info: {" + more + "base_model: " + kinds[kind] + ", id: " + model + "-" + resource + "}\n"
	}
	return "general_settings: {master_key: " + clientKey + "}\nlitellm_settings: {enable_loadbalancing_on_batch_endpoints: true}\nmodel_list:\n" +
		member("chat", "chat", "a", "") + member("chat", "chat", "b", "") + member("batch", "batch", "a", "mode: batch, ") + member("batch", "batch", "b", "mode: batch, ")
}

func TestTheWalksOfLiteLLMsPagesWorkWithTheOfficialSDK(t *testing.T) {
	azure := fleet(t)
	one, two := start(t, walkers(azure)), start(t, walkers(azure))
	script(t, 6, "sdk/python", []string{"PYTHONPATH=" + cache(t, "python")}, "python3", "walks.py", one.url, clientKey, two.url)
	// Three batches were completed, and asked for after that; three were cancelled, and never asked for again.
	eventually(t, "batches are counted once", func() bool { return one.metric("azproc_batches_total") == 3 })
	for _, r := range azure.Requests() {
		if strings.Contains(r.Path, "~") || strings.Contains(string(r.Body), "~") {
			t.Errorf("a tag went upstream: %s %.200s", r.Path, r.Body)
		}
	}
}
