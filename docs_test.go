package house_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEveryDirectDependencyHasItsReason(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{if not (or .Indirect .Main)}}{{.Path}}{{end}}", "all").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(string(out))
	var listed []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| \\S").FindAllStringSubmatch(read(t, "docs/dependencies.md"), -1) {
		listed = append(listed, m[1])
	}
	slices.Sort(want)
	slices.Sort(listed)
	if !slices.Equal(want, listed) {
		t.Errorf("go.mod has %v\ndocs/dependencies.md has %v", want, listed)
	}
}

func TestLinksOfTheDocsLeadSomewhere(t *testing.T) {
	files, err := filepath.Glob("docs/*.md")
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, file := range append(files, "README.md") {
		for _, m := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(read(t, file), -1) {
			path := m[1]
			if strings.HasPrefix(file, "docs/") {
				path = "docs/" + path
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s links to %s: %v", file, m[1], err)
			}
		}
	}
}

func TestTheReadmesFlagsAndCommandsExist(t *testing.T) {
	text := read(t, "README.md") + read(t, "docs/envoy.md") + read(t, "docs/health.md")
	source := read(t, "cmd/azproc/flags.go") + read(t, "cmd/azproc/envoyconfig.go") + read(t, "cmd/azproc/main.go")
	for _, m := range regexp.MustCompile("azproc (run|serve|check|demo|prices|envoy-config)([^`\n]*)").FindAllStringSubmatch(text, -1) {
		for _, flag := range regexp.MustCompile(`--([a-z-]+)`).FindAllStringSubmatch(m[2], -1) {
			if !strings.Contains(source, `"`+flag[1]+`"`) {
				t.Errorf("azproc %s has no flag --%s", m[1], flag[1])
			}
		}
	}
	makefile := read(t, "Makefile")
	for _, m := range regexp.MustCompile("make ([a-z]+)").FindAllStringSubmatch(text, -1) {
		if !strings.Contains(makefile, "\n"+m[1]+":") {
			t.Errorf("there is no make %s", m[1])
		}
	}
}
