package envoy

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
)

// TestTheScriptOfKeysWithLimitsIsTheirsAlone: others have neither its code nor a route
// that differs from what it is without it.
func TestTheScriptOfKeysWithLimitsIsTheirsAlone(t *testing.T) {
	routes := resources(t, "https://a.openai.azure.com").routes.VirtualHosts[0].Routes
	own, rest := routes[1], routes[2]
	if h := own.Match.Headers; len(h) != 1 || h[0].Name != limitsHeader || !h[0].GetPresentMatch() || strings.Join(own.RequestHeadersToRemove, " ") != limitsHeader {
		t.Errorf("%v", own)
	}
	if own.TypedPerFilterConfig["answer"] == nil || rest.TypedPerFilterConfig != nil || !proto.Equal(own.GetRoute(), rest.GetRoute()) {
		t.Errorf("%v", rest)
	}
	v := newView(nil, Options{}, false)
	for with, view := range map[bool]view{true: v.WithLimits(), false: v} {
		script, err := render("response.lua", view)
		if err != nil || strings.Contains(script, "x-ratelimit-limit-\" ..") != with || strings.Contains(script, "limits(handle, h)") != with {
			t.Errorf("%t: %v\n%s", with, err, script)
		}
	}
}
