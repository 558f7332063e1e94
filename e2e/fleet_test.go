package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/azproc/azproc/admin"
	"github.com/azproc/azproc/e2e/fakeazure"
)

// resources are the Azure resources of a fleet, each with a deployment of every
// kind under a name of its own.
var resources = []string{"a", "b", "c", "d"}

// keyOf is the key of a resource.
func keyOf(resource string) string { return "key-of-resource-" + resource }

// fleet starts an Azure of four resources. What must not arrive, a key at the
// resource of another above all, fails the test.
func fleet(t testing.TB) *fakeazure.Server {
	t.Helper()
	return fleetOf(t, fakeazure.Quotas{})
}

// fleetOf is fleet with other limits of files.
func fleetOf(t testing.TB, quotas fakeazure.Quotas) *fakeazure.Server {
	t.Helper()
	var all []fakeazure.Resource
	for _, name := range resources {
		r := fakeazure.Resource{Name: name, Keys: []string{keyOf(name)}}
		for kind, model := range kinds {
			r.Deployments = append(r.Deployments, fakeazure.Deployment{Name: kind + "-" + name, Model: model})
		}
		all = append(all, r)
	}
	return azureOf(t, fakeazure.Config{Resources: all, Quotas: quotas})
}

// member is one deployment of a model list.
type member struct {
	group, resource, kind string
	more                  string // further litellm_params
	base                  string // instead of the resource's
}

// groups writes a model list of members; the first of a group is its first tier,
// so that the order of a test is certain.
func groups(azure *fakeazure.Server, settings string, members ...member) string {
	var b strings.Builder
	fmt.Fprintf(&b, "general_settings: {master_key: %s}\n%s\nmodel_list:\n", clientKey, settings)
	tier := make(map[string]int)
	for _, m := range members {
		if m.kind == "" {
			m.kind = "chat"
		}
		if m.base == "" {
			m.base = azure.URL(m.resource)
		}
		if !strings.Contains(m.more, "api_key") {
			m.more += ", api_key: " + keyOf(m.resource)
		}
		if !strings.Contains(m.more, "api_version") {
			m.more += ", api_version: '" + classic + "'"
		}
		if !strings.Contains(m.more, "order") {
			tier[m.group]++
			m.more += fmt.Sprintf(", order: %d", tier[m.group])
		}
		fmt.Fprintf(&b, "- model_name: %s\n  litellm_params: {model: azure/%s-%s, api_base: %q%s}\n  model_info: {base_model: %s, id: %s-%s}\n",
			m.group, m.kind, m.resource, m.base, m.more, kinds[m.kind], m.group, m.resource)
	}
	return b.String()
}

// asked are the resources that were asked since the last Reset, in order.
func asked(azure *fakeazure.Server) string {
	var names []string
	for _, r := range azure.Requests() {
		names = append(names, r.Resource)
	}
	return strings.Join(names, " ")
}

// deployments reads /deployments.
func (g *gateway) deployments() map[string]admin.Deployment {
	g.t.Helper()
	var body struct{ Deployments []admin.Deployment }
	got := do(g.t, "GET", g.admin+"/deployments", "")
	if err := json.Unmarshal([]byte(got.body), &body); err != nil || got.status != 200 {
		g.t.Fatalf("/deployments: %d %s %v", got.status, got.body, err)
	}
	all := make(map[string]admin.Deployment)
	for _, d := range body.Deployments {
		all[d.Name] = d
	}
	return all
}

// chat asks a model for a chat completion.
func (g *gateway) chat(model string, more ...string) answer {
	g.t.Helper()
	return do(g.t, "POST", g.url+"/v1/chat/completions",
		fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":"hi"}]%s}`, model, strings.Join(more, "")))
}
