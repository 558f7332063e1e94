package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/tidwall/gjson"
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

// TestWhatNamesNothingGoesToTheDefault: the same requests, whoever the default is.
func TestWhatNamesNothingGoesToTheDefault(t *testing.T) {
	azure := fleet(t)
	members := []member{{group: "m", resource: "a"}, {group: "n", resource: "b"}, {group: "n", resource: "d"}}
	environment := []string{"AZURE_API_BASE=" + azure.URL("c"), "AZURE_API_KEY=" + keyOf("c"), "AZURE_API_VERSION=" + classic}
	for _, tt := range []struct {
		name, settings string
		env            []string
		resource       string
	}{
		{"nothing said: the first deployment's", "", nil, "a"},
		{"AZURE_API_BASE, which is no model's", "", environment, "c"},
		{"AZURE_API_BASE of a deployment", "", []string{"AZURE_API_BASE=" + azure.URL("b")}, "b"},
		{"passthrough.default by model_info.id", "passthrough: {default: n-d}", nil, "d"},
		{"passthrough.default by model_name", "passthrough: {default: n}", nil, "b"},
		{"both", "passthrough: {default: n-d}", environment, "d"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			azure.Reset()
			g := startWith(t, groups(azure, tt.settings, members...), tt.env)
			made := do(t, "POST", g.url+"/v1/vector_stores", `{"name":"v"}`)
			id := gjson.Get(made.body, "id").Str
			if made.status != 200 || azure.Owner(strings.Split(id, "~")[0]) != tt.resource {
				t.Errorf("%d %s, want one of %s", made.status, made.body, tt.resource)
			}
			for _, got := range []answer{
				do(t, "GET", g.url+"/v1/vector_stores/"+id, ""),
				do(t, "GET", g.url+"/azure/openai/files?api-version="+classic, ""),
				do(t, "POST", g.url+"/azure/openai/v1/vector_stores", `{"name":"w"}`),
			} {
				if got.status != 200 {
					t.Errorf("%d %s", got.status, got.body)
				}
			}
			if got := asked(azure); got != strings.Repeat(tt.resource+" ", 3)+tt.resource {
				t.Errorf("asked %s, want %s each time", got, tt.resource)
			}
			if got := do(t, "POST", g.url+"/v1/chat/completions", `{"model":"environment","messages":[]}`); got.status != 404 {
				t.Errorf("the default is a model: %d %s", got.status, got.body)
			}
		})
	}
}
