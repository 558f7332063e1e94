package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// Guard says who may see what on the admin port. /healthz and /readyz are for anyone:
// whoever starts and ends processes asks them, and they hold nothing to hide but the
// credentials' names.
type Guard struct {
	// Loopback says that the port can be reached from this machine alone.
	Loopback bool
	// Token is what a reader must show, as Bearer token or as the password of HTTP
	// basic authentication; "" is none.
	Token string
}

// probes are the paths that are never guarded.
var probes = map[string]bool{"/healthz": true, "/readyz": true}

// Wrap puts the guard in front of a handler:
//
//	a token is set     whoever shows it sees everything
//	none, loopback     who calls this machine by one of its own names sees everything
//	none, beyond it    the probes and /metrics, as scrapers are used to; the rest is 403
func (g Guard) Wrap(next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(g.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case probes[r.URL.Path]:
		case g.Token != "":
			got := sha256.Sum256([]byte(shown(r)))
			if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
				w.Header().Set("www-authenticate", `Basic realm="azproc", charset="UTF-8"`)
				http.Error(w, "the admin token is missing or wrong: send it as a Bearer token, or as the password with any user name", http.StatusUnauthorized)
				return
			}
		case g.Loopback:
			if !ownName(r.Host) {
				http.Error(w, "the admin port answers to localhost, 127.0.0.1 and [::1] alone while it has no token: a web page could call it by another name", http.StatusForbidden)
				return
			}
		case r.URL.Path != "/metrics":
			http.Error(w, "this admin port can be reached from beyond its machine and has no token: set AZPROC_ADMIN_TOKEN (or --admin-token), or listen on 127.0.0.1", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// shown is the token that a request shows.
func shown(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	scheme, token, _ := strings.Cut(r.Header.Get("authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// ownName is whether a Host header is a name that leads to this machine wherever it is
// looked up.
func ownName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// sameOrigin is whether a request comes from a page of this very port. Browsers say so,
// and no page can make them lie.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("sec-fetch-site"); site != "" {
		return site == "same-origin"
	}
	_, host, ok := strings.Cut(r.Header.Get("origin"), "://")
	return ok && host == r.Host
}
