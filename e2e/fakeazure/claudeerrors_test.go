package fakeazure

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestClaudesCredentials(t *testing.T) {
	c := withClaude()
	s := start(t, c)
	for _, row := range []struct {
		name   string
		header []string
		status int
		said   string // the violation
	}{
		{"x-api-key", []string{"x-api-key", "key-a"}, 200, ""},
		{"both headers, as the SDK sends them", []string{"x-api-key", "key-a", "api-key", "key-a"}, 200, ""},
		{"api-key alone", []string{"api-key", "key-a"}, 200, ""},
		{"a token", []string{"Authorization", "Bearer foundry-token"}, 200, ""},
		{"two keys", []string{"x-api-key", "key-a", "api-key", "key-a2"}, 401, "x-api-key and api-key are not the same"},
		{"a key and a token", []string{"x-api-key", "key-a", "Authorization", "Bearer foundry-token"}, 200, "both x-api-key and authorization were sent"},
		{"another resource's key", []string{"x-api-key", "key-b"}, 401, "the key of resource b was sent in header x-api-key"},
		{"the client's key", []string{"x-api-key", "client-key"}, 401, "the client's key reached the upstream in header x-api-key"},
		{"a key as bearer", []string{"Authorization", "Bearer key-a"}, 401, ""},
		{"a wrong key", []string{"x-api-key", "nope"}, 401, ""},
		{"nothing", nil, 401, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := start(t, c)
			r := send(t, http.MethodPost, s.URL("a")+"/anthropic/v1/messages", claudeAsk("sonnet", "x"), append([]string{"anthropic-version", "2023-06-01"}, row.header...)...)
			want(t, "status", r.Status, row.status)
			switch all := strings.Join(s.Violations(), "\n"); {
			case row.said == "":
				want(t, "violations", all, "")
			case !strings.Contains(all, row.said):
				t.Errorf("violations: %q", all)
			}
		})
	}
	r := send(t, http.MethodPost, s.URL("a")+"/anthropic/v1/messages", claudeAsk("sonnet", "x"), "x-api-key", "nope")
	want(t, "a wrong key, in the words of Azure's gateway", r.JSON(t, "error.code"), "401")
}

func TestATokenForAzureOpenAIIsNotOneForClaude(t *testing.T) {
	c := withClaude()
	c.Resources[0].Tokens = tokens{"classic-token", "https://cognitiveservices.azure.com"}
	s := start(t, c)
	r := send(t, http.MethodPost, s.URL("a")+"/anthropic/v1/messages", claudeAsk("sonnet", "x"), "Authorization", "Bearer classic-token", "anthropic-version", "2023-06-01")
	want(t, "status", r.Status, 401)
	want(t, "flat", r.JSON(t, "statusCode"), 401.0)
}

func TestClaudesRoutes(t *testing.T) {
	s := start(t, withClaude())
	body := claudeAsk("sonnet", "x")
	for _, row := range []struct {
		name, path, body string
		header           []string
		status           int
		message          string
	}{
		{"messages", "/anthropic/v1/messages", body, nil, 200, ""},
		{"beta", "/anthropic/v1/messages?beta=true", body, []string{"anthropic-beta", "some-feature"}, 200, ""},
		{"an older version", "/anthropic/v1/messages", body, []string{"anthropic-version", "2023-01-01"}, 200, ""},
		{"the newest version", "/anthropic/v1/messages", body, []string{"anthropic-version", claudeNewest}, 200, ""},
		{"no version", "/anthropic/v1/messages", body, []string{"anthropic-version", ""}, 400, "anthropic-version: header is required"},
		{"a version that never was", "/anthropic/v1/messages", body, []string{"anthropic-version", "2024-10-21"}, 400, `anthropic-version: "2024-10-21" is not a valid version`},
		{"an api-version", "/anthropic/v1/messages?api-version=2024-05-01-preview", body, nil, 404, "Requested API is currently not supported"},
		{"batches", "/anthropic/v1/messages/batches", "{}", nil, 404, "Requested API is currently not supported"},
		{"a path without v1", "/anthropic/messages", body, nil, 404, "Requested API is currently not supported"},
		{"an unknown model", "/anthropic/v1/messages", claudeAsk("none", "x"), nil, 404, "model: none"},
		{"a model of chat", "/anthropic/v1/messages", claudeAsk("chat", "x"), nil, 404, "Requested API is currently not supported"},
		{"chat with Claude", "/openai/v1/chat/completions", ask("x", `"model":"sonnet"`), nil, 404, "Requested API is currently not supported"},
		{"chat with Claude at Foundry's path", "/models/chat/completions?api-version=2024-05-01-preview", ask("x", `"model":"sonnet"`), nil, 404, "Requested API is currently not supported"},
	} {
		t.Run(row.name, func(t *testing.T) {
			key := "x-api-key"
			if !strings.HasPrefix(row.path, "/anthropic") {
				key = "api-key"
			}
			r := send(t, http.MethodPost, s.URL("a")+row.path, row.body, append([]string{key, "key-a", "anthropic-version", "2023-06-01"}, row.header...)...)
			want(t, "status", r.Status, row.status)
			if row.message != "" {
				want(t, "message", r.JSON(t, "error.message"), row.message)
			}
		})
	}
	last := s.Requests()[1]
	want(t, "anthropic-beta in the record", last.Header.Get("anthropic-beta"), "some-feature")
	want(t, "deployment in the record", last.Deployment, "sonnet")
	want(t, "operation in the record", last.Operation, "messages")
	s.Check(t)
}

func TestAClaudeRequestMayBeTooLarge(t *testing.T) {
	s := start(t, withClaude())
	r := messages(t, s, claudeAsk("sonnet", strings.Repeat("x", maxClaudeBody)))
	want(t, "status", r.Status, http.StatusRequestEntityTooLarge)
	want(t, "type", r.JSON(t, "error.type"), "request_too_large")
}

func TestClaudesFaults(t *testing.T) {
	s := start(t, withClaude())
	for _, row := range []struct {
		name   string
		fault  Fault
		status int
		kind   any // of the error
	}{
		{"too many requests", TooManyRequests(1500 * time.Millisecond), 429, "rate_limit_error"},
		{"no capacity", NoCapacity(), 429, "rate_limit_error"},
		{"an error", Status(500), 500, "api_error"},
		{"an outage", Status(503), 503, "api_error"},
		{"an overload", Status(529), 529, "overloaded_error"},
		{"a failed dependency", Status(424), 424, "invalid_request_error"},
		{"no deployment", Status(404), 404, "not_found_error"},
		{"a long prompt", ContextLength(), 400, "invalid_request_error"},
		{"a missing role, said by Azure", PermissionDenied(), 401, nil},
		{"the firewall, said by Azure", Status(403), 403, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			s.Script("a", "sonnet", row.fault)
			r := messages(t, s, claudeAsk("sonnet", "x"))
			want(t, "status", r.Status, row.status)
			want(t, "type", r.JSON(t, "error.type"), row.kind)
			if row.kind != nil {
				want(t, "shape", r.JSON(t, "type"), "error")
			}
			if row.name == "too many requests" {
				want(t, "retry-after", r.Header.Get("retry-after"), "2")
			}
		})
	}
	s.Script("a", "chat", Status(529))
	want(t, "an overload of chat", classic(t, s, "chat", "chat/completions", ask("x")).JSON(t, "error.code"), "Overloaded")
}

func TestClaudesRateLimits(t *testing.T) {
	c := withClaude()
	for i := range c.Resources[0].Deployments {
		c.Resources[0].Deployments[i].RPM = 1
	}
	s := start(t, c)
	want(t, "first", messages(t, s, claudeAsk("sonnet", "x")).Status, 200)
	r := messages(t, s, claudeAsk("sonnet", "x"))
	want(t, "second", r.Status, 429)
	want(t, "type", r.JSON(t, "error.type"), "rate_limit_error")
	want(t, "retry-after", r.Header.Get("retry-after") != "", true)
}

func TestCutsInClaudesStreams(t *testing.T) {
	s := start(t, withClaude())
	stream := func(fault Fault) (string, error) {
		s.Script("a", "sonnet", fault)
		response := open(t, deadline(t), http.MethodPost, s.URL("a")+"/anthropic/v1/messages", claudeAsk("sonnet", "hi", `"stream":true`), "x-api-key", "key-a", "anthropic-version", "2023-06-01")
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		return string(data), err
	}
	body, err := stream(OverloadedEventAfter(4))
	want(t, "error", err, nil)
	want(t, "events", told(claudeEvents(t, body)), "message_start start:text ping delta:text_delta error")
	if !strings.HasSuffix(body, "event: error\ndata: "+`{"error":{"message":"Overloaded","type":"overloaded_error"},"type":"error"}`+"\n\n") {
		t.Errorf("last event: %s", body)
	}
	body, _ = stream(ErrorEventAfter(1))
	want(t, "type of another error", strings.Contains(body, `"type":"api_error"`), true)
	body, err = stream(TruncateAfter(3))
	want(t, "events before the end", told(claudeEvents(t, body)), "message_start start:text ping")
	want(t, "the end is an error", err != nil, true)
}
