package routing

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestModelsAreTheGroupsInTheFilesOrderWithoutWildcards(t *testing.T) {
	tab := table(t, "model_list:\n"+entry("z", "azure/one", "k1")+entry("a", "azure/two", "k1")+entry("z", "azure/three", "k1")+entry("azure/*", "azure/*", "k1"), nil)
	var list struct {
		Object string
		Data   []struct{ ID, Object string }
	}
	if err := json.Unmarshal(tab.Models(), &list); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range list.Data {
		ids = append(ids, m.ID)
	}
	if d := cmp.Diff([]string{"z", "a"}, ids); d != "" || list.Object != "list" {
		t.Errorf("object %q, ids %s", list.Object, d)
	}
	if _, err := tab.Model("a"); err != nil {
		t.Error(err)
	}
	if _, err := tab.Model("azure/*"); err == nil || err.Code != "model_not_found" {
		t.Errorf("a wildcard is no model: error %v", err)
	}
}

func TestReadyWhileAnyDeploymentCanServe(t *testing.T) {
	one, two := &credential{key: "k1", err: errors.New("dead")}, &credential{key: "k2"}
	tab := table(t, "model_list:\n"+entry("m", "azure/one", "k1")+entry("n", "azure/two", "k2"), map[string]*credential{"k1": one, "k2": two})
	if err := tab.Ready(); err != nil {
		t.Errorf("one of two can serve: %v", err)
	}
	two.err = errors.New("dead too")
	if tab.Ready() == nil {
		t.Error("none can serve, and it says ready")
	}
}
