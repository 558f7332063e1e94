package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

const (
	// requestTimeout bounds one request, its answer included.
	requestTimeout = 10 * time.Second
	// connectTimeout is that of Envoy's clusters.
	connectTimeout = 5 * time.Second
	// maxAnswer is the largest answer that is read, in bytes.
	maxAnswer = 8 << 20
)

// Credential is as whom a deployment is called. It is safe for concurrent use.
type Credential interface {
	// Header gives the header that authenticates a request; its name is empty for
	// a service that wants none. The error says why there is none now.
	Header() (name, value string, err error)
}

// Place is a deployment as this client calls it.
type Place struct {
	*config.Deployment
	Credential Credential
	// Resource tags its ids; only lists need it.
	Resource *azure.Resource
}

// Client asks deployments. It is safe for concurrent use.
type Client struct {
	http    http.Client
	timeout time.Duration // of one request
	roots   error         // why there are no roots to check certificates against
}

// New makes a client that checks certificates against the roots that Envoy has:
// those of caFile, else of SSL_CERT_FILE, else the system's. A file that cannot be
// read fails every request over TLS, not New: what Envoy carries may not need it.
//
// It goes where Envoy goes, so no proxy of the environment comes between.
func New(caFile string) *Client {
	c := &Client{timeout: requestTimeout}
	var pool *x509.CertPool
	pool, c.roots = roots(caFile)
	c.http.Transport = &http.Transport{
		DialContext:         (&net.Dialer{Timeout: connectTimeout}).DialContext,
		TLSClientConfig:     &tls.Config{RootCAs: pool},
		TLSHandshakeTimeout: connectTimeout,
		ForceAttemptHTTP2:   true,
		DisableCompression:  true,
		MaxIdleConnsPerHost: 8,
		IdleConnTimeout:     time.Minute,
	}
	// A credential must not follow a redirection to another host.
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

// Close ends the connections that are kept.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// roots reads the certificates of a file; nil is the system's.
func roots(file string) (*x509.CertPool, error) {
	if file == "" {
		file = os.Getenv("SSL_CERT_FILE")
	}
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("root certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("root certificates: %s has none", file)
	}
	return pool, nil
}

// request is one request to a deployment's resource.
type request struct {
	path string // with the query, as it is sent
	body []byte // JSON; nil is a GET
	// anthropic says that it is one to Anthropic's API.
	anthropic bool
}

// answer is what came back, whatever its status.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request. The error says why there was no answer, or none that could
// be read; no secret is in it.
func (c *Client) do(ctx context.Context, p *Place, r request) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	sent, err := p.newRequest(ctx, r)
	if err != nil {
		return nil, err
	}
	if c.roots != nil && sent.URL.Scheme == "https" {
		return nil, c.roots
	}
	resp, err := c.http.Do(sent)
	if err != nil {
		return nil, plain(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, plain(err)
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	return &answer{resp.StatusCode, resp.Header, body}, nil
}

// newRequest makes the request with everything that Envoy would send: a header of
// extra_headers takes the place of any other of its name.
func (p *Place) newRequest(ctx context.Context, r request) (*http.Request, error) {
	name, value, err := p.Credential.Header()
	if err != nil {
		return nil, err
	}
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if r.body != nil {
		method, body = http.MethodPost, bytes.NewReader(r.body)
	}
	e := &p.Target.Endpoint
	sent, err := http.NewRequestWithContext(ctx, method, e.Scheme+"://"+e.Authority()+r.path, body)
	if err != nil {
		return nil, plain(err)
	}
	sent.Header.Set("accept", "application/json")
	sent.Header.Set("accept-encoding", "identity")
	sent.Header.Set("user-agent", "azproc")
	if r.body != nil {
		sent.Header.Set("content-type", "application/json")
	}
	if r.anthropic {
		sent.Header.Set("anthropic-version", azure.AnthropicVersion)
		if name == "api-key" {
			name = "x-api-key"
		}
	}
	if name != "" {
		sent.Header.Set(name, value)
	}
	for _, h := range p.ExtraHeaders {
		sent.Header.Set(h.Name, h.Value)
	}
	return sent, nil
}

// errTime is for whatever ended because its time was over.
var errTime = errors.New("no answer in time")

// plain is an error of net/http without the method and the URL in front.
func plain(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errTime
	}
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		return outer.Err
	}
	return err
}
