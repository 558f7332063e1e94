package admin

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// pageBefore is a page's server in front of a gateway.
func pageBefore(t *testing.T, gateway http.Handler) *httptest.Server {
	t.Helper()
	g := httptest.NewServer(gateway)
	t.Cleanup(g.Close)
	s := httptest.NewServer(Page(&fixedView{}, NewTry(g.URL), http.NotFoundHandler()))
	t.Cleanup(s.Close)
	return s
}

func ask(t *testing.T, s *httptest.Server, origin, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/try", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("origin", origin)
	r.Header.Set("cookie", "c=d")
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func TestAChatGoesToTheGatewayWithTheKeyThatWasTyped(t *testing.T) {
	var body, key, path, cookie string
	s := pageBefore(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body, key, path, cookie = string(b), r.Header.Get("authorization"), r.URL.Path, r.Header.Get("cookie")
		w.Header().Set("content-type", "text/event-stream")
		w.Header().Set("x-azproc-deployment", "dep")
		w.Header().Set("set-cookie", "a=b")
		_, _ = io.WriteString(w, "data: {}\n\n")
	}))
	resp := ask(t, s, s.URL, `{"model":"m\"","key":"sk-1","prompt":"hi"}`)
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 || string(text) != "data: {}\n\n" || resp.Header.Get("x-azproc-deployment") != "dep" || resp.Header.Get("set-cookie") != "" {
		t.Errorf("%d %q %v", resp.StatusCode, text, resp.Header)
	}
	if want := `{"model":"m\"","messages":[{"role":"user","content":"hi"}],"stream":true}`; body != want || key != "Bearer sk-1" || path != "/v1/chat/completions" || cookie != "" {
		t.Errorf("the gateway got %s with %q at %s", body, key, path)
	}
	ask(t, s, s.URL, `{"model":"m","prompt":"hi"}`)
	if key != "" {
		t.Errorf("no key was typed, and the gateway got %q", key)
	}
}

func TestAnAnswerStreamsIntoThePage(t *testing.T) {
	read := make(chan struct{})
	s := pageBefore(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "data: 1\n")
		_ = http.NewResponseController(w).Flush()
		<-read
		_, _ = io.WriteString(w, "data: 2\n")
	}))
	lines := bufio.NewScanner(ask(t, s, s.URL, `{"model":"m"}`).Body)
	if !lines.Scan() || lines.Text() != "data: 1" {
		t.Fatalf("%q", lines.Text())
	}
	close(read)
	if !lines.Scan() || lines.Text() != "data: 2" {
		t.Fatalf("%q", lines.Text())
	}
}

func TestAChatIsRefused(t *testing.T) {
	s := pageBefore(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusTooManyRequests, "the gateway's own words")
	}))
	gone := httptest.NewServer(Page(&fixedView{}, NewTry("http://127.0.0.1:1"), http.NotFoundHandler()))
	defer gone.Close()
	for _, tt := range []struct {
		name, origin, body, want string
		server                   *httptest.Server
		status                   int
	}{
		{"for a page of another origin", "http://evil.example", `{}`, "only the page of this port", s, 403},
		{"for nobody's page", "", `{}`, "only the page of this port", s, 403},
		{"that is no JSON", s.URL, "model=m&key=k", "not a question", s, 400},
		{"that is too large", s.URL, `{"prompt":"` + strings.Repeat("a", largestTry) + `"}`, "too large", s, 400},
		{"by the gateway", s.URL, `{}`, "the gateway's own words", s, 429},
		{"when no gateway answers", gone.URL, `{}`, "the gateway does not answer", gone, 502},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp := ask(t, tt.server, tt.origin, tt.body)
			text, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != tt.status || !strings.Contains(string(text), tt.want) {
				t.Errorf("%d %s", resp.StatusCode, text)
			}
		})
	}
}

func TestOnlySoManyChatsAreTriedAtOnce(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	s := pageBefore(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).Flush()
		arrived <- struct{}{}
		<-leave
	}))
	defer close(leave)
	for range mostTries {
		ask(t, s, s.URL, `{}`)
		<-arrived
	}
	if resp := ask(t, s, s.URL, `{}`); resp.StatusCode != http.StatusTooManyRequests {
		t.Errorf("one more: %d", resp.StatusCode)
	}
}
