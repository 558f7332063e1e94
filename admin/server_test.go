package admin

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type fixedState struct {
	deployments []Deployment
	err         error
	credentials []Credential
}

func (s fixedState) Deployments() []Deployment { return s.deployments }
func (s fixedState) Ready() error              { return s.err }
func (s fixedState) Credentials() []Credential { return s.credentials }

func (s fixedState) Live(context.Context) []Deployment {
	list := slices.Clone(s.deployments)
	for i := range list {
		list[i].Live = &Live{Status: http.StatusUnauthorized, Asked: "chat/completions", Why: "Access denied"}
	}
	return list
}

func get(t *testing.T, s State, path string) *httptest.ResponseRecorder {
	t.Helper()
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("azproc_up 1\n")) })
	w := httptest.NewRecorder()
	Handler(s, metrics).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestHealthIsAboutTheProcessAlone(t *testing.T) {
	w := get(t, fixedState{err: errors.New("no credential")}, "/healthz")
	if w.Code != http.StatusOK {
		t.Fatalf("status %d, want 200", w.Code)
	}
}

func TestReadinessNamesTheCredentialThatCannotBeHad(t *testing.T) {
	dead := Credential{Name: "client-secret app@tenant", Error: "AADSTS7000215: invalid client secret"}
	alive := Credential{Name: "api-key", Ready: true}
	for _, tt := range []struct {
		name  string
		state fixedState
		code  int
		want  readiness
	}{
		{
			name:  "ready while one deployment can serve",
			state: fixedState{credentials: []Credential{alive, dead}},
			code:  http.StatusOK,
			want:  readiness{Status: "ready", Credentials: []Credential{alive, dead}},
		},
		{
			name:  "not ready when none can",
			state: fixedState{err: errors.New("no token yet"), credentials: []Credential{dead}},
			code:  http.StatusServiceUnavailable,
			want:  readiness{Status: "not ready", Error: "no token yet", Credentials: []Credential{dead}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := get(t, tt.state, "/readyz")
			if w.Code != tt.code {
				t.Errorf("status %d, want %d", w.Code, tt.code)
			}
			var got readiness
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestDeploymentsAreAskedOnlyWhenTheReaderWantsIt(t *testing.T) {
	state := fixedState{deployments: []Deployment{{Name: "one"}, {Name: "two"}}}
	for path, want := range map[string]int{"/deployments": 0, "/deployments?live=0": 0, "/deployments?live=": 0, "/deployments?live=1": 2, "/deployments?live=true": 2} {
		w := get(t, state, path)
		var body struct{ Deployments []Deployment }
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || len(body.Deployments) != 2 {
			t.Fatalf("%s: %s (%v)", path, w.Body, err)
		}
		asked := 0
		for _, d := range body.Deployments {
			if d.Live != nil && d.Live.Status == http.StatusUnauthorized && d.Live.Why == "Access denied" {
				asked++
			}
		}
		if asked != want {
			t.Errorf("%s: %d were asked, want %d", path, asked, want)
		}
	}
}

func TestMetricsAreServed(t *testing.T) {
	if w := get(t, fixedState{}, "/metrics"); w.Body.String() != "azproc_up 1\n" {
		t.Errorf("got %q", w.Body)
	}
}

func TestUnknownPathsAndMethodsAreRefused(t *testing.T) {
	if w := get(t, fixedState{}, "/secret"); w.Code != http.StatusNotFound {
		t.Errorf("unknown path: status %d, want 404", w.Code)
	}
	w := httptest.NewRecorder()
	Handler(fixedState{}, http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/healthz", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d, want 405", w.Code)
	}
}
