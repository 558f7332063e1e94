package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// noise is a file that does not compress and is not text.
type noise struct{ state uint64 }

func (n *noise) Read(b []byte) (int, error) {
	for i := range b {
		n.state = n.state*6364136223846793005 + 1442695040888963407
		b[i] = byte(n.state >> 56)
	}
	return len(b), nil
}

// recording asks for the transcription of a file of a size, with the model in front
// of it or behind it.
func recording(t *testing.T, g *gateway, model string, modelLast bool, file io.Reader, size int64) *http.Request {
	t.Helper()
	var head, tail bytes.Buffer
	w := multipart.NewWriter(&head)
	if !modelLast {
		_ = w.WriteField("model", model)
	}
	if _, err := w.CreateFormFile("file", "a.wav"); err != nil {
		t.Fatal(err)
	}
	end := multipart.NewWriter(&tail)
	_ = end.SetBoundary(w.Boundary())
	if modelLast {
		fmt.Fprint(&tail, "\r\n")
		_ = end.WriteField("model", model)
	}
	_ = end.Close()
	length := int64(head.Len()+tail.Len()) + size
	r, err := http.NewRequestWithContext(t.Context(), "POST", g.url+"/v1/audio/transcriptions", io.MultiReader(&head, file, &tail))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = length
	r.Header.Set("content-type", w.FormDataContentType())
	r.Header.Set("authorization", "Bearer "+clientKey)
	return r
}

func TestAFileOf300MBPassesWithoutBeingHeldInMemory(t *testing.T) {
	const size = 300 << 20
	for _, tt := range []struct {
		where     string
		modelLast bool
		most      int64 // that Envoy may grow by
	}{
		{"in front of it", false, size / 3},
		// What Go has kept it gives to Envoy as fast as Envoy takes it. Envoy has no way to slow Go down: what a slow Azure
		// has not read yet is in its memory, once.
		{"behind it", true, size + size/8},
	} {
		t.Run("the model "+tt.where, func(t *testing.T) {
			azure := fake(t)
			g := start(t, modelList(azure))
			hash := sha256.New()
			var got answer
			service, envoy := g.grown(t, func() {
				got = finish(t, recording(t, g, "listen-v1", tt.modelLast, io.TeeReader(io.LimitReader(&noise{}, size), hash), size))
			})
			t.Logf("azproc grew by %d MiB, Envoy by %d MiB", service>>20, envoy>>20)
			if service > size/3 || envoy > tt.most {
				t.Errorf("azproc grew by %d MiB, Envoy by %d MiB", service>>20, envoy>>20)
			}
			if got.status != 200 {
				t.Fatalf("%d %s", got.status, got.body)
			}
			arrived, _ := azure.Last()
			checkRecording(t, arrived, hex.EncodeToString(hash.Sum(nil)))
		})
	}
}

// checkRecording checks what has arrived of a recording with this hash.
func checkRecording(t *testing.T, arrived fakeazure.Request, hash string) {
	t.Helper()
	var sum, model string
	for _, p := range arrived.Form {
		switch p.Name {
		case "file":
			sum = p.SHA256
		case "model":
			model = p.Value
		}
	}
	if sum != hash || model != "dep-listen" {
		t.Errorf("a file with hash %.10s arrived for %q, sent was %.10s", sum, model, hash)
	}
}

// TestASlowAzureSlowsItsClient: nobody between them takes more than some buffers
// hold, as long as the model stands in front of the file.
func TestASlowAzureSlowsItsClient(t *testing.T) {
	const size, most = 128 << 20, 48 << 20
	var sent, read, ahead atomic.Int64
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hash := sha256.New()
		for piece := make([]byte, 64<<10); ; {
			n, err := r.Body.Read(piece)
			ahead.Store(max(ahead.Load(), sent.Load()-read.Add(int64(n))))
			if err != nil {
				break
			}
			for range 8 { // it has other things to do
				_, _ = hash.Write(piece[:n])
			}
		}
		w.Header().Set("content-type", "application/json")
		_, _ = io.WriteString(w, `{"text":"hello"}`)
	}))
	defer upstream.Close()
	g := start(t, fmt.Sprintf("general_settings: {master_key: %s}\nmodel_list:\n- model_name: listen\n  litellm_params: {model: azure/dep-listen, api_base: %q, api_key: k, api_version: v1, base_model: whisper}\n", clientKey, upstream.URL))
	file := io.TeeReader(&repeated{line: strings.Repeat("x", 1023) + "\n", left: size}, counting{&sent})
	got := finish(t, recording(t, g, "listen", false, file, size))
	if got.status != 200 || read.Load() < size {
		t.Errorf("%d %s, %d bytes arrived", got.status, got.body, read.Load())
	}
	t.Logf("the client was ahead by %d MiB", ahead.Load()>>20)
	if ahead.Load() > most {
		t.Errorf("the client was ahead by %d MiB", ahead.Load()>>20)
	}
}

// counting counts what is written to it.
type counting struct{ n *atomic.Int64 }

func (c counting) Write(b []byte) (int, error) {
	c.n.Add(int64(len(b)))
	return len(b), nil
}
