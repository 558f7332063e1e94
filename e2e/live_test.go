package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/azproc/azproc/admin"
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
