package replay_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The golden streams are what TestTheStreamsAreTheGoldenOnes holds them to; here
// the SDK says what it reads in them.
func TestThePythonSDKReadsTheAnswersInTheirStreams(t *testing.T) {
	sdk, err := filepath.Abs("../../.cache/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(sdk, "openai")); err != nil {
		t.Fatal("the SDKs are not installed: run make sdk")
	}
	python := exec.CommandContext(t.Context(), "python3", "testdata/sdk.py", "testdata")
	python.Env = append(os.Environ(), "PYTHONPATH="+sdk, "PYTHONDONTWRITEBYTECODE=1")
	out, err := python.CombinedOutput()
	if err != nil || string(out) != "9 streams\n" {
		t.Errorf("%v\n%s", err, out)
	}
}
