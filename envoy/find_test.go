package envoy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeEnvoy is a program that says it is an Envoy of a version.
func fakeEnvoy(t *testing.T, dir, says string) string {
	t.Helper()
	path := filepath.Join(dir, "envoy")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho '"+says+"'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func says(version string) string {
	return "envoy  version: 0123abc/" + version + "/Clean/RELEASE/BoringSSL"
}

func TestTheNamedEnvoyWinsOverTheEnvironmentsAndThatOverPath(t *testing.T) {
	flag, env, onPath := fakeEnvoy(t, t.TempDir(), says("1.40.0")), fakeEnvoy(t, t.TempDir(), says("1.41.2")), fakeEnvoy(t, t.TempDir(), says("2.0.0"))
	t.Setenv("PATH", filepath.Dir(onPath)+":"+os.Getenv("PATH"))
	none := func(string) (string, bool) { return "", false }
	named := func(name string) (string, bool) { return env, name == "ENVOY" }
	for _, tt := range []struct {
		flag   string
		getenv func(string) (string, bool)
		want   Binary
	}{
		{flag, named, Binary{flag, "1.40.0"}},
		{"", named, Binary{env, "1.41.2"}},
		{"", none, Binary{onPath, "2.0.0"}},
	} {
		got, err := Find(tt.flag, tt.getenv)
		if err != nil || got != tt.want {
			t.Errorf("%+v, %v; want %+v", got, err, tt.want)
		}
	}
}

func TestWhatIsTooOldOrNoEnvoyIsRefusedInOneLine(t *testing.T) {
	for text, say := range map[string]string{
		says("1.39.9"): "is 1.39.9: azproc needs 1.40 or newer",
		says("0.99.0"): "azproc needs 1.40 or newer",
		"hello":        "not an Envoy",
	} {
		_, err := Find(fakeEnvoy(t, t.TempDir(), text), os.LookupEnv)
		if err == nil || !strings.Contains(err.Error(), say) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Find(filepath.Join(t.TempDir(), "no"), os.LookupEnv); err == nil {
		t.Error("a path that is not there")
	}
}
