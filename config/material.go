package config

import (
	"cmp"
	"strings"
)

// credentialClasses are the names that azure_credential and AZURE_CREDENTIAL
// take: the classes of Azure's SDKs.
var credentialClasses = map[string]CredentialKind{
	"AzureCliCredential":         CredentialCLI,
	"CertificateCredential":      CredentialCertificate,
	"ClientSecretCredential":     CredentialClientSecret,
	"DefaultAzureCredential":     CredentialDefault,
	"EnvironmentCredential":      anyOfEnvironment,
	"ManagedIdentityCredential":  CredentialManaged,
	"WorkloadIdentityCredential": CredentialWorkload,
}

// anyOfEnvironment is no kind of its own: whichever of a client secret, a
// certificate and a password the environment has.
const anyOfEnvironment CredentialKind = 0xff

// material is what one place, an entry or the environment, says about a
// credential.
type material struct {
	tenant, client, secret           string
	username, password               string
	certificate, certificatePassword string
	token, key                       string
}

// completed is m with what it lacks from other.
func (m material) completed(other material) material {
	return material{
		tenant: cmp.Or(m.tenant, other.tenant), client: cmp.Or(m.client, other.client), secret: cmp.Or(m.secret, other.secret),
		username: cmp.Or(m.username, other.username), password: cmp.Or(m.password, other.password),
		certificate: cmp.Or(m.certificate, other.certificate), certificatePassword: cmp.Or(m.certificatePassword, other.certificatePassword),
		token: m.token, key: m.key,
	}
}

// kinds are the credentials that there is material for, the one that counts
// first: those that fetch a token before a ready one, and that before a key.
func (m material) kinds() []CredentialKind {
	var k []CredentialKind
	if m.secret != "" {
		k = append(k, CredentialClientSecret)
	}
	if m.username != "" || m.password != "" {
		k = append(k, CredentialPassword)
	}
	if m.certificate != "" {
		k = append(k, CredentialCertificate)
	}
	switch {
	case strings.HasPrefix(m.token, "oidc/"):
		k = append(k, CredentialAssertion)
	case m.token != "":
		k = append(k, CredentialToken)
	}
	if m.key != "" {
		k = append(k, CredentialKey)
	}
	return k
}

// build gives the credential of a kind, or the keys of litellm_params that are
// missing for it.
func (m material) build(k CredentialKind) (c Credential, missing []string) {
	c.Kind = k
	need := func(key, value string) string {
		if value == "" {
			missing = append(missing, key)
		}
		return value
	}
	switch k {
	case CredentialKey:
		c.Key = Secret(need("api_key", m.key))
	case CredentialToken:
		c.Token = Secret(need("azure_ad_token", m.token))
	case CredentialClientSecret:
		c.Tenant, c.Client = need("tenant_id", m.tenant), need("client_id", m.client)
		c.Secret = Secret(need("client_secret", m.secret))
	case CredentialPassword:
		c.Tenant, c.Client = cmp.Or(m.tenant, defaultTenant), need("client_id", m.client)
		c.Username, c.Password = need("azure_username", m.username), Secret(need("azure_password", m.password))
	case CredentialCertificate:
		c.Tenant, c.Client = need("tenant_id", m.tenant), need("client_id", m.client)
		c.CertificatePath, c.Password = need("azure_certificate_path", m.certificate), Secret(m.certificatePassword)
	case CredentialAssertion:
		c.Tenant, c.Client = need("tenant_id", m.tenant), need("client_id", m.client)
		source := strings.TrimPrefix(m.token, "oidc/")
		if _, name, _ := strings.Cut(source, "/"); name == "" || !strings.HasPrefix(source, "env/") && !strings.HasPrefix(source, "file/") {
			missing = append(missing, "azure_ad_token as oidc/env/NAME or oidc/file/PATH")
		}
		c.Assertion = source
	case CredentialManaged:
		c.Client = m.client
	case CredentialWorkload, CredentialDefault, CredentialCLI:
		c.Tenant, c.Client = m.tenant, m.client
	}
	return c, missing
}
