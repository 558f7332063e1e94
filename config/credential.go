package config

// CredentialKind is how a deployment is authenticated against.
type CredentialKind uint8

// The kinds.
const (
	CredentialNone         CredentialKind = iota // nothing is sent, or extra_headers say it
	CredentialKey                                // Key, as the header api-key
	CredentialToken                              // Token, as it is
	CredentialClientSecret                       // Tenant, Client, Secret
	CredentialPassword                           // Tenant, Client, Username, Password
	CredentialCertificate                        // Tenant, Client, CertificatePath, Password
	CredentialWorkload                           // the cluster's workload identity; Tenant, Client when set
	CredentialManaged                            // the machine's managed identity; Client when set
	CredentialDefault                            // DefaultAzureCredential
	CredentialCLI                                // az account get-access-token
	CredentialAssertion                          // Tenant, Client, and Assertion: env/NAME or file/PATH
	CredentialBearer                             // Key, as authorization: Bearer, which OpenAI and its likes take
)

// String is the kind's name, for people.
func (k CredentialKind) String() string {
	return [...]string{
		"none", "api-key", "token", "client-secret", "password", "certificate", "workload-identity",
		"managed-identity", "default", "azure-cli", "assertion", "bearer",
	}[k]
}

// Credential is as whom a deployment is called. Equal credentials (==) share one
// token.
type Credential struct {
	Kind                         CredentialKind
	Key, Token, Secret, Password Secret
	Tenant, Client, Username     string
	// Assertion is where the federated token is: env/NAME or file/PATH.
	Assertion       string
	CertificatePath string
	// Scope is what a token is asked for; "" for a key and for a ready token.
	Scope string
	// Authority is the token service's address, "" for Azure's public one.
	Authority string
}

// defaultScope is valid on every host of Azure OpenAI (Microsoft Learn, "How to
// configure Azure OpenAI with Microsoft Entra ID").
const defaultScope = "https://cognitiveservices.azure.com/.default"

// claudeScope is that of Claude on Microsoft Foundry (Anthropic's SDK, "Foundry";
// Microsoft Learn, "Deploy and use Claude models").
const claudeScope = "https://ai.azure.com/.default"

// defaultTenant is where a user signs in who names no tenant.
const defaultTenant = "organizations"

// fetched is whether a token service gives the tokens of this kind.
func (k CredentialKind) fetched() bool {
	switch k {
	case CredentialNone, CredentialKey, CredentialBearer, CredentialToken:
		return false
	}
	return true
}
