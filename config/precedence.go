package config

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/azproc/azproc/azure"
)

// ownKeys are the keys of a credential in litellm_params.
var ownKeys = []string{
	"client_secret", "azure_username", "azure_password", "azure_certificate_path", "azure_ad_token", "api_key", "tenant_id",
	"client_id",
}

// credential decides as whom a deployment is called, by the one order that
// holds for all operations: its own credential, whatever its kind; only where
// it has none, the environment's. Of its own, one that fetches tokens comes
// before a ready token and that before a key.
//
// tenant_id and client_id are no secrets: where the entry has a secret and does
// not name them, AZURE_TENANT_ID and AZURE_CLIENT_ID complete it.
func (e *modelReader) credential(endpoint *azure.Endpoint) (Credential, bool) {
	text := func(key string) string { return strings.TrimSpace(e.params.get(key).text) }
	either := func(key, variable string) string {
		if n := e.params.get(key); n.kind == null && n.variable == "" {
			return e.env(variable)
		}
		return text(key)
	}
	own := material{key: text("api_key")}
	keys := []string{"api_key"}
	if endpoint.Provider == azure.ProviderAzure {
		keys = ownKeys
		own = material{
			tenant: either("tenant_id", "AZURE_TENANT_ID"), client: either("client_id", "AZURE_CLIENT_ID"), secret: text("client_secret"),
			username: text("azure_username"), password: text("azure_password"),
			certificate: text("azure_certificate_path"), certificatePassword: text("azure_certificate_password"),
			token: text("azure_ad_token"), key: text("api_key"),
		}
		if class := e.params.get("azure_credential"); class.kind == scalar {
			return e.classCredential(class, own)
		}
	}
	e.checkCredential()
	var unset *node
	for _, key := range keys {
		if n := e.params.get(key); n.unset() != "" && unset == nil {
			unset = n
		}
	}
	if !printable(own.key) || !printable(own.token) {
		e.refuse(e.paramsKey, "the credential has characters that no header can carry")
		return Credential{}, false
	}
	var lacking []string // what the first kind lacks
	for _, k := range own.kinds() {
		m := own
		if k == CredentialPassword {
			m.tenant = text("tenant_id") // a user's tenant is found by its name
		}
		c, missing := m.build(k)
		switch {
		case len(missing) > 0:
			if lacking == nil {
				lacking = missing
			}
			continue
		case unset != nil:
			e.at(unset, Warning, "%s: the entry's other credential (%s) is used", noValue(unset.unset()), c.Kind)
		case lacking != nil:
			e.at(e.paramsKey, Warning, "a credential lacks %s: the entry's other one (%s) is used", strings.Join(lacking, ", "), c.Kind)
		}
		return e.complete(c, endpoint), true
	}
	switch {
	case unset != nil:
		e.refuse(unset, "%s, and the entry has no other credential", noValue(unset.unset()))
		return Credential{}, false
	case lacking != nil:
		e.refuse(e.paramsKey, "the credential lacks %s; another one is not taken from the environment", strings.Join(lacking, ", "))
		return Credential{}, false
	case text("tenant_id") != "" || text("client_id") != "":
		e.at(e.paramsKey, Warning, "tenant_id and client_id alone are no credential: add client_secret, or azure_credential: ManagedIdentityCredential")
	}
	if c, ok := e.environmentCredential(endpoint); ok {
		return e.complete(c, endpoint), true
	}
	return e.noCredential(endpoint)
}

// noCredential is for an entry that neither has one nor finds one in the
// environment: only services other than Azure may do without, and gateways that
// take theirs in a header.
func (e *modelReader) noCredential(endpoint *azure.Endpoint) (Credential, bool) {
	for _, section := range []string{"extra_headers", "headers"} {
		for _, h := range e.params.get(section).entries {
			name := strings.ToLower(h.key)
			if name == "authorization" || strings.HasSuffix(name, "-key") {
				return Credential{}, true
			}
		}
	}
	if endpoint.Provider == azure.ProviderOpenAI {
		if !strings.HasSuffix(endpoint.Host, ".openai.com") {
			return Credential{}, true
		}
		e.refuse(e.paramsKey, "no credential: set api_key, or OPENAI_API_KEY in the environment")
		return Credential{}, false
	}
	e.refuse(e.paramsKey, "no credential: set api_key (or another of docs/configuration.md), or AZURE_API_KEY in the environment")
	return Credential{}, false
}

// classCredential reads azure_credential, which says outright what is meant;
// the environment completes it, as it does for the classes of Azure's SDKs.
func (e *modelReader) classCredential(class *node, own material) (Credential, bool) {
	kind, ok := credentialClasses[class.text]
	if !ok {
		names := slices.Sorted(maps.Keys(credentialClasses))
		e.refuse(class, "azure_credential %q is none of %s", class.text, strings.Join(names, ", "))
		return Credential{}, false
	}
	env := e.environmentMaterial()
	if kind == anyOfEnvironment {
		own, env.token, env.key = material{}, "", ""
		kinds := env.kinds()
		if len(kinds) == 0 {
			e.refuse(class, "azure_credential: the environment has no AZURE_CLIENT_SECRET, AZURE_PASSWORD or AZURE_CERTIFICATE_PATH")
			return Credential{}, false
		}
		kind = kinds[0]
	}
	own = own.completed(env)
	c, missing := own.build(kind)
	if len(missing) > 0 {
		e.refuse(class, "azure_credential: %s lacks %s", class.text, strings.Join(missing, ", "))
		return Credential{}, false
	}
	return e.complete(c, &azure.Endpoint{}), true
}

// complete adds what is no credential by itself: the scope, the authority, and
// the header that an OpenAI service reads.
func (e *modelReader) complete(c Credential, endpoint *azure.Endpoint) Credential {
	if c.Kind == CredentialKey && endpoint.Provider == azure.ProviderOpenAI {
		c.Kind = CredentialBearer
	}
	if c.Kind.fetched() {
		c.Scope = cmp.Or(e.params.get("azure_scope").text, e.env("AZURE_SCOPE"), e.scope, defaultScope)
		c.Authority = strings.TrimRight(e.env("AZURE_AUTHORITY_HOST"), "/")
	}
	return c
}

// environmentMaterial is what the environment says.
func (e *modelReader) environmentMaterial() material {
	key := cmp.Or(e.env("AZURE_API_KEY"), e.env("AZURE_OPENAI_API_KEY"))
	if e.route.foundry {
		key = cmp.Or(e.env("AZURE_AI_API_KEY"), key)
	}
	return material{
		tenant: e.env("AZURE_TENANT_ID"), client: e.env("AZURE_CLIENT_ID"), secret: e.env("AZURE_CLIENT_SECRET"),
		username: e.env("AZURE_USERNAME"), password: e.env("AZURE_PASSWORD"),
		certificate:         cmp.Or(e.env("AZURE_CERTIFICATE_PATH"), e.env("AZURE_CLIENT_CERTIFICATE_PATH")),
		certificatePassword: cmp.Or(e.env("AZURE_CERTIFICATE_PASSWORD"), e.env("AZURE_CLIENT_CERTIFICATE_PASSWORD")),
		token:               e.env("AZURE_AD_TOKEN"),
		key:                 key,
	}
}

// environmentCredential is the one of deployments without their own: the order
// is that within an entry, and where enable_azure_ad_token_refresh or
// AZURE_CREDENTIAL asks for an identity of the machine, that one comes before a
// ready token and a key.
func (e *modelReader) environmentCredential(endpoint *azure.Endpoint) (Credential, bool) {
	if endpoint.Provider == azure.ProviderOpenAI {
		key := e.env("OPENAI_API_KEY")
		return Credential{Kind: CredentialKey, Key: Secret(key)}, key != ""
	}
	m := e.environmentMaterial()
	class := e.env("AZURE_CREDENTIAL")
	if kind, ok := credentialClasses[class]; ok && kind != anyOfEnvironment {
		if c, missing := m.build(kind); len(missing) == 0 {
			return c, true
		}
	}
	identity := e.refresh
	for _, k := range m.kinds() {
		if !k.fetched() && identity {
			break
		}
		if c, missing := m.build(k); len(missing) == 0 {
			return c, true
		}
	}
	if !identity {
		return Credential{}, false
	}
	kind := CredentialDefault
	if m.client != "" && m.tenant == "" && e.env("AZURE_FEDERATED_TOKEN_FILE") == "" {
		kind = CredentialManaged
	}
	c, _ := m.build(kind)
	return c, true
}

// checkCredential warns of texts that are no key or token.
func (e *modelReader) checkCredential() {
	key, token := e.params.get("api_key"), e.params.get("azure_ad_token")
	if name, ok := strings.CutPrefix(key.text, "credential_name/"); ok {
		e.at(key, Warning, "api_key: credential_name/... is not looked up: write litellm_credential_name: %s", name)
	} else {
		e.unfilled(key, "api_key")
	}
	if strings.HasPrefix(token.text, "/") {
		e.at(token, Warning, "azure_ad_token is the path of a file, which is not read: write oidc/file/PATH, with tenant_id and client_id")
		return
	}
	e.unfilled(token, "azure_ad_token")
}
