package e2e

import (
	"strings"
	"testing"
)

func TestLiteLLMsHealthAndModelInfoAreAnsweredByTheGateway(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "m", resource: "a"}, member{group: "m", resource: "b"}))
	none := []string{"authorization", ""}
	for path, want := range map[string]string{
		"/health/liveliness": `"I'm alive!"`, "/health/liveness": `"I'm alive!"`, "/health/readiness": `{"status":"healthy"}`,
	} {
		if got := do(t, "GET", g.url+path, "", none...); got.status != 200 || got.body != want || got.header.Get("content-type") != "application/json" {
			t.Errorf("%s without a key: %d %s %v, want %s", path, got.status, got.body, got.header, want)
		}
	}
	for _, path := range []string{"/health", "/model/info", "/v1/model/info"} {
		if got := do(t, "GET", g.url+path, "", none...); got.status != 401 {
			t.Errorf("%s without a key: %d %s", path, got.status, got.body)
		}
		got := do(t, "GET", g.url+path, "")
		if got.status != 200 || strings.Count(got.body, azure.URL("a")) != 1 || strings.Count(got.body, azure.URL("b")) != 1 || strings.Contains(got.body, keyOf("a")) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if got := do(t, "GET", g.url+"/health", ""); !strings.HasPrefix(got.body, `{"healthy_count":2,`) {
		t.Errorf("/health: %s", got.body)
	}
	if n := len(azure.Requests()); n != 0 {
		t.Errorf("Azure was asked %d times", n)
	}
}
