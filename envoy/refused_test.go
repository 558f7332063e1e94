package envoy

import (
	"strings"
	"testing"

	matchingv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/common/matching/v3"
	extprocv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	httpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"

	"github.com/azproc/azproc/config"
)

// chains are the names of the filters of each deployment's cluster.
func chains(t *testing.T, file string) map[string]*httpv3.HttpProtocolOptions {
	t.Helper()
	s, report := config.Parse("test.yaml", []byte(file), config.Options{Getenv: func(string) (string, bool) { return "", false }})
	if s == nil {
		t.Fatal(report.Diagnostics)
	}
	r, err := Resources(s, options)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]*httpv3.HttpProtocolOptions)
	for _, c := range r.clusters[1:] {
		var o httpv3.HttpProtocolOptions
		if err := c.TypedExtensionProtocolOptions["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"].UnmarshalTo(&o); err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(c.Name, "~")
		all[name] = &o
	}
	return all
}

const fourGroups = `model_list:
- {model_name: m, litellm_params: {model: azure/m, api_key: k, api_base: "http://127.0.0.1:1"}}
- {model_name: long, litellm_params: {model: azure/long, api_key: k, api_base: "http://127.0.0.1:1"}}
- {model_name: plain, litellm_params: {model: azure/plain, api_key: k, api_base: "http://127.0.0.1:1"}}
- {model_name: apart, litellm_params: {model: azure/apart, api_key: k, api_base: "http://127.0.0.1:1"}}
`

func TestOnlyClustersOfGroupsWithSuchFallbacksReadRefusals(t *testing.T) {
	for settings, want := range map[string]string{
		"": "",
		"router_settings: {fallbacks: [{m: [plain]}]}\n":                                          "",
		"router_settings: {context_window_fallbacks: [{m: [long]}]}\n":                            "long m",
		"router_settings: {content_policy_fallbacks: [{m: [long]}], fallbacks: [{m: [plain]}]}\n": "long m plain",
	} {
		var read []string
		all := chains(t, fourGroups+settings)
		for _, name := range []string{"apart", "long", "m", "plain"} {
			for _, f := range all[name].HttpFilters {
				if f.Name == "refused" {
					read = append(read, name)
				}
			}
		}
		if got := strings.Join(read, " "); got != want {
			t.Errorf("%q: read in the clusters of %q, want %q", settings, got, want)
		}
	}
}

func TestALaterAttemptIsDecidedByAzprocOrNotAtAll(t *testing.T) {
	for name, o := range chains(t, fourGroups) {
		var m matchingv3.ExtensionWithMatcher
		if err := o.HttpFilters[0].GetTypedConfig().UnmarshalTo(&m); err != nil {
			t.Fatal(err)
		}
		var p extprocv3.ExternalProcessor
		if err := m.ExtensionConfig.TypedConfig.UnmarshalTo(&p); err != nil {
			t.Fatal(err)
		}
		if p.FailureModeAllow || p.ProcessingMode.RequestBodyMode != extprocv3.ProcessingMode_NONE {
			t.Errorf("%s: fails open %t, body %v", name, p.FailureModeAllow, p.ProcessingMode.RequestBodyMode)
		}
	}
	// Without the count a client's own header would let the second attempt pass with the first one's credential.
	if r := resources(t, "https://a.openai.azure.com").routes; !r.VirtualHosts[0].IncludeRequestAttemptCount {
		t.Error("attempts are not counted")
	}
}
