package redis

import (
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/e2e/realredis"
)

// clusterOf is the configuration of a cluster of which one node is known.
func clusterOf(nodes []*realredis.Server) config.Redis {
	return config.Redis{Addresses: []string{nodes[0].Address()}, Cluster: true}
}

func TestAWrongCAFileIsAnError(t *testing.T) {
	for _, file := range []string{"/no/such/file", "store_test.go"} {
		_, err := New(config.Redis{Addresses: []string{"127.0.0.1:1"}, TLS: true, CAFile: file}, slog.New(slog.DiscardHandler), nil)
		if err == nil || !strings.Contains(err.Error(), "redis_ssl_ca_certs") {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestTheCertificateIsChecked(t *testing.T) {
	server := realredis.Start(t)
	fronts, others := realredis.NewFronts(t, "localhost"), realredis.NewFronts(t, "localhost")
	port := fronts.Listen("0", server.Port()).Port()
	for _, tt := range []struct{ host, ca, says string }{
		{"localhost", fronts.CAFile, ""},
		{"localhost", others.CAFile, "certificate signed by unknown authority"},
		{"localhost", "", "certificate signed by unknown authority"},
		{"127.0.0.1", fronts.CAFile, "doesn't contain any IP SANs"},
	} {
		s, log := openAt(t, config.Redis{Addresses: []string{net.JoinHostPort(tt.host, port)}, TLS: true, CAFile: tt.ca}, nil)
		s.patience = time.Minute
		if served := serves(t, s); served != (tt.says == "") || log.count("redis is gone") > 0 && log.count(tt.says) == 0 {
			t.Errorf("%+v: served %v\n%s", tt, served, &log.text)
		}
	}
}

// TestNodesThatAClusterNamesByAddressShowTheConfiguredName: as Azure's do.
func TestNodesThatAClusterNamesByAddressShowTheConfiguredName(t *testing.T) {
	fronts := realredis.NewFronts(t, "localhost")
	var first string
	nodes := realredis.Cluster(t, func(port string) []string {
		front := fronts.Listen("0", port).Port()
		if first == "" {
			first = front
		}
		return []string{"--cluster-announce-port", front}
	})
	s, log := openAt(t, config.Redis{Addresses: []string{net.JoinHostPort("localhost", first)}, Cluster: true, TLS: true, CAFile: fronts.CAFile}, nil)
	s.patience = time.Minute
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		a := twenty()
		a.Group = name
		if g := reserve(t, s, a); g.Index != 0 {
			t.Errorf("%+v\n%s", g, &log.text)
		}
	}
	for _, n := range nodes {
		if keys := n.Client().DBSize(t.Context()).Val(); keys == 0 {
			t.Errorf("the node at %s has nothing", n.Address())
		}
	}
}
