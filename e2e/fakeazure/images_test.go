package fakeazure

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"net/http"
	"testing"
)

func TestImageGenerations(t *testing.T) {
	s := start(t, standard())
	r := classic(t, s, "image", "images/generations", `{"prompt":"a cat","n":2}`)
	want(t, "status", r.Status, http.StatusOK)
	want(t, "images", len(r.JSON(t, "data").([]any)), 2)
	want(t, "usage", r.JSON(t, "usage.output_tokens"), 2112.0)
	data, err := base64.StdEncoding.DecodeString(r.JSON(t, "data.0.b64_json").(string))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(data)); err != nil {
		t.Errorf("not a PNG: %v", err)
	}
	r = classic(t, s, "image", "images/generations", `{"prompt":"a cat","fakeazure":{"size":300000}}`)
	data, _ = base64.StdEncoding.DecodeString(r.JSON(t, "data.0.b64_json").(string))
	want(t, "bytes asked for", len(data), 300000)
	s.Check(t)
}

func TestImageURLs(t *testing.T) {
	s := start(t, standard())
	r := classic(t, s, "dalle", "images/generations", `{"prompt":"a cat"}`)
	want(t, "revised prompt", r.JSON(t, "data.0.revised_prompt"), "You said: a cat")
	want(t, "verdict", r.JSON(t, "data.0.content_filter_results.hate.severity"), "safe")
	picture := send(t, http.MethodGet, r.JSON(t, "data.0.url").(string), "")
	want(t, "status", picture.Status, http.StatusOK)
	want(t, "type", picture.Header.Get("content-type"), "image/png")
	r = classic(t, s, "dalle", "images/generations", `{"prompt":"a cat","response_format":"b64_json"}`)
	if r.JSON(t, "data.0.b64_json") == nil {
		t.Error("no b64_json")
	}
}

func TestImageRefusals(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct {
		name, deployment, body string
		code                   any
	}{
		{"no prompt", "image", `{}`, "missing_required_parameter"},
		{"a filtered prompt", "image", `{"prompt":"[[filter]]"}`, "content_policy_violation"},
		{"response_format", "image", `{"prompt":"x","response_format":"url"}`, "unknown_parameter"},
		{"two of dall-e-3", "dalle", `{"prompt":"x","n":2}`, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := classic(t, s, row.deployment, "images/generations", row.body)
			want(t, "status", r.Status, http.StatusBadRequest)
			want(t, "code", r.JSON(t, "error.code"), row.code)
		})
	}
}

func TestImageStream(t *testing.T) {
	s := start(t, standard())
	r := classic(t, s, "image", "images/generations", `{"prompt":"a cat","stream":true,"partial_images":2}`)
	var types []any
	for _, data := range events(t, r.Body) {
		var v any
		_ = json.Unmarshal([]byte(data), &v)
		types = append(types, walk(v, "type"))
	}
	want(t, "events", len(types), 3)
	want(t, "first", types[0], "image_generation.partial_image")
	want(t, "last", types[2], "image_generation.completed")
}

func TestImageEdits(t *testing.T) {
	s := start(t, standard())
	for _, row := range []struct {
		name   string
		parts  []part
		status int
	}{
		{"one image", []part{{"model", "", "image"}, {"prompt", "", "a cat"}, {"image", "a.png", "PNG"}}, 200},
		{"several images, the model last", []part{{"image[]", "a.png", "PNG"}, {"image[]", "b.png", "PNG"}, {"mask", "m.png", "PNG"}, {"prompt", "", "a cat"}, {"n", "", "2"}, {"model", "", "image"}}, 200},
		{"no image", []part{{"prompt", "", "a cat"}, {"model", "", "image"}}, 400},
		{"an image that is no file", []part{{"prompt", "", "a cat"}, {"image", "", "PNG"}, {"model", "", "image"}}, 400},
		{"no model", []part{{"prompt", "", "a cat"}, {"image", "a.png", "PNG"}}, 400},
	} {
		t.Run(row.name, func(t *testing.T) {
			contentType, body := multipartBody(t, row.parts...)
			r := send(t, http.MethodPost, s.URL("a")+"/openai/v1/images/edits", body, "api-key", "key-a", "Content-Type", contentType)
			want(t, "status", r.Status, row.status)
		})
	}
	contentType, body := multipartBody(t, part{"prompt", "", "a cat"}, part{"image", "a.png", "PNG"})
	r := send(t, http.MethodPost, s.classicURL("a", "image", "images/edits"), body, "api-key", "key-a", "Content-Type", contentType)
	want(t, "classic needs no model", r.Status, http.StatusOK)
}
