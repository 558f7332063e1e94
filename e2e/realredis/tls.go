package realredis

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Front is TLS in front of a redis-server, as managed services have it: the
// server itself need not be built with TLS.
type Front struct {
	listener net.Listener
	to       string
	done     sync.WaitGroup
	mu       sync.Mutex
	open     map[net.Conn]bool // nil when it is closed
}

// Fronts are of one authority.
type Fronts struct {
	t      testing.TB
	config *tls.Config
	// CAFile has the authority's certificate.
	CAFile string
}

// NewFronts makes an authority, and a certificate of it for a host: a name or
// an IP address.
func NewFronts(t testing.TB, host string) *Fronts {
	t.Helper()
	caKey, ca := certificate(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority of a test"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if ip := net.ParseIP(host); ip != nil {
		leaf.IPAddresses = []net.IP{ip}
	} else {
		leaf.DNSNames = []string{host}
	}
	key, der := certificate(t, leaf, ca, caKey)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &Fronts{t: t, CAFile: file, config: &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der.Raw}, PrivateKey: key}},
	}}
}

func certificate(t testing.TB, c, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, made
}

// Listen opens a front on a port ("0" is a free one) of a server that listens on
// another one.
func (f *Fronts) Listen(port, serverPort string) *Front {
	f.t.Helper()
	l, err := tls.Listen("tcp", net.JoinHostPort("127.0.0.1", port), f.config)
	if err != nil {
		f.t.Fatal(err)
	}
	front := &Front{listener: l, to: net.JoinHostPort("127.0.0.1", serverPort), open: make(map[net.Conn]bool)}
	front.done.Go(front.serve)
	f.t.Cleanup(front.close)
	return front
}

// Port is where it listens, on 127.0.0.1.
func (f *Front) Port() string {
	_, port, _ := net.SplitHostPort(f.listener.Addr().String())
	return port
}

func (f *Front) serve() {
	for {
		client, err := f.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", f.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		f.pass(client, server)
		f.pass(server, client)
	}
}

// pass carries bytes one way until either end closes.
func (f *Front) pass(to, from net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		_, _ = to.Close(), from.Close()
		return
	}
	f.open[from] = true
	f.done.Go(func() {
		_, _ = io.Copy(to, from)
		_, _ = to.Close(), from.Close()
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.open, from)
	})
}

func (f *Front) close() {
	_ = f.listener.Close()
	f.mu.Lock()
	for c := range f.open {
		_ = c.Close()
	}
	f.open = nil
	f.mu.Unlock()
	f.done.Wait()
}
