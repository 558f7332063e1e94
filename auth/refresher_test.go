package auth

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/e2e/fakeazure"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),
		goleak.IgnoreAnyFunction("internal/poll.runtime_pollWait"))
}

const scope = "https://cognitiveservices.azure.com/.default"

// entra starts a fake Entra that knows one client, one user and one workload.
func entra(t *testing.T) *fakeazure.Entra {
	t.Helper()
	e, err := fakeazure.NewEntra()
	if err != nil {
		t.Fatal(err)
	}
	e.Secrets["client"] = "right"
	e.Passwords["user@example.com"] = "right"
	e.Assertions = []string{"federated"}
	t.Cleanup(e.Close)
	return e
}

// credentials makes a set that trusts the fake.
func credentials(t *testing.T, e *fakeazure.Entra) *Credentials {
	t.Helper()
	c := NewCredentials(Options{HTTP: e.Client()})
	t.Cleanup(c.Close)
	return c
}

// fetched waits for the first fetch of a credential.
func fetched(t *testing.T, c *Credentials, k config.Credential) *Source {
	t.Helper()
	c.Use([]config.Credential{k})
	s := c.Source(k)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.Wait(ctx); err != nil {
		t.Fatalf("no first fetch: %v", err)
	}
	return s
}

func TestEveryKindOfCredentialGetsATokenFromEntra(t *testing.T) {
	e := entra(t)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("federated\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FEDERATED", "federated")
	t.Setenv("AZURE_FEDERATED_TOKEN_FILE", file)
	t.Setenv("IDENTITY_ENDPOINT", e.ManagedURL())
	t.Setenv("IDENTITY_HEADER", "x")
	t.Setenv("AZURE_TENANT_ID", "tenant")
	t.Setenv("AZURE_CLIENT_ID", "client")
	t.Setenv("AZURE_CLIENT_SECRET", "right")
	t.Setenv("AZURE_AUTHORITY_HOST", e.URL())
	for name, tt := range map[string]struct {
		key  config.Credential
		want fakeazure.TokenRequest
	}{
		"client secret":     {config.Credential{Kind: config.CredentialClientSecret, Tenant: "tenant", Client: "client", Secret: "right"}, fakeazure.TokenRequest{Grant: "client_credentials", Tenant: "tenant", Client: "client"}},
		"user and password": {config.Credential{Kind: config.CredentialPassword, Tenant: "organizations", Client: "client", Username: "user@example.com", Password: "right"}, fakeazure.TokenRequest{Grant: "password", Tenant: "organizations", Client: "client", User: "user@example.com"}},
		"workload identity": {config.Credential{Kind: config.CredentialWorkload, Tenant: "tenant", Client: "client"}, fakeazure.TokenRequest{Grant: "jwt-bearer", Tenant: "tenant", Client: "client"}},
		"managed identity":  {config.Credential{Kind: config.CredentialManaged, Client: "managed"}, fakeazure.TokenRequest{Grant: "managed_identity", Client: "managed"}},
		"default":           {config.Credential{Kind: config.CredentialDefault}, fakeazure.TokenRequest{Grant: "client_credentials", Tenant: "tenant", Client: "client"}},
		"oidc/env":          {config.Credential{Kind: config.CredentialAssertion, Tenant: "tenant", Client: "client", Assertion: "env/FEDERATED"}, fakeazure.TokenRequest{Grant: "jwt-bearer", Tenant: "tenant", Client: "client"}},
		"oidc/file":         {config.Credential{Kind: config.CredentialAssertion, Tenant: "tenant", Client: "client", Assertion: "file/" + file}, fakeazure.TokenRequest{Grant: "jwt-bearer", Tenant: "tenant", Client: "client"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(e.Requests())
			tt.key.Scope, tt.key.Authority = scope, e.URL()
			s := fetched(t, credentials(t, e), tt.key)
			header, value, err := s.Header()
			if err != nil || header != "authorization" || !e.Valid(strings.TrimPrefix(value, "Bearer "), scope) {
				t.Fatalf("%s: %.20s, %v", header, value, err)
			}
			tt.want.Scope = scope
			if got := e.Requests()[before:]; len(got) != 1 || got[0] != tt.want {
				t.Errorf("asked %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestKeysAndStaticTokensAreThereAtOnce(t *testing.T) {
	c := NewCredentials(Options{})
	defer c.Close()
	for _, tt := range []struct {
		key         config.Credential
		name, value string
	}{
		{config.Credential{Kind: config.CredentialKey, Key: "k"}, "api-key", "k"},
		{config.Credential{Kind: config.CredentialBearer, Key: "k"}, "authorization", "Bearer k"},
		{config.Credential{Kind: config.CredentialToken, Token: "t"}, "authorization", "Bearer t"},
		{config.Credential{}, "", ""},
	} {
		c.Use([]config.Credential{tt.key})
		s := c.Source(tt.key)
		name, value, err := s.Header()
		if name != tt.name || value != tt.value || err != nil || s.Ready() != nil || s.Wait(t.Context()) != nil {
			t.Errorf("%v: %s: %s, %v", tt.key.Kind, name, value, err)
		}
		if strings.Contains(s.Name(), "k ") || strings.HasSuffix(s.Name(), " t") {
			t.Errorf("%v: the name %q shows the secret", tt.key.Kind, s.Name())
		}
	}
}

func TestAWrongSecretIsSaidInEntrasWordsAndNothingElseIsTried(t *testing.T) {
	e := entra(t)
	// A managed identity would answer at once.
	t.Setenv("IDENTITY_ENDPOINT", e.ManagedURL())
	t.Setenv("IDENTITY_HEADER", "x")
	s := fetched(t, credentials(t, e), config.Credential{Kind: config.CredentialClientSecret, Tenant: "tenant", Client: "client", Secret: "wrong-secret", Scope: scope, Authority: e.URL()})
	_, _, err := s.Header()
	if err == nil || !strings.Contains(err.Error(), "AADSTS7000215") || !strings.Contains(err.Error(), " client client tenant tenant") {
		t.Errorf("error %v", err)
	}
	if strings.Contains(err.Error(), "wrong-secret") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q", err)
	}
	for _, r := range e.Requests() {
		if r.Grant != "client_credentials" {
			t.Errorf("another credential was tried: %+v", r)
		}
	}
}

func TestManyCallersAndTwoScopesAreOneFetchEach(t *testing.T) {
	e := entra(t)
	c := credentials(t, e)
	one := config.Credential{Kind: config.CredentialClientSecret, Tenant: "tenant", Client: "client", Secret: "right", Scope: scope, Authority: e.URL()}
	two := one
	two.Scope = "https://ai.azure.com/.default"
	c.Use([]config.Credential{one, two, one})
	var all sync.WaitGroup
	for range 50 {
		for _, k := range []config.Credential{one, two} {
			all.Go(func() {
				s := c.Source(k)
				if err := s.Wait(t.Context()); err != nil {
					t.Error(err)
				}
				if _, value, err := s.Header(); err != nil || !e.Valid(strings.TrimPrefix(value, "Bearer "), k.Scope) {
					t.Errorf("%s: %v", k.Scope, err)
				}
			})
		}
	}
	all.Wait()
	if n := len(e.Requests()); n != 2 {
		t.Errorf("%d fetches", n)
	}
	// A reload that keeps them fetches nothing; one that drops them stops them.
	before := c.Source(one)
	c.Use([]config.Credential{one})
	if c.Source(one) != before || len(e.Requests()) != 2 {
		t.Error("the credential was fetched again")
	}
}

func TestAnOldTokenServesWhileItIsValidAndANewOneCannotBeHad(t *testing.T) {
	e := entra(t)
	e.Life, e.RefreshIn = 20*time.Minute, time.Second
	var mu sync.Mutex
	now := time.Now()
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	c := NewCredentials(Options{HTTP: e.Client(), Now: clock})
	defer c.Close()
	k := config.Credential{Kind: config.CredentialClientSecret, Tenant: "tenant", Client: "client", Secret: "right", Scope: scope, Authority: e.URL()}
	s := fetched(t, c, k)
	e.Fail(400, 400, 400, 400, 400, 400, 400, 400)
	tick, deadline := time.NewTicker(10*time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for len(e.Requests()) < 2 {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the token was never refreshed")
		}
	}
	if _, _, err := s.Header(); err != nil {
		t.Errorf("the old token is valid: %v", err)
	}
	mu.Lock()
	now = now.Add(21 * time.Minute)
	mu.Unlock()
	if _, _, err := s.Header(); err == nil {
		t.Error("a token that has expired is sent")
	}
}
