package config

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/azproc/azproc/azure"
)

var update = flag.Bool("update", false, "write the golden files again")

// goldenEnvironment is what the files of testdata may refer to.
var goldenEnvironment = environment(map[string]string{
	"KEY": "key-of-env", "OTHER": "other-of-env", "MASTER": "master-of-env",
	"BASE": "https://env.openai.azure.com", "MODEL": "azure/from-env", "BASE_MODEL": "gpt-5-mini",
	"NUMBER": "120", "WORD": "word",
})

// environment looks variables up in a map.
func environment(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := m[name]
		return v, ok
	}
}

// TestWhatIsWrongIsSaid holds all that is printed about each file of testdata,
// and what is served of it, against the text beside it.
func TestWhatIsWrongIsSaid(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(strings.ReplaceAll(name, "_", " "), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, r := Parse(filepath.Base(file), data, Options{Getenv: goldenEnvironment, ReadFile: func(path string) ([]byte, error) {
				data, err := os.ReadFile(filepath.Join("testdata", path))
				if err != nil {
					return nil, fs.ErrNotExist
				}
				return data, nil
			}})
			got := outcome(s, r)
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			for _, secret := range []string{"short-fake-word", "short fake word", "another fake word", "-of-env"} {
				if strings.Contains(got, secret) {
					t.Errorf("a secret is shown: %q", secret)
				}
			}
		})
	}
}

// outcome is a report and what is served, as text.
func outcome(s *Snapshot, r *Report) string {
	var b strings.Builder
	r.Print(&b)
	if s == nil {
		return b.String() + "== refused\n"
	}
	for _, d := range s.Deployments {
		path, _ := d.Target.Path(&azure.Route{Op: azure.OpChat})
		fmt.Fprintf(&b, "== %s: %s %s://%s%s %s %s", d.Group, d.Name, d.Target.Endpoint.Scheme, d.Target.Endpoint.Authority(), path,
			d.Credential.Kind, d.Rewrite.Family)
		for _, p := range append(d.Rewrite.Defaults, d.Rewrite.Extra...) {
			fmt.Fprintf(&b, " %s=%s", p.Name, p.Value)
		}
		b.WriteByte('\n')
	}
	for _, n := range s.NotServed {
		fmt.Fprintf(&b, "== %s: not served: %s\n", n.Group, n.Reason)
	}
	for _, k := range s.Keys {
		fmt.Fprintf(&b, "== key %s:", k.Name)
		for _, d := range k.Digests {
			fmt.Fprintf(&b, " %x", d[:4])
		}
		fmt.Fprintf(&b, " models %q rpm %d tpm %d budget %s per %q", k.Models, k.RPM, k.TPM, Dollars(k.Budget), k.Period)
		if !k.Expires.IsZero() {
			fmt.Fprintf(&b, " until %s", k.Expires.Format(time.RFC3339))
		}
		fmt.Fprintf(&b, " %s\n", k.Metadata)
	}
	if s.Keyed {
		fmt.Fprintf(&b, "== keyed, open %t\n", s.Open())
	}
	return b.String()
}
