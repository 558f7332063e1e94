package admin

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestGuardLetsInWhoMay(t *testing.T) {
	open, secret, beyond := Guard{Loopback: true}, Guard{Loopback: true, Token: "s3cret"}, Guard{}
	farSecret := Guard{Token: "s3cret"}
	basic := "Basic YW55b25lOnMzY3JldA==" // anyone:s3cret
	for _, tt := range []struct {
		name             string
		guard            Guard
		path, host, auth string
		want             int
	}{
		{"loopback by address", open, "/", "127.0.0.1:4001", "", 200},
		{"loopback by IPv6 address", open, "/deployments", "[::1]:4001", "", 200},
		{"loopback by name, no port", open, "/metrics", "LocalHost", "", 200},
		{"loopback under a name that anyone may point there", open, "/", "evil.example:4001", "", 403},
		{"such a name for metrics", open, "/metrics", "evil.example", "", 403},
		{"such a name that looks like an address", open, "/", "127.0.0.1.evil.example", "", 403},
		{"an address of another machine", open, "/", "10.0.0.1:4001", "", 403},
		{"no name at all", open, "/", "", "", 403},
		{"a probe by any name", open, "/healthz", "10.0.0.1:4001", "", 200},
		{"beyond loopback without a token", beyond, "/", "10.0.0.1:4001", "", 403},
		{"beyond it by a name of loopback", beyond, "/page-data", "localhost", "", 403},
		{"its deployments", beyond, "/deployments", "10.0.0.1:4001", "", 403},
		{"its chat", beyond, "/try", "10.0.0.1:4001", "", 403},
		{"its metrics", beyond, "/metrics", "10.0.0.1:4001", "", 200},
		{"its probes", beyond, "/readyz", "10.0.0.1:4001", "", 200},
		{"an empty token where none is set", beyond, "/", "10.0.0.1:4001", "Bearer ", 403},
		{"beyond it with the token", farSecret, "/", "10.0.0.1:4001", "Bearer s3cret", 200},
		{"as a password", farSecret, "/", "10.0.0.1:4001", basic, 200},
		{"a wrong token", farSecret, "/", "10.0.0.1:4001", "Bearer s3cre", 401},
		{"none", farSecret, "/", "10.0.0.1:4001", "", 401},
		{"none for metrics", farSecret, "/metrics", "10.0.0.1:4001", "", 401},
		{"another scheme", farSecret, "/", "10.0.0.1:4001", "Digest s3cret", 401},
		{"its probes without it", farSecret, "/healthz", "10.0.0.1:4001", "", 200},
		{"loopback with a token asks for it", secret, "/", "127.0.0.1", "", 401},
		{"loopback with the token by any name", secret, "/", "admin.example", "bearer s3cret", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, tt.path, nil)
			r.Host = tt.host
			if tt.auth != "" {
				r.Header.Set("authorization", tt.auth)
			}
			w := httptest.NewRecorder()
			tt.guard.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("status %d, want %d: %s", w.Code, tt.want, w.Body)
			}
			if (w.Code == 401) != (w.Header().Get("www-authenticate") != "") {
				t.Errorf("status %d asks %q", w.Code, w.Header().Get("www-authenticate"))
			}
		})
	}
}

func TestOnlyAPageOfThisPortIsOfTheSameOrigin(t *testing.T) {
	for _, tt := range []struct {
		site, origin string
		want         bool
	}{
		{"same-origin", "", true},
		{"same-origin", "http://localhost:4001", true},
		{"cross-site", "http://localhost:4001", false},
		{"same-site", "http://localhost:4001", false},
		{"none", "", false},
		{"", "http://localhost:4001", true},
		{"", "https://localhost:4001", true},
		{"", "http://localhost:8080", false},
		{"", "null", false},
		{"", "", false},
	} {
		r := httptest.NewRequest(http.MethodPost, "/try", nil)
		r.Host = "localhost:4001"
		r.Header.Set("sec-fetch-site", tt.site)
		r.Header.Set("origin", tt.origin)
		if got := sameOrigin(r); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}
