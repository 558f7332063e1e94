package fakeazure

import (
	"net/http"
	"testing"
)

func TestModelsAreBaseModels(t *testing.T) {
	s := start(t, standard())
	for _, path := range []string{"/openai/models?api-version=2024-10-21", "/openai/v1/models"} {
		r := send(t, http.MethodGet, s.URL("b")+path, "", "api-key", "key-b")
		want(t, "status", r.Status, http.StatusOK)
		want(t, "models", len(r.JSON(t, "data").([]any)), 1)
		want(t, "id", r.JSON(t, "data.0.id"), "gpt-4o")
	}
	r := send(t, http.MethodGet, s.URL("a")+"/openai/v1/models/gpt-4o-2024-11-20", "", "api-key", "key-a")
	want(t, "one model", r.JSON(t, "object"), "model")
	r = send(t, http.MethodGet, s.URL("a")+"/openai/v1/models/chat", "", "api-key", "key-a")
	want(t, "a deployment is no model", r.Status, http.StatusNotFound)
	r = send(t, http.MethodGet, s.URL("openai")+"/models/gpt-4o", "", "Authorization", "Bearer sk-open")
	want(t, "OpenAI's owner", r.JSON(t, "owned_by"), "fake")
	r = send(t, http.MethodGet, s.URL("a")+"/openai/v1/models", "")
	want(t, "without a key", r.Status, http.StatusUnauthorized)
	s.Check(t)
}
