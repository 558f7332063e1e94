package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/azproc/azproc/admin"
	"github.com/azproc/azproc/e2e/fakeazure"
)

func TestTheAdminPortAsksEachDeploymentOnceHoweverManyLook(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "",
		member{group: "chat", resource: "a"}, member{group: "chat", resource: "b", more: ", api_key: wrong"},
		member{group: "think", resource: "c", kind: "gpt5"}, member{group: "draw", resource: "d", kind: "image"}))
	for range 3 {
		var body struct{ Deployments []admin.Deployment }
		got := do(t, "GET", g.admin+"/deployments?live=1", "")
		if err := json.Unmarshal([]byte(got.body), &body); err != nil || len(body.Deployments) != 4 {
			t.Fatalf("%d %s (%v)", got.status, got.body, err)
		}
		for i, want := range []admin.Live{
			{OK: true, Status: 200, Asked: "chat/completions"},
			{Status: 401, Asked: "chat/completions", Why: "Access denied"},
			{OK: true, Status: 200, Asked: "chat/completions"},
			{OK: true, Status: 200, Asked: "models", AddressOnly: true},
		} {
			live := body.Deployments[i].Live
			if live == nil || live.OK != want.OK || live.Status != want.Status || live.Asked != want.Asked || live.AddressOnly != want.AddressOnly || !strings.HasPrefix(live.Why, want.Why) {
				t.Errorf("%s: %+v", body.Deployments[i].Name, live)
			}
		}
	}
	if n := len(azure.Requests()); n != 4 {
		t.Errorf("four deployments were asked %d times", n)
	}
	if d := g.deployments()["chat-a"]; d.Live != nil || d.Served != 0 {
		t.Errorf("%+v", d)
	}
}

func TestADeploymentForBatchesIsAskedForItsBatches(t *testing.T) {
	azure := azureOf(t, fakeazure.Config{Resources: []fakeazure.Resource{
		{Name: "a", Keys: []string{keyOf("a")}, Deployments: []fakeazure.Deployment{{Name: "night", Model: "gpt-4o", SKU: fakeazure.SKUBatch}}},
	}})
	entry := func(name, key, version string) string {
		return fmt.Sprintf("- model_name: %s\n  litellm_params: {model: azure/night, api_base: %q, api_key: %s, api_version: %s}\n  model_info: {id: %s, base_model: gpt-4o, mode: batch}\n", name, azure.URL("a"), key, version, name)
	}
	g := start(t, "general_settings: {master_key: "+clientKey+"}\nmodel_list:\n"+
		entry("classic", keyOf("a"), classic)+entry("v1", keyOf("a"), "v1")+entry("wrong", "wrong", "v1"))
	var body struct{ Deployments []admin.Deployment }
	got := do(t, "GET", g.admin+"/deployments?live=1", "")
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || len(body.Deployments) != 3 {
		t.Fatalf("%d %s (%v)", got.status, got.body, err)
	}
	for _, d := range body.Deployments {
		want := admin.Live{OK: true, Status: 200, Asked: "batches"}
		if d.Name == "wrong" {
			want = admin.Live{Status: 401, Asked: "batches"}
		}
		if d.Live == nil || d.Live.OK != want.OK || d.Live.Status != want.Status || d.Live.Asked != want.Asked || !d.Live.AddressOnly {
			t.Errorf("%s: %+v", d.Name, d.Live)
		}
	}
	var asked []string
	for _, r := range azure.Requests() {
		asked = append(asked, fmt.Sprintf("%s %s?%s %d", r.Method, r.Path, r.Query, r.Status))
	}
	slices.Sort(asked)
	if want := []string{
		"GET /openai/batches?api-version=" + classic + "&limit=1 200", "GET /openai/v1/batches?limit=1 200", "GET /openai/v1/batches?limit=1 401",
	}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
}
