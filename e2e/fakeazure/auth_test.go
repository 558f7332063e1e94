package fakeazure

import (
	"net/http"
	"strings"
	"testing"
)

// tokens is a TokenCheck of one token for one audience.
type tokens struct{ token, audience string }

func (k tokens) Valid(token, audience string) bool { return token == k.token && audience == k.audience }

func TestCredentials(t *testing.T) {
	c := standard()
	c.Resources[0].Tokens = tokens{"entra-token", "https://ai.azure.com"}
	c.Resources[1].Tokens = tokens{"other-token", "https://management.azure.com"}
	s := start(t, c)
	classicPath, v1 := "/openai/deployments/chat/chat/completions?api-version=2024-10-21", "/openai/v1/chat/completions"
	for _, row := range []struct {
		name, resource, path string
		header               []string
		status               int
		flat                 bool // the shape that bad tokens get
	}{
		{"a key", "a", classicPath, []string{"api-key", "key-a"}, 200, false},
		{"the second key", "a", classicPath, []string{"api-key", "key-a2"}, 200, false},
		{"a wrong key", "a", classicPath, []string{"api-key", "wrong"}, 401, false},
		{"no credential", "a", classicPath, nil, 401, false},
		{"a token", "a", classicPath, []string{"Authorization", "Bearer entra-token"}, 200, false},
		{"a wrong token", "a", classicPath, []string{"Authorization", "Bearer wrong"}, 401, true},
		{"a token for another audience", "b", classicPath, []string{"Authorization", "Bearer other-token"}, 401, true},
		{"a key as bearer, classic", "a", classicPath, []string{"Authorization", "Bearer key-a"}, 401, true},
		{"a key as bearer, v1", "a", v1, []string{"Authorization", "Bearer key-a"}, 200, false},
		{"a token, v1", "a", v1, []string{"Authorization", "Bearer entra-token"}, 200, false},
		{"a wrong key for an unknown deployment", "a", "/openai/deployments/none/chat/completions?api-version=2024-10-21", []string{"api-key", "wrong"}, 401, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := send(t, http.MethodPost, s.URL(row.resource)+row.path, ask("x", `"model":"chat"`), row.header...)
			want(t, "status", r.Status, row.status)
			if row.status == 200 {
				return
			}
			if row.flat {
				want(t, "statusCode", r.JSON(t, "statusCode"), 401.0)
			} else {
				want(t, "code", r.JSON(t, "error.code"), "401")
			}
			if strings.Contains(r.Body, "wrong\"") {
				t.Error("the answer repeats the credential")
			}
		})
	}
}
