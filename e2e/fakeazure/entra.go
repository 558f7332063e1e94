package fakeazure

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Entra plays Microsoft Entra ID for the tokens of clients, users and federated
// workloads, over TLS with a certificate authority of its own, and the token
// endpoint of a managed identity. Its methods may be called from any goroutine.
type Entra struct {
	// Secrets are the secrets of clients by client id, Passwords those of users.
	// A federated token is good when it is in Assertions.
	Secrets, Passwords map[string]string
	Assertions         []string
	// Life is how long tokens are good; 0 is an hour. RefreshIn, when set, tells
	// clients to renew after that.
	Life, RefreshIn time.Duration

	server *httptest.Server
	plain  *httptest.Server // managed identity
	ca     []byte

	mu       sync.Mutex
	issued   map[string]token
	requests []TokenRequest
	failures []int
}

// TokenRequest is one request for a token.
type TokenRequest struct {
	// Grant is client_credentials, password, jwt-bearer or managed_identity.
	Grant, Tenant, Client, User, Scope string
}

type token struct {
	audience string
	expires  time.Time
}

// NewEntra starts it.
func NewEntra() (*Entra, error) {
	e := &Entra{Secrets: map[string]string{}, Passwords: map[string]string{}, issued: map[string]token{}}
	certificate, ca, err := selfMade()
	if err != nil {
		return nil, err
	}
	e.ca = ca
	e.server = httptest.NewUnstartedServer(http.HandlerFunc(e.serve))
	e.server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	e.server.StartTLS()
	e.plain = httptest.NewServer(http.HandlerFunc(e.serveManaged))
	return e, nil
}

// Close ends it.
func (e *Entra) Close() {
	e.server.Close()
	e.plain.Close()
}

// URL is the authority's: what AZURE_AUTHORITY_HOST says.
func (e *Entra) URL() string { return e.server.URL }

// ManagedURL is what IDENTITY_ENDPOINT says; IDENTITY_HEADER may be anything.
func (e *Entra) ManagedURL() string { return e.plain.URL + "/msi/token" }

// CAPEM is the certificate of its authority: what SSL_CERT_FILE names.
func (e *Entra) CAPEM() []byte { return e.ca }

// Client is an HTTP client that trusts it.
func (e *Entra) Client() *http.Client {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(e.ca)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
}

// Valid implements [TokenCheck].
func (e *Entra) Valid(text, audience string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	t, ok := e.issued[text]
	return ok && t.audience == strings.TrimSuffix(audience, "/.default") && time.Now().Before(t.expires)
}

// Requests are the requests for tokens so far.
func (e *Entra) Requests() []TokenRequest {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]TokenRequest(nil), e.requests...)
}

// Fail answers the next requests for tokens with these statuses.
func (e *Entra) Fail(statuses ...int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failures = append(e.failures, statuses...)
}

func (e *Entra) serve(w http.ResponseWriter, r *http.Request) {
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case strings.HasSuffix(rest, "openid-configuration"):
		writeJSON(w, http.StatusOK, object{
			"token_endpoint":         e.server.URL + "/" + tenant + "/oauth2/v2.0/token",
			"authorization_endpoint": e.server.URL + "/" + tenant + "/oauth2/v2.0/authorize",
			"issuer":                 e.server.URL + "/" + tenant + "/v2.0",
			"jwks_uri":               e.server.URL + "/" + tenant + "/keys",
		})
	case tenant == "common" && strings.HasPrefix(rest, "UserRealm/"):
		writeJSON(w, http.StatusOK, object{
			"account_type": "Managed", "domain_name": "example.com", "cloud_instance_name": "fake",
			"cloud_audience_urn": "urn:federation:fake", "ver": "1.0",
		})
	case rest == "oauth2/v2.0/token" && r.ParseForm() == nil:
		e.grant(w, r, tenant)
	default:
		http.NotFound(w, r)
	}
}

// grant answers a request for a token.
func (e *Entra) grant(w http.ResponseWriter, r *http.Request, tenant string) {
	f := r.PostForm
	// Scopes of OpenID stand beside the one that is asked for.
	scope, _, _ := strings.Cut(f.Get("scope"), " ")
	request := TokenRequest{Grant: f.Get("grant_type"), Tenant: tenant, Client: f.Get("client_id"), User: f.Get("username"), Scope: scope}
	good := false
	switch {
	case f.Get("client_assertion") != "":
		request.Grant = "jwt-bearer"
		for _, a := range e.Assertions {
			good = good || a == strings.TrimSpace(f.Get("client_assertion"))
		}
	case request.Grant == "password":
		good = e.Passwords[request.User] != "" && e.Passwords[request.User] == f.Get("password")
	default:
		good = e.Secrets[request.Client] != "" && e.Secrets[request.Client] == f.Get("client_secret")
	}
	if status := e.note(request); status != 0 {
		writeJSON(w, status, object{"error": "temporarily_unavailable", "error_description": "AADSTS90033: A transient error has occurred."})
		return
	}
	if !good {
		writeJSON(w, http.StatusUnauthorized, object{
			"error": "invalid_client", "error_codes": []int{7000215},
			"error_description": "AADSTS7000215: Invalid client secret provided. Trace ID: 0 Correlation ID: 0",
		})
		return
	}
	text, life := e.issue(scope)
	answer := object{"token_type": "Bearer", "expires_in": int(life.Seconds()), "ext_expires_in": int(life.Seconds()), "access_token": text, "scope": f.Get("scope")}
	if e.RefreshIn > 0 {
		answer["refresh_in"] = int(e.RefreshIn.Seconds())
	}
	if request.Grant == "password" {
		answer["id_token"] = unsigned(object{"oid": "1", "tid": tenant, "sub": "1", "preferred_username": request.User, "iss": e.server.URL, "aud": request.Client})
		answer["client_info"] = base64.RawURLEncoding.EncodeToString(encode(object{"uid": "1", "utid": tenant}))
		answer["refresh_token"] = "refresh"
	}
	writeJSON(w, http.StatusOK, answer)
}

// serveManaged is the token endpoint of App Service's managed identities.
func (e *Entra) serveManaged(w http.ResponseWriter, r *http.Request) {
	resource := r.URL.Query().Get("resource")
	request := TokenRequest{Grant: "managed_identity", Client: r.URL.Query().Get("client_id"), Scope: resource + "/.default"}
	if status := e.note(request); status != 0 || r.Header.Get("X-Identity-Header") == "" {
		http.Error(w, "no identity", max(status, http.StatusBadRequest))
		return
	}
	text, life := e.issue(request.Scope)
	writeJSON(w, http.StatusOK, object{
		"access_token": text, "expires_on": fmt.Sprint(time.Now().Add(life).Unix()), "resource": resource, "token_type": "Bearer",
	})
}

// note keeps a request and gives the status of a failure that was asked for.
func (e *Entra) note(r TokenRequest) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.requests = append(e.requests, r)
	if len(e.failures) == 0 {
		return 0
	}
	status := e.failures[0]
	e.failures = e.failures[1:]
	return status
}

func (e *Entra) issue(scope string) (text string, life time.Duration) {
	if life = e.Life; life == 0 {
		life = time.Hour
	}
	text = "fake-token-" + rand.Text()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.issued[text] = token{audience: strings.TrimSuffix(scope, "/.default"), expires: time.Now().Add(life)}
	return text, life
}

// unsigned is a JWT without a signature.
func unsigned(claims object) string {
	part := func(o object) string { return base64.RawURLEncoding.EncodeToString(encode(o)) }
	return part(object{"alg": "none", "typ": "JWT"}) + "." + part(claims) + "."
}

func writeJSON(w http.ResponseWriter, status int, body object) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encode(body))
}

// selfMade is a certificate for loopback, signed by itself.
func selfMade() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("fakeazure: key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "fake Entra"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("fakeazure: certificate: %w", err)
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, ca, nil
}
