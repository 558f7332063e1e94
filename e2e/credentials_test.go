package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// entraOf starts an Entra that knows the client app with the secret app-secret, and
// gives the file of the roots to trust it by.
func entraOf(t *testing.T) (entra *fakeazure.Entra, roots string) {
	t.Helper()
	entra, err := fakeazure.NewEntra()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(entra.Close)
	entra.Secrets["app"] = "app-secret"
	roots = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(roots, entra.CAPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return entra, roots
}

// TestTokensOfEntraReachAzureOverTLS runs the binary with nothing but the
// environment that a real one has: an authority, the roots to trust it by, and
// a managed identity's endpoint.
func TestTokensOfEntraReachAzureOverTLS(t *testing.T) {
	entra, roots := entraOf(t)
	azure := fakeazure.New(fakeazure.Config{GatewayKeys: []string{clientKey}, Resources: []fakeazure.Resource{
		{Name: "a", Tokens: entra, Deployments: []fakeazure.Deployment{{Name: "dep", Model: "gpt-4o"}}},
	}})
	if err := azure.Start(); err != nil {
		t.Fatal(err)
	}
	defer azure.Close()
	defer azure.Check(t)
	entry := func(name, credential string) string {
		return fmt.Sprintf("- model_name: %s\n  litellm_params: {model: azure/dep, api_base: %q, %s}\n  model_info: {base_model: gpt-4o, id: %s}\n", name, azure.URL("a"), credential, name)
	}
	g := startWith(t, "general_settings: {master_key: "+clientKey+"}\nmodel_list:\n"+
		entry("secret", "tenant_id: t, client_id: app, client_secret: app-secret")+
		entry("wrong", "tenant_id: t, client_id: app, client_secret: not-the-secret")+
		entry("managed", "azure_credential: ManagedIdentityCredential, client_id: mine"),
		[]string{"AZURE_AUTHORITY_HOST=" + entra.URL(), "SSL_CERT_FILE=" + roots, "IDENTITY_ENDPOINT=" + entra.ManagedURL(), "IDENTITY_HEADER=x"})
	ask := func(model string) answer {
		return do(t, "POST", g.url+"/v1/chat/completions", fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":"hi"}]}`, model))
	}
	for _, model := range []string{"secret", "managed"} {
		for range 5 {
			if got := ask(model); got.status != 200 {
				t.Errorf("%s: %d %s", model, got.status, got.body)
			}
		}
	}
	if got := ask("wrong"); got.status != 503 || strings.Contains(got.body, "AADSTS") {
		t.Errorf("wrong: %d %s", got.status, got.body)
	}
	ready := do(t, "GET", g.admin+"/readyz", "")
	if ready.status != 200 || !strings.Contains(ready.body, "AADSTS7000215") || strings.Contains(ready.body, "not-the-secret") {
		t.Errorf("readyz: %d %s", ready.status, ready.body)
	}
	if n := len(entra.Requests()); n > 6 {
		t.Errorf("%d fetches of tokens: more than one for each credential and a few for the wrong one", n)
	}
}
