package routing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// credential is a credential whose state the test sets.
type credential struct {
	key string
	err error
	// wait, when set, runs in Wait: what the first fetch did.
	wait func()
}

func (c *credential) Header() (string, string, error) { return "api-key", c.key, c.err }
func (c *credential) Ready() error                    { return c.err }
func (c *credential) Name() string                    { return c.key }

func (c *credential) Wait(ctx context.Context) error {
	if c.wait != nil {
		c.wait()
	}
	return ctx.Err()
}

// table makes a table of a file's text; creds are by api_key.
func table(t testing.TB, file string, creds map[string]*credential) *Table {
	t.Helper()
	s, report := config.Parse("test.yaml", []byte(file), config.Options{Getenv: func(string) (string, bool) { return "", false }})
	if s == nil {
		t.Fatal(report.Diagnostics)
	}
	return New(s, func(c config.Credential) Credential {
		if known := creds[c.Key.Reveal()]; known != nil {
			return known
		}
		return &credential{key: c.Key.Reveal()}
	})
}

// entry is one deployment of a model list.
func entry(name, model, key string) string {
	return fmt.Sprintf("  - model_name: %q\n    litellm_params: {model: %q, api_base: 'https://a.openai.azure.com', api_key: %s}\n", name, model, key)
}

func TestDeploymentsOfAGroupTakeTurns(t *testing.T) {
	tab := table(t, "model_list:\n"+entry("m", "azure/one", "k1")+entry("m", "azure/two", "k2")+entry("m", "azure/three", "k3"), nil)
	got := make(map[string]int)
	for range 30 {
		a, err := tab.Attempt(t.Context(), "m")
		if err != nil {
			t.Fatal(err)
		}
		if a.Header.Value != "k"+map[string]string{"one": "1", "two": "2", "three": "3"}[a.Target.Deployment] {
			t.Fatalf("%s is called with the key %s", a.Target.Deployment, a.Header.Value)
		}
		got[a.Target.Deployment]++
	}
	for _, d := range []string{"one", "two", "three"} {
		if got[d] != 10 {
			t.Errorf("%s served %d of 30", d, got[d])
		}
	}
}

func TestADeploymentWithoutAValidCredentialIsSkipped(t *testing.T) {
	dead := &credential{key: "k1", err: errors.New("AADSTS7000215")}
	tab := table(t, "model_list:\n"+entry("m", "azure/one", "k1")+entry("m", "azure/two", "k2"), map[string]*credential{"k1": dead})
	for range 4 {
		a, err := tab.Attempt(t.Context(), "m")
		if err != nil || a.Target.Deployment != "two" {
			t.Fatalf("served by %v, error %v", a.Target, err)
		}
	}
	dead.err = nil
	seen := map[string]bool{}
	for range 4 {
		a, _ := tab.Attempt(t.Context(), "m")
		seen[a.Target.Deployment] = true
	}
	if !seen["one"] {
		t.Error("a credential that came back is not used")
	}
}

func TestNoneLeftIs503WithTheReasonForTheLogOnly(t *testing.T) {
	dead := &credential{key: "k1", err: errors.New("AADSTS7000215")}
	tab := table(t, "model_list:\n"+entry("m", "azure/one", "k1"), map[string]*credential{"k1": dead})
	_, err := tab.Attempt(t.Context(), "m")
	if err == nil || err.Status != 503 || err.Code != "no_deployment" {
		t.Fatalf("error %v", err)
	}
	if strings.Contains(string(err.Body(azure.ShapeOpenAI)), "AADSTS") || !strings.Contains(err.Error(), "AADSTS") {
		t.Errorf("client sees %s, log sees %v", err.Body(azure.ShapeOpenAI), err)
	}
}

func TestOnlyTheVeryFirstFetchIsWaitedFor(t *testing.T) {
	late := &credential{key: "k1", err: errors.New("not fetched yet")}
	late.wait = func() { late.err = nil }
	tab := table(t, "model_list:\n"+entry("m", "azure/one", "k1"), map[string]*credential{"k1": late})
	if _, err := tab.Attempt(t.Context(), "m"); err != nil {
		t.Errorf("the token came while the request waited: %v", err)
	}
	late.wait = func() { t.Error("waited although a credential is there") }
	if _, err := tab.Attempt(t.Context(), "m"); err != nil {
		t.Error(err)
	}
}

func TestWaitingEndsWithTheRequest(t *testing.T) {
	never := &credential{key: "k1", err: errors.New("not fetched yet")}
	tab := table(t, "model_list:\n"+entry("m", "azure/one", "k1"), map[string]*credential{"k1": never})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tab.Attempt(ctx, "m"); err == nil || err.Status != 503 {
		t.Errorf("error %v", err)
	}
}

func TestUnknownModelsAre404InOpenAIsWords(t *testing.T) {
	tab := table(t, "model_list:\n"+entry("m", "azure/one", "k1"), nil)
	for _, model := range []string{"M", "m ", "other", "azure/one"} {
		if _, err := tab.Attempt(t.Context(), model); err == nil || err.Status != 404 || err.Code != "model_not_found" || err.Param != "model" {
			t.Errorf("%q: error %v", model, err)
		}
	}
}

func TestAWildcardServesTheDeploymentThatTheRequestNames(t *testing.T) {
	tab := table(t, "model_list:\n"+entry("azure/*", "azure/*", "k1"), nil)
	for name, family := range map[string]*azure.Family{
		"gpt-4o-prod": azure.FamilyOf("", "", "gpt-4o-prod"),
		"my-o3":       azure.FamilyOf("", "", "my-o3"),
	} {
		a, err := tab.Attempt(t.Context(), "azure/"+name)
		if err != nil {
			t.Fatal(err)
		}
		if a.Target.Deployment != name || a.Rewrite.Model != name || a.Rewrite.Family != family {
			t.Errorf("%s: deployment %s, model %s, family %v", name, a.Target.Deployment, a.Rewrite.Model, a.Rewrite.Family)
		}
	}
	if a, _ := tab.Attempt(t.Context(), "azure/x"); a.Deployment.Target.Deployment != "*" {
		t.Errorf("the configured deployment itself was changed to %q", a.Deployment.Target.Deployment)
	}
}

func BenchmarkAttempt(b *testing.B) {
	var file strings.Builder
	file.WriteString("model_list:\n")
	for i := range 20 {
		file.WriteString(entry("m", fmt.Sprintf("azure/d%d", i), "k1"))
	}
	tab := table(b, file.String(), nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tab.Attempt(b.Context(), "m"); err != nil {
			b.Fatal(err)
		}
	}
}
