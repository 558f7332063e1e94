package client

import (
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve answers with f, over TLS or not.
func serve(t *testing.T, secure bool, f http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(f)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		s.EnableHTTP2 = true
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

func TestARequestHasWhatEnvoyWouldSend(t *testing.T) {
	var got *http.Request
	var body string
	s := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body = r, string(b)
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "short and stout")
	})
	p := places(t, []key{"k"}, entry("azure/gpt-4o", s.URL, ", extra_headers: {x-team: blue, user-agent: theirs}", ""))[0]
	a, err := newClient(t, "").do(t.Context(), &p, request{path: "/openai/deployments/a%2Fb/x?api-version=1&$filter=a%20b", body: []byte(`{"a":1}`)})
	if err != nil || a.status != http.StatusTeapot || string(a.body) != "short and stout" {
		t.Fatalf("%+v, %v", a, err)
	}
	if got.RequestURI != "/openai/deployments/a%2Fb/x?api-version=1&$filter=a%20b" || got.Method != http.MethodPost || body != `{"a":1}` {
		t.Errorf("%s %s %s", got.Method, got.RequestURI, body)
	}
	for name, want := range map[string]string{
		"Api-Key": "k", "X-Team": "blue", "User-Agent": "theirs", "Accept-Encoding": "identity", "Content-Type": "application/json", "Authorization": "",
	} {
		if have := got.Header.Get(name); have != want {
			t.Errorf("%s is %q, want %q", name, have, want)
		}
	}
	if got.Host != strings.TrimPrefix(s.URL, "http://") {
		t.Errorf("host %s", got.Host)
	}
}

func TestCertificatesAreCheckedAgainstTheRootsThatEnvoyHas(t *testing.T) {
	t.Setenv("SSL_CERT_FILE", "")
	ok := func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			w.WriteHeader(http.StatusHTTPVersionNotSupported)
		}
	}
	secure, open := serve(t, true, ok), serve(t, false, func(http.ResponseWriter, *http.Request) {})
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	list := places(t, []key{"k"}, entry("azure/gpt-4o", secure.URL, "", ""), entry("azure/gpt-4o", open.URL, "", ""))
	for _, tt := range []struct{ name, flag, environment, want string }{
		{"the flag's", file, "", ""},
		{"the environment's", "", file, ""},
		{"the flag's before the environment's", empty, file, "has none"},
		{"the system's", "", "", "certificate"},
		{"none, for the file is not there", filepath.Join(t.TempDir(), "no.pem"), "", "no such file"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("SSL_CERT_FILE", tt.environment)
			c := newClient(t, tt.flag)
			a, err := c.do(t.Context(), &list[0], request{path: "/"})
			if tt.want == "" && (err != nil || a.status != http.StatusOK) {
				t.Errorf("%+v, %v", a, err)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if _, err := c.do(t.Context(), &list[1], request{path: "/"}); err != nil {
				t.Errorf("without TLS: %v", err)
			}
		})
	}
}

func TestACredentialFollowsNoRedirection(t *testing.T) {
	elsewhere := serve(t, false, func(http.ResponseWriter, *http.Request) { t.Error("the credential went elsewhere") })
	s := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})
	p := places(t, []key{"k"}, entry("azure/gpt-4o", s.URL, "", ""))[0]
	if a, err := newClient(t, "").do(t.Context(), &p, request{path: "/"}); err != nil || a.status != http.StatusTemporaryRedirect {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestAnAnswerIsReadUpToItsLimit(t *testing.T) {
	size := maxAnswer
	s := serve(t, false, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, size)) })
	p := places(t, []key{"k"}, entry("azure/gpt-4o", s.URL, "", ""))[0]
	c := newClient(t, "")
	if a, err := c.do(t.Context(), &p, request{path: "/"}); err != nil || len(a.body) != size {
		t.Errorf("%v", err)
	}
	size++
	if _, err := c.do(t.Context(), &p, request{path: "/"}); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("one byte more: %v", err)
	}
}

func TestARequestThatIsNotAnsweredEnds(t *testing.T) {
	for _, half := range []bool{false, true} {
		s := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
			if half {
				_, _ = io.WriteString(w, "{")
				_ = http.NewResponseController(w).Flush()
			}
			<-r.Context().Done()
		})
		p := places(t, []key{"k"}, entry("azure/gpt-4o", s.URL, "", ""))[0]
		c := newClient(t, "")
		c.timeout = 50 * time.Millisecond
		if _, err := c.do(t.Context(), &p, request{path: "/"}); err != errTime {
			t.Errorf("half an answer %t: %v", half, err)
		}
	}
}

func TestACredentialThatCannotBeHadIsNamed(t *testing.T) {
	s := serve(t, false, func(http.ResponseWriter, *http.Request) { t.Error("asked without a credential") })
	p := places(t, []key{""}, entry("azure/gpt-4o", s.URL, "", ""))[0]
	if _, err := newClient(t, "").do(t.Context(), &p, request{path: "/"}); err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
		t.Errorf("%v", err)
	}
}
