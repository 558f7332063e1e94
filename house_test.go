// Package house_test holds the house as it was drawn: which folders there are
// and which of them may know which (docs/architecture.md).
package house_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/azproc/azproc"

// rooms says for each room which others it may import; "*" is all. It is the
// design's table.
var rooms = map[string][]string{
	"cmd/azproc":    {"*"},
	"e2e":           {"*"},
	"e2e/fakeazure": {},
	"e2e/realredis": {},
	"bench":         {"e2e/fakeazure"},
	"envoy":         {"usage", "config", "azure", "wire"},
	"admin":         {},
	"extproc": {
		"routing", "auth", "translate", "translate/messages", "translate/responses", "translate/prompt", "translate/replay", "translate/normal", "quota", "azure", "wire",
	},
	"routing":       {"azure", "config"},
	"routing/redis": {"routing", "azure", "config"},
	"quota":         {"azure", "config"},
	"quota/redis":   {"quota", "config"},
	"client":        {"azure", "config"},
	"auth":          {"config"},
	"translate":     {"azure"},

	"translate/chat":      {},
	"translate/messages":  {"translate", "translate/chat", "azure"},
	"translate/responses": {"translate", "translate/chat", "azure"},
	"translate/prompt":    {"translate", "translate/chat", "azure"},
	"translate/replay":    {"translate", "translate/chat", "azure"},
	"translate/normal":    {"translate", "azure"},

	"usage":                 {"config"},
	"usage/prices":          {},
	"usage/prices/generate": {"usage/prices"},

	"config": {"azure"},
	"azure":  {},
	"wire":   {},
	"":       {},
}

// folders are what may stand at the top beside the rooms.
var folders = []string{"cmd", "docs", "build", "tools", "examples", ".ci", "bin", ".cache", ".git", ".github"}

// packages lists the packages of the module with what they import.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]string)
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")] = p.Imports
	}
}

func TestHouseImportsPointDownTheTable(t *testing.T) {
	all := packages(t)
	if len(all) < 8 {
		t.Fatalf("only %d packages found", len(all))
	}
	for name, imports := range all {
		may, ok := rooms[name]
		if !ok {
			t.Errorf("%s is a room that nobody has drawn: add it to the table of docs/architecture.md and here", name)
			continue
		}
		for _, path := range imports {
			other, ours := strings.CutPrefix(path, module+"/")
			if ours && !slices.Contains(may, "*") && !slices.Contains(may, other) {
				t.Errorf("%s imports %s, which it must not know", name, other)
			}
		}
	}
}

func TestHouseHasNoFolderThatIsNoNoun(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, room := rooms[e.Name()]; e.IsDir() && !room && !slices.Contains(folders, e.Name()) {
			t.Errorf("the folder %s is neither a room nor one of %v", e.Name(), folders)
		}
	}
	empty := regexp.MustCompile(`(^|/)(util|utils|helper|helpers|common|misc|manager)(/|\.go$|_)`)
	out, err := exec.Command("git", "ls-files").Output()
	if err != nil {
		t.Fatal(err)
	}
	for file := range strings.SplitSeq(string(out), "\n") {
		if empty.MatchString(file) {
			t.Errorf("%s: a name that says nothing", file)
		}
	}
}

func TestHouseFilesAreShort(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	for file := range strings.FieldsSeq(string(out)) {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // deleted, not committed yet
		}
		if n := strings.Count(string(data), "\n"); n > 400 && !strings.HasSuffix(file, "_test.go") {
			t.Errorf("%s has %d lines: perhaps two nouns in one room", file, n)
		}
	}
}
