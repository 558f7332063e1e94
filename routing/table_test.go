package routing

import (
	"errors"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

func TestModelsListsEachNamedGroupOnceInTheFilesOrder(t *testing.T) {
	w := newWorld(t, list(entries("b", "one"), entries("a", "two"), entries("b", "three"))+
		"- {model_name: azure/*, litellm_params: {model: azure/*, api_base: 'https://x.openai.azure.com', api_key: k}}\n")
	var ids []string
	for _, id := range gjson.GetBytes(w.Models(nil), "data.#.id").Array() {
		ids = append(ids, id.Str)
	}
	if strings.Join(ids, " ") != "b a" {
		t.Errorf("listed %v", ids)
	}
	if _, err := w.Model("b", nil); err != nil {
		t.Error(err)
	}
	for _, id := range []string{"azure/*", "azure/x", "nope", ""} {
		if _, err := w.Model(id, nil); err == nil || err.Status != 404 || err.Code != "model_not_found" {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestReadyWhileOneDeploymentHasAValidCredential(t *testing.T) {
	w := newWorld(t, list(entries("m", "one", "two")))
	w.creds["key-one"].err = errors.New("gone")
	if err := w.Ready(); err != nil {
		t.Error(err)
	}
	w.creds["key-two"].err = errors.New("gone too")
	if err := w.Ready(); err == nil {
		t.Error("ready without any credential")
	}
}

func TestWhatIsKnownOfADeploymentOutlivesAReload(t *testing.T) {
	file := list(entries("m", "one", "two"))
	w := newWorld(t, file)
	w.fails("one", 429, 100e9)
	w.reload(file + "router_settings: {num_retries: 5}\n")
	if _, order := w.plan("m"); order != "two one" {
		t.Errorf("planned %s after the reload", order)
	}
	gone := list(entries("m", "two"))
	w.reload(gone)
	w.reload(file) // within one generation: its requests may still be on their way
	if _, order := w.plan("m"); order != "two one" {
		t.Errorf("planned %s when it came back", order)
	}
	w.reload(gone)
	w.reload(gone)
	if n := len(w.fleet.members); n != 1 {
		t.Errorf("%d deployments are remembered of one", n)
	}
}

func TestADeploymentIsFoundByItsName(t *testing.T) {
	w := newWorld(t, list(entries("m", "one", "two")))
	for _, name := range []string{"one", "two"} {
		if d := w.Named(name); d == nil || d.Target.Deployment != name {
			t.Errorf("%s is %v", name, d)
		}
	}
	if d := w.Named("three"); d != nil {
		t.Errorf("three is %s", d.Name)
	}
}
