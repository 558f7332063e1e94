package fakeazure

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// secure is a configuration with https and a client that trusts it; httptest
// lends its certificate for 127.0.0.1.
func secure(t *testing.T, http2 bool) (Config, *http.Client) {
	t.Helper()
	lender := httptest.NewUnstartedServer(nil)
	lender.EnableHTTP2 = http2
	lender.StartTLS()
	t.Cleanup(lender.Close)
	c := standard()
	c.Resources[0].TLS = lender.TLS
	return c, lender.Client()
}

func askSecure(ctx context.Context, client *http.Client, s *Server, body string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.classicURL("a", "chat", "chat/completions"), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Api-Key", "key-a")
	request.Header.Set("Accept-Encoding", "identity")
	return client.Do(request)
}

func TestHTTPS(t *testing.T) {
	for _, row := range []struct {
		name  string
		http2 bool
		major int
	}{{"HTTP/1.1", false, 1}, {"HTTP/2", true, 2}} {
		t.Run(row.name, func(t *testing.T) {
			c, client := secure(t, row.http2)
			s := start(t, c)
			want(t, "scheme", strings.HasPrefix(s.URL("a"), "https://"), true)
			response, err := askSecure(deadline(t), client, s, ask("hi", `"stream":true`))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			want(t, "error", err, nil)
			want(t, "protocol", response.ProtoMajor, row.major)
			want(t, "text", texts(chunks(t, string(body))), "You said: hi")
			s.Check(t)

			s.Script("a", "chat", Reset(), ResetAfter(1))
			if _, err = askSecure(deadline(t), client, s, ask("hi")); err == nil {
				t.Error("a reset was answered")
			}
			response, err = askSecure(deadline(t), client, s, ask("hi", `"stream":true`))
			if err != nil {
				t.Fatal(err)
			}
			if _, err = io.ReadAll(response.Body); err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a stream that is reset ends with %v", err)
			}
			_ = response.Body.Close()
		})
	}
}
