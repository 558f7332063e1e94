package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/azproc/azproc/auth"
	"github.com/azproc/azproc/config"
)

func TestAFreshKeyIsUsedAsItIsPrinted(t *testing.T) {
	for _, name := range []string{"my-app", "team a", "7", "true: x", "null", "-"} {
		var out, errs strings.Builder
		if code := run(t.Context(), []string{"keys", "new", "--name", name}, &out, &errs); code != 0 {
			t.Fatal(errs.String())
		}
		key, entry, _ := strings.Cut(out.String(), "\n")
		path := filepath.Join(t.TempDir(), "keys.yaml")
		if err := os.WriteFile(path, []byte(entry), 0o600); err != nil {
			t.Fatal(err)
		}
		snap, report := config.Parse("config.yaml", []byte("keys_file: "+path), config.Options{})
		if snap == nil {
			t.Fatal(report.Diagnostics)
		}
		k, err := auth.NewClients(snap, nil).Find("Bearer "+key, "", "")
		if err != nil || k.Name != name {
			t.Errorf("%q: %+v %v\n%s", name, k, err, out.String())
		}
	}
}

func TestFreshKeysAreDifferentAndUseEveryLetter(t *testing.T) {
	seen, letters := make(map[string]bool), make(map[rune]bool)
	for range 1000 {
		key := freshKey()
		if len(key) != 3+keyLength || seen[key] || strings.Trim(key, alphabet+"-") != "" {
			t.Fatal(key)
		}
		seen[key] = true
		for _, c := range key[3:] {
			letters[c] = true
		}
	}
	if len(letters) != len(alphabet) {
		t.Errorf("%d letters", len(letters))
	}
}
