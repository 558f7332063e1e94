package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestThePageForPeople looks at the admin port in a real browser. $SCREENSHOT is where
// a picture of it goes.
func TestThePageForPeople(t *testing.T) {
	azure := fleet(t)
	g := start(t, groups(azure, "", member{group: "gpt-4o", resource: "a", more: ", rpm: 60, tpm: 100000"}, member{group: "gpt-4o", resource: "b"}, member{group: "claude", resource: "a", kind: "claude"}))
	dir := cache(t, "node")
	text, err := os.ReadFile("sdk/node/page.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "page.mjs"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"node", "page.mjs", g.url, g.admin, clientKey, "gpt-4o"}
	if picture := os.Getenv("SCREENSHOT"); picture != "" {
		args = append(args, picture)
	}
	script(t, 10, dir, nil, args...)
}

func TestTheAdminPortAsksForItsToken(t *testing.T) {
	g := startWith(t, modelList(fake(t)), []string{"AZPROC_ADMIN_TOKEN=s3cret"})
	for _, tt := range []struct {
		path, auth string
		want       int
	}{
		{"/", "", 401},
		{"/", "Bearer nonsense", 401},
		{"/", "Bearer s3cret", 200},
		{"/page-data", "", 401},
		{"/deployments", "", 401},
		{"/metrics", "", 401},
		{"/metrics", "Bearer s3cret", 200},
		{"/healthz", "", 200},
		{"/readyz", "", 200},
	} {
		if got := do(t, "GET", g.admin+tt.path, "", "authorization", tt.auth); got.status != tt.want || strings.Contains(got.body, "s3cret") {
			t.Errorf("%s with %q: %d, want %d", tt.path, tt.auth, got.status, tt.want)
		}
	}
}
