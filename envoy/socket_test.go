package envoy

import (
	"strings"
	"testing"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	httpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"

	"github.com/azproc/azproc/azure"
)

// protocols are the ALPN protocols that a cluster offers, and whether HTTP/1.1 is
// all that it speaks.
func protocols(t *testing.T, c *clusterv3.Cluster) (offered string, one bool) {
	t.Helper()
	var o httpv3.HttpProtocolOptions
	if err := c.TypedExtensionProtocolOptions["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"].UnmarshalTo(&o); err != nil {
		t.Fatal(err)
	}
	if c.TransportSocket != nil {
		var u tlsv3.UpstreamTlsContext
		if err := c.TransportSocket.GetTypedConfig().UnmarshalTo(&u); err != nil {
			t.Fatal(err)
		}
		offered = strings.Join(u.CommonTlsContext.AlpnProtocols, " ")
	}
	return offered, o.GetExplicitHttpConfig().GetHttpProtocolOptions() != nil
}

func TestWebSocketsGoWhereHTTP11IsSpoken(t *testing.T) {
	s := snapshot(t, "https://a.openai.azure.com", "http://127.0.0.1:8080")
	r, err := Resources(s, options)
	if err != nil {
		t.Fatal(err)
	}
	byName := make(map[string]*clusterv3.Cluster)
	for _, c := range r.clusters {
		byName[c.Name] = c
	}
	for _, d := range s.Deployments {
		c := byName[d.SocketCluster()]
		if c == nil {
			t.Fatalf("%s has no cluster %q", d.Name, d.SocketCluster())
		}
		if offered, one := protocols(t, c); !one || strings.Contains(offered, "h2") {
			t.Errorf("%s: HTTP/1.1 alone %t, ALPN %q", c.Name, one, offered)
		}
	}
	if offered, one := protocols(t, byName[s.Deployments[0].Cluster]); one || offered != "h2 http/1.1" {
		t.Errorf("everything else: HTTP/1.1 alone %t, ALPN %q", one, offered)
	}
	static, err := Static(s, options)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range s.Deployments {
		if !strings.Contains(string(static), `name: "`+d.SocketCluster()+`"`) {
			t.Errorf("the static file has no cluster %q", d.SocketCluster())
		}
	}
}

func TestAWebSocketMayBeSilentLongerThanAnythingElse(t *testing.T) {
	routes := resources(t, "https://a.openai.azure.com").routes.VirtualHosts[0].Routes
	if len(routes) != 3 || len(routes[0].Match.Headers) != 1 || len(routes[2].Match.Headers) != 0 {
		t.Fatalf("%v", routes)
	}
	sockets, rest := routes[0].GetRoute(), routes[2].GetRoute()
	if sockets.GetIdleTimeout().GetSeconds() < 3600 || sockets.GetRetryPolicy().GetPerTryIdleTimeout() != nil {
		t.Errorf("%v: Azure ends a session after an hour, and nobody may before", sockets)
	}
	if rest.GetRetryPolicy().GetPerTryIdleTimeout() == nil || sockets.GetTimeout().AsDuration() != 0 {
		t.Errorf("%v", rest)
	}
	if h := routes[0].Match.Headers[0]; h.Name != "upgrade" || !h.GetStringMatch().GetIgnoreCase() {
		t.Errorf("%v", h)
	}
}

func TestAnEntryOfAWebSocketIsOneOfItsDeployment(t *testing.T) {
	s := snapshot(t, "https://a.openai.azure.com")
	d := s.Deployments[0]
	var e Entry
	if err := e.parse(logged(t, map[string]string{"%UPSTREAM_CLUSTER_RAW%": d.SocketCluster(), "%RESPONSE_FLAGS%": "UC", "%RESPONSE_CODE%": "101"})); err != nil {
		t.Fatal(err)
	}
	if e.Cluster != d.Cluster || e.Status != 101 || e.Flags != flagConnectionEnded {
		t.Errorf("%+v", e)
	}
	if fault, why := e.Fault(); fault != azure.FaultNone {
		t.Errorf("a session that the deployment ended is %s: %s", fault, why)
	}
}
