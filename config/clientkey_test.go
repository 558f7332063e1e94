package config

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAKeyMayAskForItsModels(t *testing.T) {
	for _, tt := range []struct {
		models []string
		model  string
		want   bool
	}{
		{nil, "gpt-4o", true},
		{[]string{"gpt-4o"}, "gpt-4o", true},
		{[]string{"gpt-4o"}, "gpt-4o-mini", false},
		{[]string{"gpt-4o"}, "", false},
		{[]string{"gpt-4o*"}, "gpt-4o-mini", true},
		{[]string{"gpt-4o*"}, "gpt-4o", false}, // a star is some text, as in model_name
		{[]string{"*"}, "anything", true},
		{[]string{"a", "azure/*-mini"}, "azure/gpt-mini", true},
		{[]string{"a", "azure/*-mini"}, "azure/gpt", false},
		{[]string{}, "gpt-4o", false},
	} {
		if got := (&Key{Models: tt.models}).Allows(tt.model); got != tt.want {
			t.Errorf("%q may ask for %q: %t", tt.models, tt.model, got)
		}
	}
}

func TestAKeyIsLimitedByAnyOfItsLimits(t *testing.T) {
	for _, k := range []Key{{RPM: 1}, {TPM: 1}, {Budget: 1}} {
		if !k.Limited() {
			t.Errorf("%+v is not", k)
		}
	}
	if (&Key{Models: []string{"a"}}).Limited() {
		t.Error("a key without limits is")
	}
}

func TestAConfigurationIsOpenWithoutAnyKey(t *testing.T) {
	for _, tt := range []struct {
		s    Snapshot
		open bool
	}{{Snapshot{}, true}, {Snapshot{MasterKey: "k"}, false}, {Snapshot{Keyed: true}, false}, {Snapshot{MasterKey: "k", Keyed: true}, false}} {
		if tt.s.Open() != tt.open {
			t.Errorf("%+v: %t", tt.s, !tt.open)
		}
	}
}

func TestAChangedSecondFileIsAnotherConfiguration(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "keys.yaml")
	put := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(first, "keys_file: keys.yaml\ngeneral_settings: {id_secret: x}\n")
	hashes := make(map[string]bool)
	for _, text := range []string{"[]", "- {name: a, key: os.environ/KEY}", "keys: [{name: a, key: os.environ/KEY}]"} {
		put(second, text)
		s, r := Load(first, Options{Getenv: goldenEnvironment})
		if s == nil || s.KeysFile != second || !s.Keyed {
			t.Fatalf("%+v %v", s, r.Diagnostics)
		}
		if len(s.Keys) != 1 && text != "[]" {
			t.Errorf("%s: %v", text, r.Diagnostics)
		}
		hashes[s.Hash] = true
	}
	if len(hashes) != 3 {
		t.Errorf("%d hashes", len(hashes))
	}
}
