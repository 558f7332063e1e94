package envoy

import (
	"strings"
	"testing"

	"github.com/azproc/azproc/azure"
)

// logged is a line as Envoy sends it, without its log's name.
func logged(t *testing.T, values map[string]string) string {
	t.Helper()
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = nothing
		if v, ok := values[c.command]; ok {
			line[i] = v
			delete(values, c.command)
		}
	}
	for command := range values {
		t.Fatalf("no column is %s", command)
	}
	return strings.Join(line, columnSeparator)
}

func TestA404IsTheDeploymentsFaultOnlyWhereItSaysSo(t *testing.T) {
	const missing = `{"error":{"code":"DeploymentNotFound"}}`
	for _, tt := range []struct {
		path, said string
		want       azure.Fault
	}{
		{"/openai/deployments/d/chat/completions?api-version=1", missing, azure.FaultConfig},
		{"/openai/deployments/d/chat/completions?api-version=1", `{"error":{"code":"404"}}`, azure.FaultClient},
		{"/openai/deployments/d/chat/completions?api-version=1", "", azure.FaultConfig},
		{"/openai/v1/files/file-1", "", azure.FaultClient},
		{"/openai/files/file-1?api-version=1", missing, azure.FaultClient},
		{"/openai/v1/responses", "", azure.FaultConfig},
		{"/openai/v1/responses/resp_1", "", azure.FaultClient},
	} {
		var e Entry
		if err := e.parse(logged(t, map[string]string{"%RESPONSE_CODE%": "404", "%REQ(:PATH)%": tt.path, toldCommand: wordSeparator + wordSeparator + tt.said})); err != nil {
			t.Fatal(err)
		}
		if got, _ := e.Fault(); got != tt.want {
			t.Errorf("%s, %q: %s, want %s", tt.path, tt.said, got, tt.want)
		}
	}
}

func TestAFailureIsToldByItsStatusUntilItsTextIsKnown(t *testing.T) {
	for said, want := range map[string]string{"": "HTTP 429 Too Many Requests", "no room": "no room"} {
		var e Entry
		if err := e.parse(logged(t, map[string]string{"%RESPONSE_CODE%": "429", toldCommand: wordSeparator + wordSeparator + said})); err != nil {
			t.Fatal(err)
		}
		if _, why := e.Fault(); why != want {
			t.Errorf("%q, want %q", why, want)
		}
	}
}
