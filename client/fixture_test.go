package client

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// key is a credential: a key of Azure's, or none that can be had.
type key string

func (k key) Header() (name, value string, err error) {
	if k == "" {
		return "", "", errors.New("client-secret of nobody: AADSTS7000215: invalid client secret")
	}
	return "api-key", string(k), nil
}

// newClient makes a client that is closed with the test.
func newClient(t *testing.T, caFile string) *Client {
	t.Helper()
	c := New(caFile)
	t.Cleanup(c.Close)
	return c
}

// tags are those of the tests' gateway.
var tags = azure.NewTags("secret of the tests")

// places makes places of a model list's entries, each with the keys that it is
// called with: "" is a credential that cannot be had.
func places(t *testing.T, keys []key, entries ...string) []Place {
	t.Helper()
	file := "model_list:\n- " + strings.Join(entries, "\n- ") + "\n"
	snap, report := config.Parse("test.yaml", []byte(file), config.Options{Getenv: func(string) (string, bool) { return "", false }})
	if snap == nil || len(snap.Deployments) != len(entries) {
		t.Fatal(report.Diagnostics)
	}
	list := make([]Place, 0, len(entries))
	for i, d := range snap.Deployments {
		list = append(list, Place{Deployment: d, Credential: keys[i%len(keys)], Resource: tags.Resource(d.Target.Endpoint.Resource())})
	}
	return list
}

// entry writes an entry of a model list: the model, the base and what else there
// is to say of each of the two sections.
func entry(model, base, params, info string) string {
	return fmt.Sprintf("{model_name: m, litellm_params: {model: %s, api_base: %q, api_key: in-the-file%s}, model_info: {%s}}", model, base, params, info)
}
