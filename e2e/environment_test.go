package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

func TestWithoutAFileTheEnvironmentIsServedEveryDeploymentByItsName(t *testing.T) {
	azure := fake(t)
	listen := freeAddress(t)
	cmd := exec.Command(binary, "run", "--listen", listen, "--admin", freeAddress(t), "--drain", "2s")
	cmd.Env = append(os.Environ(), "AZURE_API_BASE="+azure.URL("a"), "AZURE_API_KEY="+azureKey, "AZURE_API_VERSION=2024-10-21")
	errs := &logs{ready: make(chan struct{})}
	cmd.Stderr = errs
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("azproc ended with %v\n%s", err, errs)
		}
	}()
	if lines := bufio.NewScanner(stdout); !lines.Scan() || !strings.Contains(lines.Text(), "http://"+listen) {
		t.Fatalf("not ready: %q\n%s", lines.Text(), errs)
	}
	got := do(t, "POST", "http://"+listen+"/v1/chat/completions", `{"model":"dep-chat","messages":[{"role":"user","content":"hi"}]}`, "authorization", "Bearer anything")
	if got.status != 200 {
		t.Errorf("%d %s\n%s", got.status, got.body, errs)
	}
	if r, _ := azure.Last(); r.Path != "/openai/deployments/dep-chat/chat/completions" || r.Query != "api-version=2024-10-21" {
		t.Errorf("arrived at %s?%s", r.Path, r.Query)
	}
}
