package envoy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// Binary is an Envoy that can be run.
type Binary struct {
	Path    string
	Version string // "1.40.0"
}

// minMinor is the oldest Envoy 1.x that has what azproc needs: the
// priority_group cluster specifier came with 1.40.
const minMinor = 40

// Find looks for Envoy: at the path of the flag, at $ENVOY, on PATH, and last
// where `make envoy` puts the fetched one, beside the azproc binary or in bin
// of the current folder. The first that is named counts, and it must be 1.40
// or newer.
func Find(flag string, getenv func(string) (string, bool)) (Binary, error) {
	path, err := locate(flag, getenv)
	if err != nil {
		return Binary{}, err
	}
	return probe(path)
}

func locate(flag string, getenv func(string) (string, bool)) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if path, ok := getenv("ENVOY"); ok && path != "" {
		return path, nil
	}
	if path, err := exec.LookPath("envoy"); err == nil {
		return path, nil
	}
	for _, path := range fetched() {
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path, nil
		}
	}
	return "", errors.New("no Envoy found: name one with --envoy or $ENVOY, put envoy on PATH, or fetch it with 'make envoy'")
}

// fetched is where the Makefile puts Envoy.
func fetched() []string {
	paths := []string{filepath.Join("bin", "envoy")}
	if self, err := os.Executable(); err == nil {
		paths = append([]string{filepath.Join(filepath.Dir(self), "envoy")}, paths...)
	}
	return paths
}

// versionLine is what envoy --version prints:
// "envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL".
var versionLine = regexp.MustCompile(`version: [^/]+/(\d+)\.(\d+)\.(\d+)`)

// probe asks a binary for its version.
func probe(path string) (Binary, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return Binary{}, fmt.Errorf("envoy at %s: --version: %w", path, err)
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return Binary{}, fmt.Errorf("envoy at %s: --version says %q: not an Envoy", path, bytes.TrimSpace(out))
	}
	version := string(m[1]) + "." + string(m[2]) + "." + string(m[3])
	major, _ := strconv.Atoi(string(m[1])) // digits by the pattern
	minor, _ := strconv.Atoi(string(m[2]))
	if major < 1 || (major == 1 && minor < minMinor) {
		return Binary{}, fmt.Errorf("envoy at %s is %s: azproc needs 1.%d or newer; name another with --envoy or $ENVOY, or fetch one with 'make envoy'", path, version, minMinor)
	}
	return Binary{Path: path, Version: version}, nil
}
