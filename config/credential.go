package config

import (
	"slices"
	"strings"

	"github.com/azproc/azproc/azure"
)

// CredentialKind is how azproc authenticates itself to a deployment.
type CredentialKind uint8

// The kinds of credentials.
const (
	CredentialNone         CredentialKind = iota
	CredentialKey                         // api-key: KEY
	CredentialBearer                      // authorization: Bearer KEY, for OpenAI-compatible services
	CredentialToken                       // a static token of Entra ID
	CredentialClientSecret                // tenant, client and secret
	CredentialPassword                    // client, user and password
	CredentialCertificate                 // tenant, client and a certificate's file
	CredentialWorkload                    // workload identity of Kubernetes
	CredentialManaged                     // managed identity of an Azure machine
	CredentialDefault                     // DefaultAzureCredential: the first of many that works
	CredentialCLI                         // whom az login has logged in
	CredentialAssertion                   // a token of another issuer, from the environment or a file
)

// String is the kind's name, for people.
func (k CredentialKind) String() string {
	return [...]string{
		"none", "api-key", "bearer", "token", "client-secret", "password", "certificate", "workload-identity",
		"managed-identity", "default", "azure-cli", "assertion",
	}[k]
}

// Credential is one way of authenticating. Two that are equal are the same
// credential and share their tokens.
type Credential struct {
	Kind CredentialKind
	// Key is for CredentialKey and CredentialBearer.
	Key Secret
	// Token is for CredentialToken.
	Token Secret
	// Secret is the client's, Password the user's or the certificate's.
	Secret, Password         Secret
	Tenant, Client, Username string
	// Assertion is env/NAME or file/PATH.
	Assertion       string
	CertificatePath string
	// Scope is what tokens are asked for; "" for keys and static tokens.
	Scope string
	// Authority is the host that issues tokens; "" is the public cloud's.
	Authority string
}

// defaultScope is the scope of Azure OpenAI's tokens (Microsoft Learn, "How to
// configure Azure OpenAI with Microsoft Entra ID"); LiteLLM's default too.
const defaultScope = "https://cognitiveservices.azure.com/.default"

// anyTenant is where a user is looked up whose tenant is not named, as
// azure-identity does.
const anyTenant = "organizations"

// credentialClasses are the classes of azure-identity that azure_credential and
// AZURE_CREDENTIAL may name.
var credentialClasses = map[string]CredentialKind{
	"ClientSecretCredential":      CredentialClientSecret,
	"UsernamePasswordCredential":  CredentialPassword,
	"CertificateCredential":       CredentialCertificate,
	"ClientCertificateCredential": CredentialCertificate,
	"WorkloadIdentityCredential":  CredentialWorkload,
	"ManagedIdentityCredential":   CredentialManaged,
	"DefaultAzureCredential":      CredentialDefault,
	"EnvironmentCredential":       CredentialDefault,
	"AzureCliCredential":          CredentialCLI,
}

// credentialKeys are what a credential of credential_list may hold.
var credentialKeys = []string{
	"api_key", "api_base", "base_url", "api_version", "azure_ad_token", "tenant_id", "client_id", "client_secret",
	"azure_username", "azure_password", "azure_scope", "azure_credential", "extra_headers",
}

// credentialList reads the credentials that entries name.
func (l *loader) credentialList(list *node) {
	if list.kind != sequence {
		if list.kind != null {
			l.at(list, Warning, "credential_list must be a list, not %s", list.kind)
		}
		return
	}
	for _, item := range list.items {
		if item.kind != mapping {
			l.at(item, Warning, "an entry of credential_list must be a mapping with credential_name and credential_values")
			continue
		}
		values := item.get("credential_values")
		if values.kind == mapping {
			l.checkKeys(item, &credentialEntry)
		} else {
			// LiteLLM would not start; what is meant is plain enough.
			for _, e := range item.entries {
				if slices.Contains(credentialKeys, e.key) {
					l.at(e.at, Warning, "%s belongs under credential_values: it is read all the same (LiteLLM would not start)", e.key)
					values = item
					break
				}
			}
		}
		l.credentials[item.get("credential_name").text] = values
	}
}

// withCredential adds to an entry's parameters what the credential that it
// names has and the entry has not.
func (l *loader) withCredential(params *node) *node {
	name := params.get("litellm_credential_name")
	if name.kind != scalar {
		return params
	}
	values, ok := l.credentials[name.text]
	if !ok {
		l.at(name, Warning, "litellm_credential_name %q: no entry of credential_list has that name", name.text)
		return params
	}
	whole := *params
	whole.entries = slices.Clone(params.entries)
	for _, e := range values.entries {
		if slices.Contains(credentialKeys, e.key) && !params.has(e.key) {
			whole.entries = append(whole.entries, e)
		}
	}
	return &whole
}

// credential finds the credential of an entry, by the one order that holds for
// all operations:
//
//  1. What is configured for the deployment, of any kind. The environment is
//     then never used, even when that credential cannot be had.
//  2. With enable_azure_ad_token_refresh, the credential of the environment by
//     azure-identity's rules.
//  3. The AZURE_* environment.
//
// Within each: a token provider (client secret, user and password, a named
// class, an assertion), then a static token, then a key.
func (l *loader) credential(group string, params *node, e *azure.Endpoint) (Credential, bool) {
	if e.Provider == azure.ProviderOpenAI {
		return l.bearer(group, params)
	}
	for _, key := range []string{"api_key", "azure_ad_token", "client_secret", "azure_password", "tenant_id", "client_id"} {
		l.unfilled(params.get(key), key)
	}
	c, found := l.configured(params)
	if !found {
		if unset, key := unsetCredential(params); unset != nil {
			l.refuse(unset, group, "the environment variable %s is not set, and %s is the only credential", unset.unset, key)
			return c, false
		}
	}
	if !found && l.refresh {
		c, found = l.refreshed(), true
	}
	if !found {
		c, found = l.environment()
	}
	if !found {
		l.refuse(params.get("model"), group, "no credential: set api_key, azure_ad_token, tenant_id with client_id and client_secret, or AZURE_API_KEY")
		return c, false
	}
	if c.Kind != CredentialKey && c.Kind != CredentialToken {
		c.Scope = firstNonEmpty(params.get("azure_scope").text, l.env("AZURE_SCOPE"), defaultScope)
		c.Authority = l.env("AZURE_AUTHORITY_HOST")
	}
	return c, true
}

// unsetCredential finds a credential that the entry has by a variable without a
// value. It is the deployment's own all the same: the environment's never takes
// its place.
func unsetCredential(params *node) (unset *node, key string) {
	for _, key := range []string{"client_secret", "azure_password", "azure_ad_token", "api_key"} {
		if n := params.get(key); n.unset != "" {
			return n, key
		}
	}
	return nil, ""
}

// bearer is the key of an OpenAI-compatible service.
func (l *loader) bearer(group string, params *node) (Credential, bool) {
	n := params.get("api_key")
	if n.kind == scalar && n.text != "" {
		l.unfilled(n, "api_key")
		return Credential{Kind: CredentialBearer, Key: Secret(n.text)}, true
	}
	if n.unset != "" {
		l.refuse(n, group, "the environment variable %s is not set, and api_key is the only credential", n.unset)
		return Credential{}, false
	}
	if key := l.env("OPENAI_API_KEY"); key != "" {
		return Credential{Kind: CredentialBearer, Key: Secret(key)}, true
	}
	l.refuse(params.get("model"), group, "no api_key, and OPENAI_API_KEY is not set")
	return Credential{}, false
}

// configured is the credential that stands in the entry itself.
func (l *loader) configured(params *node) (Credential, bool) {
	text := func(key string) string {
		if n := params.get(key); n.kind == scalar {
			return n.text
		}
		return ""
	}
	// Parts that the entry does not name may come from the environment: the
	// credential is still the entry's.
	client := firstNonEmpty(text("client_id"), l.env("AZURE_CLIENT_ID"))
	tenant := firstNonEmpty(text("tenant_id"), l.env("AZURE_TENANT_ID"))
	if secret := text("client_secret"); secret != "" {
		if tenant != "" && client != "" {
			return Credential{Kind: CredentialClientSecret, Tenant: tenant, Client: client, Secret: Secret(secret)}, true
		}
		l.at(params.get("client_secret"), Warning, "client_secret needs tenant_id and client_id beside it: it is not used")
	}
	if user, password := text("azure_username"), text("azure_password"); user != "" && password != "" {
		if client != "" {
			return Credential{
				Kind: CredentialPassword, Tenant: firstNonEmpty(text("tenant_id"), anyTenant), Client: client,
				Username: user, Password: Secret(password),
			}, true
		}
		l.at(params.get("azure_username"), Warning, "azure_username needs client_id beside it: it is not used")
	}
	if class := params.get("azure_credential"); class.kind == scalar {
		if kind, ok := credentialClasses[class.text]; ok {
			return l.class(kind, text("tenant_id"), text("client_id")), true
		}
		l.at(class, Warning, "azure_credential %q is no class of azure-identity: it is not used", class.text)
	}
	if token := params.get("azure_ad_token"); token.kind == scalar && token.text != "" {
		source, federated := strings.CutPrefix(token.text, "oidc/")
		switch {
		case !federated:
			return Credential{Kind: CredentialToken, Token: Secret(token.text)}, true
		case !strings.HasPrefix(source, "env/") && !strings.HasPrefix(source, "file/"):
			l.at(token, Warning, "azure_ad_token: of the oidc/ forms azproc reads oidc/env/NAME and oidc/file/PATH: it is not used")
		case tenant == "" || client == "":
			l.at(token, Warning, "azure_ad_token: oidc/ needs tenant_id and client_id beside it: it is not used")
		default:
			return Credential{Kind: CredentialAssertion, Tenant: tenant, Client: client, Assertion: source}, true
		}
	}
	if key := text("api_key"); key != "" {
		return Credential{Kind: CredentialKey, Key: Secret(key)}, true
	}
	return Credential{}, false
}

// class is a credential that is named by its class; the environment completes
// it.
func (l *loader) class(kind CredentialKind, tenant, client string) Credential {
	c := Credential{
		Kind:   kind,
		Tenant: firstNonEmpty(tenant, l.env("AZURE_TENANT_ID")),
		Client: firstNonEmpty(client, l.env("AZURE_CLIENT_ID")),
	}
	switch kind {
	case CredentialClientSecret:
		c.Secret = Secret(l.env("AZURE_CLIENT_SECRET"))
	case CredentialPassword:
		c.Tenant = firstNonEmpty(c.Tenant, anyTenant)
		c.Username, c.Password = l.env("AZURE_USERNAME"), Secret(l.env("AZURE_PASSWORD"))
	case CredentialCertificate:
		c.CertificatePath = firstNonEmpty(l.env("AZURE_CLIENT_CERTIFICATE_PATH"), l.env("AZURE_CERTIFICATE_PATH"))
		c.Password = Secret(firstNonEmpty(l.env("AZURE_CLIENT_CERTIFICATE_PASSWORD"), l.env("AZURE_CERTIFICATE_PASSWORD")))
	case CredentialManaged:
		c.Tenant = ""
	}
	return c
}

// refreshed is the credential of enable_azure_ad_token_refresh, by LiteLLM's
// rules.
func (l *loader) refreshed() Credential {
	if kind, ok := credentialClasses[l.env("AZURE_CREDENTIAL")]; ok {
		return l.class(kind, "", "")
	}
	tenant, client := l.env("AZURE_TENANT_ID"), l.env("AZURE_CLIENT_ID")
	switch {
	case tenant != "" && client != "" && l.env("AZURE_CLIENT_SECRET") != "":
		return l.class(CredentialClientSecret, "", "")
	case client != "" && tenant == "" && l.env("AZURE_FEDERATED_TOKEN_FILE") == "":
		return l.class(CredentialManaged, "", "")
	default:
		return Credential{Kind: CredentialDefault, Tenant: tenant, Client: client}
	}
}

// environment is the credential of the AZURE_* variables.
func (l *loader) environment() (Credential, bool) {
	tenant, client := l.env("AZURE_TENANT_ID"), l.env("AZURE_CLIENT_ID")
	switch {
	case tenant != "" && client != "" && l.env("AZURE_CLIENT_SECRET") != "":
		return l.class(CredentialClientSecret, "", ""), true
	case client != "" && l.env("AZURE_USERNAME") != "" && l.env("AZURE_PASSWORD") != "":
		return l.class(CredentialPassword, "", ""), true
	case l.env("AZURE_AD_TOKEN") != "":
		return Credential{Kind: CredentialToken, Token: Secret(l.env("AZURE_AD_TOKEN"))}, true
	}
	for _, name := range []string{"AZURE_API_KEY", "AZURE_OPENAI_API_KEY"} {
		if key := l.env(name); key != "" {
			return Credential{Kind: CredentialKey, Key: Secret(key)}, true
		}
	}
	return Credential{}, false
}

func firstNonEmpty(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
