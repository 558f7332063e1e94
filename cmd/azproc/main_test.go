package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/azproc/azproc/e2e/fakeazure"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"azproc": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// TestCommandLine runs the stories of testdata: each is a command line, its
// files and what it must print. $AZURE is a fake Azure resource that takes the key
// key-of-azure, $GONE one that does not answer.
func TestCommandLine(t *testing.T) {
	azure := fakeazure.New(fakeazure.Config{Resources: []fakeazure.Resource{
		{Name: "demo", Keys: []string{"key-of-azure"}, Deployments: demoModels}, {Name: "gone"},
	}})
	if err := azure.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(azure.Close)
	gone := azure.URL("gone")
	if err := azure.Stop("gone"); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata",
		UpdateScripts: os.Getenv("UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("ENVOY", envoyPath(t))
			e.Setenv("AZURE", azure.URL("demo"))
			e.Setenv("GONE", gone)
			return nil
		},
	})
}

// envoyPath is the Envoy that `make envoy` fetched, unless $ENVOY or PATH has
// one.
func envoyPath(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("ENVOY"); path != "" {
		return path
	}
	if path, err := exec.LookPath("envoy"); err == nil {
		return path
	}
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", "envoy"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOnlyAddressesOfThisMachineAreLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:4000": true, "127.9.9.9:1": true, "localhost:4000": true, "[::1]:4000": true,
		"0.0.0.0:4000": false, ":4000": false, "[::]:4000": false, "10.0.0.1:4000": false, "example.com:4000": false, "nonsense": false,
	} {
		if loopback(address) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
}

func TestTheExamplesBootstrapIsWhatIsPrinted(t *testing.T) {
	t.Setenv("AZURE_API_KEY", "k")
	t.Setenv("AZPROC_KEY", "k")
	var out, errs strings.Builder
	if code := run(t.Context(), []string{"envoy-config", "--config", "../../examples/config.yaml", "--grpc", "azproc:4002", "--envoy-admin", "127.0.0.1:4003"}, &out, &errs); code != 0 {
		t.Fatal(errs.String())
	}
	want, err := os.ReadFile("../../examples/envoy-bootstrap.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Error("examples/envoy-bootstrap.yaml is not what azproc envoy-config prints")
	}
}
