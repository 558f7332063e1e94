package envoy

import (
	"encoding/json"
	"strings"
	"testing"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"google.golang.org/protobuf/proto"

	"github.com/azproc/azproc/config"
)

var options = Options{Listen: "127.0.0.1:4000", GRPC: "unix:/run/azproc.sock", Admin: "127.0.0.1:4003", MaxBody: 1 << 20, CAFile: "/ca.pem"}

// snapshot makes a configuration with one deployment at each base.
func snapshot(t *testing.T, bases ...string) *config.Snapshot {
	t.Helper()
	var b strings.Builder
	b.WriteString("model_list:\n")
	for _, base := range bases {
		b.WriteString("- {model_name: m, litellm_params: {model: azure/gpt-4o, api_key: key-of-azure, api_base: \"" + base + "\"}}\n")
	}
	s, report := config.Parse("test.yaml", []byte(b.String()), config.Options{Getenv: func(string) (string, bool) { return "", false }})
	if s == nil {
		t.Fatal(report.Diagnostics)
	}
	return s
}

func resources(t *testing.T, bases ...string) *ResourceSet {
	t.Helper()
	r, err := Resources(snapshot(t, bases...), options)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// manager is the listener's HTTP connection manager.
func manager(t *testing.T) *hcmv3.HttpConnectionManager {
	t.Helper()
	var m hcmv3.HttpConnectionManager
	if err := resources(t, "https://a.openai.azure.com").listener.FilterChains[0].Filters[0].GetTypedConfig().UnmarshalTo(&m); err != nil {
		t.Fatal(err)
	}
	return &m
}

func TestARequestThatIsNotDecidedGoesNowhere(t *testing.T) {
	m := manager(t)
	var p extprocv3.ExternalProcessor
	if err := m.HttpFilters[0].GetTypedConfig().UnmarshalTo(&p); err != nil {
		t.Fatal(err)
	}
	if p.FailureModeAllow {
		t.Error("ext_proc fails open")
	}
	if p.ProcessingMode.RequestBodyMode != extprocv3.ProcessingMode_NONE || p.ProcessingMode.ResponseHeaderMode != extprocv3.ProcessingMode_SKIP {
		t.Errorf("processing mode %v", p.ProcessingMode)
	}
	if !p.AllowContentLengthHeader {
		t.Error("a form whose length changes would keep its old content-length")
	}
	var read []string
	for _, h := range p.ForwardRules.AllowedHeaders.Patterns {
		read = append(read, h.GetExact())
	}
	if strings.Join(read, " ") != strings.Join(headersRead, " ") {
		t.Errorf("Envoy sends Go the headers %v", read)
	}
}

func TestTheListenerDoesNotChangeWithTheModelList(t *testing.T) {
	a, err := version([]proto.Message{resources(t, "https://a.openai.azure.com").listener})
	if err != nil {
		t.Fatal(err)
	}
	b, err := version([]proto.Message{resources(t, "https://b.openai.azure.com", "http://127.0.0.1:1").listener})
	if err != nil || a != b {
		t.Errorf("the listener changed with the deployments: %v", err)
	}
}

func TestEnvoysOwnErrorsAreInTheShapeOfTheClientsSDK(t *testing.T) {
	mappers := manager(t).LocalReplyConfig.Mappers
	if len(mappers) != 1+2*len(localReplies(1)) {
		t.Fatalf("%d mappers", len(mappers))
	}
	for i, m := range mappers[1:] {
		text, err := json.Marshal(m.BodyFormatOverride.GetJsonFormat().AsMap())
		if err != nil {
			t.Fatal(err)
		}
		anthropic := i < len(localReplies(1))
		if strings.Contains(string(text), `"type":"error"`) != anthropic {
			t.Errorf("mapper %d: %s", i, text)
		}
		if !anthropic && (!strings.Contains(string(text), `"param":null`) || !strings.Contains(string(text), `"code":"`)) {
			t.Errorf("mapper %d: %s", i, text)
		}
		for _, leak := range []string{"%", "127.0.0.1", "azproc", "cluster"} {
			if strings.Contains(string(text), leak) {
				t.Errorf("mapper %d tells %q: %s", i, leak, text)
			}
		}
	}
}

func TestEachDeploymentsClusterChecksItsOwnHost(t *testing.T) {
	r := resources(t, "https://a.openai.azure.com", "http://127.0.0.1:8080/x", "https://10.0.0.1:8443")
	if len(r.clusters) != 6 {
		t.Fatalf("%d clusters", len(r.clusters))
	}
	for i, want := range []struct {
		kind clusterv3.Cluster_DiscoveryType
		host string // of the certificate
		name string // in the Host header
	}{
		{clusterv3.Cluster_STRICT_DNS, "a.openai.azure.com", "a.openai.azure.com"},
		{clusterv3.Cluster_STRICT_DNS, "a.openai.azure.com", "a.openai.azure.com"},
		{clusterv3.Cluster_STATIC, "", "127.0.0.1:8080"},
		{clusterv3.Cluster_STATIC, "10.0.0.1", "10.0.0.1:8443"},
		{clusterv3.Cluster_STATIC, "10.0.0.1", "10.0.0.1:8443"},
	} {
		c := r.clusters[i+1]
		if c.GetType() != want.kind {
			t.Errorf("%s: %v", c.Name, c.GetType())
		}
		if got := c.LoadAssignment.Endpoints[0].LbEndpoints[0].GetEndpoint().Hostname; got != want.name {
			t.Errorf("%s: host %s", c.Name, got)
		}
		if want.host == "" {
			if c.TransportSocket != nil {
				t.Errorf("%s: TLS for http", c.Name)
			}
			continue
		}
		var u tlsv3.UpstreamTlsContext
		if err := c.TransportSocket.GetTypedConfig().UnmarshalTo(&u); err != nil {
			t.Fatal(err)
		}
		v := u.CommonTlsContext.GetValidationContext()
		if v.GetTrustedCa().GetFilename() != "/ca.pem" || v.MatchTypedSubjectAltNames[0].Matcher.GetExact() != want.host {
			t.Errorf("%s: %v", c.Name, v)
		}
	}
}

func TestNoSecretIsInAnyFile(t *testing.T) {
	s := snapshot(t, "https://a.openai.azure.com")
	static, err := Static(s, options)
	if err != nil {
		t.Fatal(err)
	}
	bootstrap, err := Bootstrap(options)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(static)+string(bootstrap), "key-of-azure") {
		t.Error("the key is in Envoy's configuration")
	}
}

func TestARemovedDeploymentsClusterStaysForOneGeneration(t *testing.T) {
	first, second := resources(t, "https://a.openai.azure.com"), resources(t, "https://b.openai.azure.com")
	if n := len(second.with(first).clusters); n != 5 {
		t.Errorf("%d clusters, want unplanned, both of b and both of a", n)
	}
	if n := len(second.clusters); n != 3 {
		t.Errorf("the set itself was changed: %d clusters", n)
	}
}

func TestAddressesThatCannotBeReadAreErrors(t *testing.T) {
	for _, listen := range []string{"", "4000", "127.0.0.1:x", "127.0.0.1:70000"} {
		o := options
		o.Listen = listen
		if _, err := Resources(snapshot(t, "https://a"), o); err == nil {
			t.Errorf("%q is taken", listen)
		}
	}
}
