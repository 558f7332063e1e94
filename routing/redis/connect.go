package redis

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/azproc/azproc/config"
)

const (
	// connections is how many there are at most to one server: each is in use for
	// one round trip at a time.
	connections = 64
	// idle is how long one may be unused: less than the ten minutes after which
	// Azure's front ends forget it.
	idle = 5 * time.Minute
)

// options are the client library's. A new connection costs the fewest round
// trips, and nothing is sent twice: a reservation that may have been made is
// not made again.
func options(c config.Redis) (*redis.UniversalOptions, error) {
	o := &redis.UniversalOptions{
		Addrs: c.Addresses, Username: c.Username, Password: c.Password.Reveal(), DB: c.DB, IsClusterMode: c.Cluster,
		MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true,
		DialTimeout: timeout, ReadTimeout: timeout, WriteTimeout: timeout,
		PoolSize: connections, ConnMaxIdleTime: idle,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if !c.TLS {
		return o, nil
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CAFile != "" {
		pem, err := os.ReadFile(c.CAFile)
		if err != nil {
			return nil, fmt.Errorf("redis_ssl_ca_certs: %w", err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("redis_ssl_ca_certs: no certificate in %s", c.CAFile)
		}
	}
	o.Dialer = dialTLS(t, c.Addresses)
	return o, nil
}

// dialTLS connects to a server and checks its certificate. A cluster names its
// nodes by IP address, as Azure's do, and their certificates have the name that
// is configured: an address that is not configured itself may show that name.
func dialTLS(t *tls.Config, configured []string) func(context.Context, string, string) (net.Conn, error) {
	known, name := make(map[string]bool), ""
	for _, address := range configured {
		host, _, _ := net.SplitHostPort(address)
		known[host] = true
		if name == "" && net.ParseIP(host) == nil {
			name = host
		}
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		d := tls.Dialer{NetDialer: &net.Dialer{Timeout: timeout}, Config: t}
		if host, _, _ := net.SplitHostPort(address); name != "" && !known[host] && net.ParseIP(host) != nil {
			d.Config = t.Clone()
			d.Config.ServerName = name
		}
		return d.DialContext(ctx, network, address)
	}
}
