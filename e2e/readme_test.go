package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// snippets are the README's blocks of a language.
func snippets(t *testing.T, language string) []string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		all = append(all, m[1])
	}
	return all
}

// block is the one that has a word in it.
func block(t *testing.T, language, word string) string {
	t.Helper()
	for _, s := range snippets(t, language) {
		if strings.Contains(s, word) {
			return s
		}
	}
	t.Fatalf("the README has no %s block with %q", language, word)
	return ""
}

func TestTheReadmesFirstStepsWorkOnTheDemo(t *testing.T) {
	listen, admin := freeAddress(t), freeAddress(t)
	cmd := exec.Command(binary, "demo", "--listen", listen, "--admin", admin, "--drain", "2s")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs := &logs{ready: make(chan struct{})}
	cmd.Stderr = errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ended with %v\n%s", err, errs)
		}
	}()
	var printed string // the curl that the demo prints
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "curl ") {
			printed = strings.TrimSpace(lines.Text())
		}
		if strings.Contains(lines.Text(), "Ctrl-C") {
			break
		}
	}
	for name, line := range map[string]string{"printed by the demo": printed, "of the README": block(t, "sh", "curl ")} {
		out, err := exec.Command("bash", "-c", strings.ReplaceAll(line, "127.0.0.1:4000", listen)).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "You said: Hello!") {
			t.Errorf("the curl %s: %v\n%s", name, err, out)
		}
	}
	python := exec.Command("python3", "-c", strings.ReplaceAll(block(t, "python", "OpenAI("), "127.0.0.1:4000", listen))
	python.Env = append(os.Environ(), "PYTHONPATH="+cache(t, "python"))
	if out, err := python.CombinedOutput(); err != nil || string(out) != "You said: Hello!" {
		t.Errorf("the Python snippet: %v\n%s", err, out)
	}
}

func TestTheReadmesConfigurationIsServed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(block(t, "yaml", "model_list")), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "check", "--config", file)
	cmd.Env = append(os.Environ(), "AZURE_API_KEY=k", "AZPROC_KEY=k")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "https://my-resource.openai.azure.com/openai/v1/chat/completions") || strings.Contains(string(out), "warning") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestTheReadmesTableOfOperationsIsTrue(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| [a-z ()]+ \\| (`/[^\n]*)$").FindAllStringSubmatch(string(text), -1)
	if len(rows) != len(operations)+1 {
		t.Fatalf("the table has %d rows", len(rows))
	}
	models := map[string]string{}
	for _, op := range operations {
		models[op.name] = op.kind
	}
	for _, row := range rows {
		for _, cell := range regexp.MustCompile("`(/[^`]+)`").FindAllStringSubmatch(row[1], -1) {
			path := cell[1]
			t.Run(path, func(t *testing.T) {
				if strings.Contains(path, "models") {
					if got := do(t, "GET", g.url+strings.Replace(path, "{id}", "chat", 1)+"?api-version="+classic, ""); got.status != 200 {
						t.Errorf("status %d: %s", got.status, got.body)
					}
					return
				}
				for _, op := range operations {
					if strings.HasSuffix(path, "/"+op.name) && (op.name != "completions" || !strings.Contains(path, "chat")) {
						body, contentType := op.request(t, op.kind)
						if got := do(t, "POST", g.url+strings.Replace(path, "{model}", op.kind, 1)+"?api-version="+classic, body, "content-type", contentType); got.status != 200 {
							t.Errorf("status %d: %s", got.status, got.body)
						}
						return
					}
				}
				t.Errorf("no operation for %s", path)
			})
		}
	}
}
