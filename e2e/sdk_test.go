package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// script runs an SDK's cases against the gateway and turns each into a subtest.
// A script that reports fewer cases than it should has failed.
func script(t *testing.T, cases int, dir string, env []string, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%s: %v\n%s", command[0], err, stderr.String())
	}
	n := 0
	for line := range bytes.SplitSeq(bytes.TrimSpace(out), []byte("\n")) {
		var result struct {
			Case, Detail string
			OK           bool
		}
		if err := json.Unmarshal(line, &result); err != nil {
			t.Errorf("not a result: %s", line)
			continue
		}
		n++
		t.Run(result.Case, func(t *testing.T) {
			if !result.OK {
				t.Error(result.Detail)
			} else if result.Detail != "" {
				t.Log(result.Detail)
			}
		})
	}
	if n != cases {
		t.Errorf("%d cases were reported, want %d", n, cases)
	}
}

// cache is where the SDKs of a language are: $SDK_CACHE, or where make sdk puts them.
func cache(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("SDK_CACHE")
	if root == "" {
		root = filepath.Join("..", ".cache")
	}
	path, err := filepath.Abs(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the SDKs are not installed: run make sdk: %v", err)
	}
	return path
}

func TestPythonSDKsAreServedUnchanged(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	env := []string{"PYTHONPATH=" + cache(t, "python"), "LANGSMITH_TRACING=false"}
	for client, cases := range map[string]int{"openai": 18, "azure": 18, "langchain": 5} {
		t.Run(client, func(t *testing.T) {
			script(t, cases, "sdk/python", env, "python3", "cases.py", client, g.url, clientKey)
		})
	}
}

func TestNodeSDKsAreServedUnchanged(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	// Node looks for packages beside the script.
	dir := cache(t, "node")
	text, err := os.ReadFile("sdk/node/cases.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cases.mjs"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, client := range []string{"openai", "azure"} {
		t.Run(client, func(t *testing.T) {
			script(t, 16, dir, nil, "node", "cases.mjs", client, g.url, clientKey)
		})
	}
}
