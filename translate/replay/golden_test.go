package replay_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/azproc/azproc/translate/replay"
)

var update = flag.Bool("update", false, "write the golden files again")

// wholes are the fixtures: whole answers by the name of their file.
func wholes(tb testing.TB, kind string) map[string][]byte {
	tb.Helper()
	paths, err := filepath.Glob("testdata/" + kind + "-*.json")
	if err != nil || len(paths) < 4 {
		tb.Fatalf("%d fixtures of %s: %v", len(paths), kind, err)
	}
	all := make(map[string][]byte)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		all[strings.TrimSuffix(path, ".json")] = data
	}
	return all
}

// withUsage is Chat as a client that asks for the usage has it.
func withUsage(dst, whole []byte) ([]byte, error) { return replay.Chat(dst, whole, true) }

func withoutUsage(dst, whole []byte) ([]byte, error) { return replay.Chat(dst, whole, false) }

var makers = map[string]func(dst, whole []byte) ([]byte, error){"chat": withUsage, "response": replay.Response}

func TestTheStreamsAreTheGoldenOnes(t *testing.T) {
	for kind, of := range makers {
		for name, whole := range wholes(t, kind) {
			t.Run(filepath.Base(name), func(t *testing.T) {
				got, err := of([]byte("before "), whole)
				if err != nil {
					t.Fatal(err)
				}
				stream, ok := strings.CutPrefix(string(got), "before ")
				if !ok {
					t.Fatalf("what was before is lost: %.40q", got)
				}
				golden := name + ".sse"
				if *update {
					if err := os.WriteFile(golden, []byte(stream), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), stream); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}
