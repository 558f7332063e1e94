package routing

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
)

// at writes an entry for a deployment at a base.
func at(id, provider, base string) string {
	return fmt.Sprintf("- model_name: m\n  litellm_params: {model: %s/gpt-4o, api_base: '%s', api_key: key-%s}\n  model_info: {id: %s}\n", provider, base, id, id)
}

func TestCollectionsAreListedAtEachAzureResourceOnce(t *testing.T) {
	one, two := at("a1", "azure", "https://a.openai.azure.com"), at("b1", "azure", "https://b.openai.azure.com")
	again := at("a2", "azure", "https://A.openai.azure.com:443/openai/v1")
	other := at("o1", "openai", "https://o.example/v1")
	third := at("o2", "openai", "https://p.example/v1")
	for _, tt := range []struct {
		name, want string
		merges     bool
		entries    []string
	}{
		{"one resource", "a1", false, []string{one, again}},
		{"two, in the file's order", "b1 a1", true, []string{two, one, again}},
		{"OpenAI's own list is another", "a1 b1", true, []string{other, one, two}},
		{"one at Azure alone", "a1", false, []string{other, one, third}},
		{"none at Azure", "o1 o2", true, []string{other, third}},
	} {
		w := newWorld(t, list(tt.entries...))
		var names []string
		for _, d := range w.Everywhere(t.Context()) {
			names = append(names, d.Name)
		}
		if got := strings.Join(names, " "); got != tt.want || w.Merges(&azure.Home{}) != tt.merges {
			t.Errorf("%s: %s, merged %t", tt.name, got, !tt.merges)
		}
	}
}

func TestAListGoesOnWhereItsIDBelongs(t *testing.T) {
	w := newWorld(t, list(at("o1", "openai", "https://o.example/v1"), at("a1", "azure", "https://a.openai.azure.com"), at("b1", "azure", "https://b.openai.azure.com")))
	for name, want := range map[string]bool{"a1": true, "b1": true, "o1": false} {
		if got := w.Merges(&azure.Home{Found: true, Code: w.deployment(name).Resource.Code}); got != want {
			t.Errorf("behind an id of %s: merged %t", name, got)
		}
	}
}

func TestAResourceIsAskedAsWhomItLetsIn(t *testing.T) {
	w := newWorld(t, list(at("a1", "azure", "https://a.openai.azure.com"), at("a2", "azure", "https://a.openai.azure.com"), at("a3", "azure", "https://a.openai.azure.com")))
	w.creds["key-a1"].err = errors.New("no token")
	w.fails("a2", 401, time.Minute)
	if d := w.Everywhere(t.Context())[0]; d.Name != "a3" {
		t.Errorf("asked as %s", d.Name)
	}
}
