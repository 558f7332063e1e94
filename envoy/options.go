package envoy

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// Options are what Envoy's configuration depends on beside the model list.
type Options struct {
	// Listen is the host:port of the traffic listener. The host is an address
	// or "localhost".
	Listen string
	// GRPC is where azproc's gRPC service is: host:port, or unix:PATH.
	GRPC string
	// Admin is Envoy's own admin page: host:port, or unix:PATH.
	Admin string
	// MaxBody is the largest JSON body in bytes.
	MaxBody int64
	// CAFile is a PEM file with the roots that upstream certificates are checked
	// against; "" is SSL_CERT_FILE, else the system's.
	CAFile string
	// Traces are the spans that Envoy is to send; nil is none.
	Traces *Traces
}

// address gives an address in Envoy's words.
func address(s string) (string, error) {
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		return "{pipe: {path: " + encode(path) + "}}", nil
	}
	host, text, err := net.SplitHostPort(s)
	if err != nil {
		return "", fmt.Errorf("address %q: want host:port or unix:PATH: %w", s, err)
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", fmt.Errorf("address %q: port: %w", s, err)
	}
	switch host {
	case "localhost":
		host = "127.0.0.1"
	case "":
		host = "0.0.0.0"
	}
	return fmt.Sprintf("{socket_address: {address: %s, port_value: %d}}", encode(host), port), nil
}

// discovery is how Envoy finds a host: an address needs no looking up.
func discovery(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return "STATIC"
	}
	return "STRICT_DNS"
}

// grpcDiscovery is discovery for Options.GRPC.
func grpcDiscovery(grpc string) string {
	host, _, err := net.SplitHostPort(grpc)
	if err != nil || strings.HasPrefix(grpc, "unix:") || host == "localhost" {
		return "STATIC"
	}
	return discovery(host)
}

// bundles are where systems keep their root certificates, as Go's crypto/x509
// looks for them.
var bundles = []string{
	"/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Alpine, Arch
	"/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL 6
	"/etc/ssl/ca-bundle.pem",                            // openSUSE
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // RHEL 7 and later
	"/etc/ssl/cert.pem",                                 // macOS, Alpine
}

// roots is the file of root certificates to use. Envoy verifies nothing without
// one, so there always is a name, even of a file that is not here: Envoy then
// says so.
func roots(configured string) string {
	if configured != "" {
		return configured
	}
	if file := os.Getenv("SSL_CERT_FILE"); file != "" {
		return file
	}
	for _, file := range bundles {
		if _, err := os.Stat(file); err == nil {
			return file
		}
	}
	return bundles[0]
}
