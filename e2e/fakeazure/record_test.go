package fakeazure

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
)

func TestRequestsAreRecorded(t *testing.T) {
	s := start(t, standard())
	body := ask("x", `"surprise":[1.0, 2]`)
	classic(t, s, "chat", "chat/completions", body)
	classic(t, s, "none", "chat/completions", body)
	classic(t, s, "chat", "chat/completions", body)
	all, err := s.WaitRequests(deadline(t), 3)
	if err != nil {
		t.Fatal(err)
	}
	first, second, third := all[0], all[1], all[2]
	want(t, "order", third.Order, 3)
	want(t, "attempt", third.Attempt, 2)
	want(t, "resource", first.Resource, "a")
	want(t, "deployment", first.Deployment, "chat")
	want(t, "unknown deployment", second.Deployment, "none")
	want(t, "operation", first.Operation, "chat/completions")
	want(t, "method", first.Method, http.MethodPost)
	want(t, "path", first.Path, "/openai/deployments/chat/chat/completions")
	want(t, "query", first.Query, "api-version="+dated)
	want(t, "host", first.Host, s.Authority("a"))
	want(t, "header", first.Header.Get("Api-Key"), "key-a")
	want(t, "body", string(first.Body), body)
	want(t, "content-length", first.ContentLength, int64(len(body)))
	want(t, "status", first.Status, http.StatusOK)
	want(t, "status of an error", second.Status, http.StatusNotFound)
	s.Reset()
	want(t, "requests after a reset", len(s.Requests()), 0)
}

func TestAResetKeepsTheViolations(t *testing.T) {
	s := start(t, standard())
	v1(t, s, "a", "GET", "responses/resp_1~ab", "")
	before := s.Violations()
	want(t, "violations", len(before), 1)
	s.Reset()
	want(t, "violations after a reset", strings.Join(s.Violations(), "\n"), before[0])
}

func TestLargeBodiesAreRecordedAsLengthAndHash(t *testing.T) {
	s := start(t, standard())
	body := ask(strings.Repeat("word ", 300_000))
	classic(t, s, "chat", "chat/completions", body)
	last, _ := s.Last()
	sum := sha256.Sum256([]byte(body))
	want(t, "length", last.BodyLength, int64(len(body)))
	want(t, "hash", last.BodySHA256, hex.EncodeToString(sum[:]))
	want(t, "kept body", last.Body == nil, true)
}

func TestQuietRecordsNothing(t *testing.T) {
	c := standard()
	c.Quiet = true
	s := start(t, c)
	want(t, "status", classic(t, s, "chat", "chat/completions", ask("x")).Status, http.StatusOK)
	want(t, "requests", len(s.Requests()), 0)
}
