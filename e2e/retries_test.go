package e2e

import (
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// TestTheSDKComesBackWhenAzprocSaysSo: an SDK that went by its own clock would
// be back too early, and be refused again.
func TestTheSDKComesBackWhenAzprocSaysSo(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "openai", resource: "a"}, member{group: "azure", resource: "b"}))
	azure.Script("a", "chat-a", fakeazure.TooManyRequests(4*time.Second))
	azure.Script("b", "chat-b", fakeazure.TooManyRequests(4*time.Second))
	script(t, 2, "sdk/python", []string{"PYTHONPATH=" + cache(t, "python")}, "python3", "retries.py", g.url, g.admin, clientKey)
	if n := g.metric("azproc_refused_requests_total"); n != 2 {
		t.Errorf("azproc refused %v requests, want one of each client", n)
	}
	tries := make(map[string]string) // at each resource: status, and what the SDK says of its tries
	for _, r := range azure.Requests() {
		tries[r.Resource] += " " + map[int]string{200: "served", 429: "refused"}[r.Status] + " " + r.Header.Get("x-stainless-retry-count")
	}
	for _, name := range []string{"a", "b"} {
		if tries[name] != " refused 0 served 1" {
			t.Errorf("asked at %s:%s", name, tries[name])
		}
	}
}
