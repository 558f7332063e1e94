package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// State is what the admin port shows. It is asked at every request and must be
// safe for concurrent use.
type State interface {
	// Ready is nil while at least one deployment can serve; its error says why
	// none can.
	Ready() error
	// Credentials lists the credentials of the configuration that serves.
	Credentials() []Credential
	// Deployments lists its deployments, in the file's order.
	Deployments() []Deployment
	// Live lists them with what each answers when it is asked. It may cost a token
	// for each, though not again for whoever asks a moment later.
	Live(ctx context.Context) []Deployment
}

// Credential is one credential and whether it can be used now.
type Credential struct {
	// Name names the credential without its secret.
	Name string `json:"name"`
	// Ready is whether a request could be authenticated with it now.
	Ready bool `json:"ready"`
	// Error says why it cannot; empty while it can.
	Error string `json:"error,omitempty"`
}

// Handler serves the admin port:
//
//	/healthz       200 while the process lives
//	/readyz        200 while at least one deployment can serve, 503 otherwise; the
//	               body names every credential that cannot be had
//	/deployments   JSON of every deployment: {"deployments": [Deployment, …]}
//	               ?live=1 asks each of them first
//	/metrics       Prometheus text
func Handler(state State, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		writeReadiness(w, state)
	})
	mux.HandleFunc("GET /deployments", func(w http.ResponseWriter, r *http.Request) {
		list := state.Deployments
		if live, _ := strconv.ParseBool(r.URL.Query().Get("live")); live {
			list = func() []Deployment { return state.Live(r.Context()) }
		}
		write(w, http.StatusOK, map[string]any{"deployments": list()})
	})
	mux.Handle("GET /metrics", metrics)
	return mux
}

// NewServer is an HTTP server for Handler with limits that a port for a few
// people and a scraper needs.
func NewServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// readiness is the body of /readyz.
type readiness struct {
	// Status is "ready" or "not ready".
	Status string `json:"status"`
	// Error says why no deployment can serve.
	Error       string       `json:"error,omitempty"`
	Credentials []Credential `json:"credentials"`
}

func writeReadiness(w http.ResponseWriter, state State) {
	body := readiness{Status: "ready", Credentials: state.Credentials()}
	code := http.StatusOK
	if err := state.Ready(); err != nil {
		body.Status, body.Error, code = "not ready", err.Error(), http.StatusServiceUnavailable
	}
	write(w, code, body)
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(body) // the reader left: nobody is there to be told
}
