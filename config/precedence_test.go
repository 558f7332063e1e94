package config

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestTheCredentialOfADeployment(t *testing.T) {
	const scope = "https://cognitiveservices.azure.com/.default"
	secret := []string{"tenant_id: t", "client_id: c", "client_secret: s"}
	password := []string{"client_id: c", "azure_username: u", "azure_password: p"}
	every := map[string]string{
		"AZURE_API_KEY": "ek", "AZURE_AD_TOKEN": "et", "AZURE_TENANT_ID": "ett", "AZURE_CLIENT_ID": "ec", "AZURE_CLIENT_SECRET": "es",
		"AZURE_USERNAME": "eu", "AZURE_PASSWORD": "ep",
	}
	envSecret := Credential{Kind: CredentialClientSecret, Tenant: "ett", Client: "ec", Secret: "es", Scope: scope}
	for name, c := range map[string]struct {
		params  []string
		env     map[string]string
		refresh bool
		want    Credential
	}{
		"a key":                       {[]string{"api_key: k"}, nil, false, Credential{Kind: CredentialKey, Key: "k"}},
		"a static token before a key": {[]string{"api_key: k", "azure_ad_token: t"}, nil, false, Credential{Kind: CredentialToken, Token: "t"}},
		"a client secret before a token and a key":     {append([]string{"api_key: k", "azure_ad_token: t"}, secret...), nil, false, Credential{Kind: CredentialClientSecret, Tenant: "t", Client: "c", Secret: "s", Scope: scope}},
		"a client secret before a password":            {append(secret[:3:3], password[1:]...), nil, false, Credential{Kind: CredentialClientSecret, Tenant: "t", Client: "c", Secret: "s", Scope: scope}},
		"a password before a key, without a tenant":    {append([]string{"api_key: k"}, password...), nil, false, Credential{Kind: CredentialPassword, Tenant: "organizations", Client: "c", Username: "u", Password: "p", Scope: scope}},
		"a password's tenant is not the environment's": {password, map[string]string{"AZURE_TENANT_ID": "ett"}, false, Credential{Kind: CredentialPassword, Tenant: "organizations", Client: "c", Username: "u", Password: "p", Scope: scope}},
		"a password with a tenant":                     {append([]string{"tenant_id: t"}, password...), nil, false, Credential{Kind: CredentialPassword, Tenant: "t", Client: "c", Username: "u", Password: "p", Scope: scope}},
		"a token of another issuer before a key":       {[]string{"api_key: k", "azure_ad_token: oidc/env/X", "tenant_id: t", "client_id: c"}, nil, false, Credential{Kind: CredentialAssertion, Tenant: "t", Client: "c", Assertion: "env/X", Scope: scope}},
		"a token of another issuer in a file":          {[]string{"azure_ad_token: oidc/file//run/token", "tenant_id: t", "client_id: c"}, nil, false, Credential{Kind: CredentialAssertion, Tenant: "t", Client: "c", Assertion: "file//run/token", Scope: scope}},
		"a certificate":                                {[]string{"tenant_id: t", "client_id: c", "azure_certificate_path: /c.pem"}, nil, false, Credential{Kind: CredentialCertificate, Tenant: "t", Client: "c", CertificatePath: "/c.pem", Scope: scope}},
		"a scope of its own":                           {append(secret[:3:3], "azure_scope: mine"), map[string]string{"AZURE_SCOPE": "theirs"}, false, Credential{Kind: CredentialClientSecret, Tenant: "t", Client: "c", Secret: "s", Scope: "mine"}},
		"scope and authority of the environment":       {secret, map[string]string{"AZURE_SCOPE": "theirs", "AZURE_AUTHORITY_HOST": "https://login.example/"}, false, Credential{Kind: CredentialClientSecret, Tenant: "t", Client: "c", Secret: "s", Scope: "theirs", Authority: "https://login.example"}},
		"a managed identity by name":                   {[]string{"azure_credential: ManagedIdentityCredential", "client_id: c", "api_key: k"}, every, false, Credential{Kind: CredentialManaged, Client: "c", Scope: scope}},
		"the machine's own managed identity":           {[]string{"azure_credential: ManagedIdentityCredential"}, nil, false, Credential{Kind: CredentialManaged, Scope: scope}},
		"a named class, completed by the environment":  {[]string{"azure_credential: ClientSecretCredential", "client_id: c"}, every, false, Credential{Kind: CredentialClientSecret, Tenant: "ett", Client: "c", Secret: "es", Scope: scope}},
		"a secret whose client the environment names":  {[]string{"client_secret: s"}, map[string]string{"AZURE_TENANT_ID": "ett", "AZURE_CLIENT_ID": "ec", "AZURE_CLIENT_SECRET": "es"}, false, Credential{Kind: CredentialClientSecret, Tenant: "ett", Client: "ec", Secret: "s", Scope: scope}},
		"a workload identity by name":                  {[]string{"azure_credential: WorkloadIdentityCredential"}, nil, false, Credential{Kind: CredentialWorkload, Scope: scope}},
		"azure's default by name":                      {[]string{"azure_credential: DefaultAzureCredential"}, nil, false, Credential{Kind: CredentialDefault, Scope: scope}},
		"azure's command line by name":                 {[]string{"azure_credential: AzureCliCredential"}, nil, false, Credential{Kind: CredentialCLI, Scope: scope}},
		"the environment's by name":                    {[]string{"azure_credential: EnvironmentCredential"}, every, false, envSecret},

		"its own key beats everything of the environment": {[]string{"api_key: k"}, every, true, Credential{Kind: CredentialKey, Key: "k"}},
		"its own token beats the environment":             {[]string{"azure_ad_token: t"}, every, true, Credential{Kind: CredentialToken, Token: "t"}},
		"the global identity is not for those with a key": {[]string{"api_key: k"}, nil, true, Credential{Kind: CredentialKey, Key: "k"}},

		"the environment's client secret first":         {nil, every, false, envSecret},
		"the environment's password next":               {nil, without(every, "AZURE_CLIENT_SECRET"), false, Credential{Kind: CredentialPassword, Tenant: "ett", Client: "ec", Username: "eu", Password: "ep", Scope: scope}},
		"the environment's token before its key":        {nil, map[string]string{"AZURE_AD_TOKEN": "et", "AZURE_API_KEY": "ek"}, false, Credential{Kind: CredentialToken, Token: "et"}},
		"the environment's key":                         {nil, map[string]string{"AZURE_API_KEY": "ek"}, false, Credential{Kind: CredentialKey, Key: "ek"}},
		"the environment's key by its other name":       {nil, map[string]string{"AZURE_OPENAI_API_KEY": "eo"}, false, Credential{Kind: CredentialKey, Key: "eo"}},
		"half a client secret is none":                  {nil, map[string]string{"AZURE_CLIENT_SECRET": "es", "AZURE_API_KEY": "ek"}, false, Credential{Kind: CredentialKey, Key: "ek"}},
		"the global identity before a key":              {nil, map[string]string{"AZURE_API_KEY": "ek"}, true, Credential{Kind: CredentialDefault, Scope: scope}},
		"the global identity of a client":               {nil, map[string]string{"AZURE_CLIENT_ID": "ec"}, true, Credential{Kind: CredentialManaged, Client: "ec", Scope: scope}},
		"the global identity in a cluster":              {nil, map[string]string{"AZURE_CLIENT_ID": "ec", "AZURE_TENANT_ID": "ett", "AZURE_FEDERATED_TOKEN_FILE": "/f"}, true, Credential{Kind: CredentialDefault, Client: "ec", Tenant: "ett", Scope: scope}},
		"the global identity by a client secret":        {nil, every, true, envSecret},
		"the environment's class":                       {nil, map[string]string{"AZURE_CREDENTIAL": "ManagedIdentityCredential", "AZURE_CLIENT_ID": "ec", "AZURE_API_KEY": "ek"}, true, Credential{Kind: CredentialManaged, Client: "ec", Scope: scope}},
		"no identity unless one is asked for":           {nil, map[string]string{"AZURE_CLIENT_ID": "ec", "AZURE_FEDERATED_TOKEN_FILE": "/f", "AZURE_API_KEY": "ek"}, false, Credential{Kind: CredentialKey, Key: "ek"}},
		"blanks around a key are not a part of it":      {nil, map[string]string{"AZURE_API_KEY": " ek\n"}, false, Credential{Kind: CredentialKey, Key: "ek"}},
		"identifiers alone leave it to the environment": {[]string{"client_id: c"}, map[string]string{"AZURE_API_KEY": "ek"}, false, Credential{Kind: CredentialKey, Key: "ek"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := entryWith(append([]string{"model: azure/gpt-4o", "api_base: https://one.openai.azure.com"}, c.params...)...)
			if c.refresh {
				text += "litellm_settings: {enable_azure_ad_token_refresh: true}\n"
			}
			got := mustParse(t, text, c.env).Deployments[0].Credential
			if diff := gocmp.Diff(revealed(c.want), revealed(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// revealed is a credential whose secrets can be compared and read in a diff.
func revealed(c Credential) map[string]string {
	return map[string]string{
		"kind": c.Kind.String(), "key": c.Key.Reveal(), "token": c.Token.Reveal(), "secret": c.Secret.Reveal(), "password": c.Password.Reveal(),
		"tenant": c.Tenant, "client": c.Client, "user": c.Username, "assertion": c.Assertion, "certificate": c.CertificatePath,
		"scope": c.Scope, "authority": c.Authority,
	}
}

func without(m map[string]string, name string) map[string]string {
	rest := make(map[string]string)
	for k, v := range m {
		if k != name {
			rest[k] = v
		}
	}
	return rest
}

// A deployment that says as whom it is called is never called as another, even
// where its own credential cannot work.
func TestTheEnvironmentIsNeverUsedBesideACredentialOfItsOwn(t *testing.T) {
	env := map[string]string{"AZURE_API_KEY": "ek", "AZURE_AD_TOKEN": "et"}
	for name, params := range map[string][]string{
		"half a client secret":               {"client_secret: s"},
		"a secret of an unset variable":      {"tenant_id: t", "client_id: c", "client_secret: os.environ/NOT_SET"},
		"a key of an unset variable":         {"api_key: os.environ/NOT_SET"},
		"half a password":                    {"azure_username: u"},
		"a foreign token without a name":     {"azure_ad_token: oidc/env/"},
		"a foreign token of no source":       {"azure_ad_token: oidc/google/x", "tenant_id: t", "client_id: c"},
		"an identifier of an unset variable": {"tenant_id: os.environ/NOT_SET", "client_id: c", "client_secret: s"},
		"a class that lacks its parts":       {"azure_credential: ClientSecretCredential"},
		"a key that no header can carry":     {`api_key: "a\nb"`},
	} {
		t.Run(name, func(t *testing.T) {
			text := entryWith(append([]string{"model: azure/gpt-4o", "api_base: https://one.openai.azure.com"}, params...)...)
			s, r := Parse("", []byte(text+"litellm_settings: {enable_azure_ad_token_refresh: true}\n"), Options{Getenv: environment(env)})
			if s != nil {
				t.Errorf("it is called with %s", s.Deployments[0].Credential.Kind)
			}
			if r.Clean() {
				t.Error("nothing is said")
			}
		})
	}
}

func TestOpenAIsCredential(t *testing.T) {
	env := map[string]string{"OPENAI_API_KEY": "eo", "AZURE_API_KEY": "ek", "AZURE_AD_TOKEN": "et"}
	for name, c := range map[string]struct {
		params []string
		env    map[string]string
		want   Credential
	}{
		"its own key":                        {[]string{"model: openai/gpt-4o", "api_key: k"}, env, Credential{Kind: CredentialBearer, Key: "k"}},
		"openai's of the environment":        {[]string{"model: gpt-4o"}, env, Credential{Kind: CredentialBearer, Key: "eo"}},
		"a server that needs none":           {[]string{"model: openai/llama", "api_base: http://127.0.0.1:8000/v1"}, nil, Credential{}},
		"azure's where the base is azure's":  {[]string{"model: openai/gpt-4o", "api_base: https://one.openai.azure.com/openai/v1"}, env, Credential{Kind: CredentialToken, Token: "et"}},
		"foundry's key of its own":           {[]string{"model: azure_ai/grok", "api_base: https://one.services.ai.azure.com"}, map[string]string{"AZURE_AI_API_KEY": "ea", "AZURE_API_KEY": "ek"}, Credential{Kind: CredentialKey, Key: "ea"}},
		"a gateway's key in a header is one": {[]string{"model: azure/gpt-4o", "api_base: https://apim.example", "extra_headers: {Ocp-Apim-Subscription-Key: k}"}, nil, Credential{}},
		"a header beside the environment's":  {[]string{"model: azure/gpt-4o", "api_base: https://apim.example", "extra_headers: {X-Team: k}"}, map[string]string{"AZURE_API_KEY": "ek"}, Credential{Kind: CredentialKey, Key: "ek"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustParse(t, entryWith(c.params...), c.env).Deployments[0].Credential
			if diff := gocmp.Diff(revealed(c.want), revealed(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestEveryKindHasAName(t *testing.T) {
	seen := make(map[string]bool)
	for k := CredentialNone; k <= CredentialBearer; k++ {
		name := k.String()
		if seen[name] || name == "" || strings.ToLower(name) != name {
			t.Errorf("kind %d is called %q", k, name)
		}
		seen[name] = true
	}
}
