package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// repeated is a file of equal lines.
type repeated struct {
	line string
	left int64
	rest string
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.rest = r.line[:min(int64(len(r.line)), r.left)]
		r.left -= int64(len(r.rest))
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// sendFile uploads a file of a size and gives the answer, and the hash of what was sent.
func sendFile(t *testing.T, g *gateway, purpose, line string, size int64) (answer, string) {
	t.Helper()
	head := "--large\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n" + purpose +
		"\r\n--large\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.jsonl\"\r\nContent-Type: application/octet-stream\r\n\r\n"
	const tail = "\r\n--large--\r\n"
	hash := sha256.New()
	file := io.TeeReader(&repeated{line: line, left: size}, hash)
	r, err := http.NewRequestWithContext(t.Context(), "POST", g.url+"/v1/files", io.MultiReader(strings.NewReader(head), file, strings.NewReader(tail)))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = int64(len(head)+len(tail)) + size
	r.Header.Set("content-type", "multipart/form-data; boundary=large")
	r.Header.Set("authorization", "Bearer "+clientKey)
	got := finish(t, r)
	return got, hex.EncodeToString(hash.Sum(nil))
}

// grown runs something and gives how much the two processes grew by, in bytes.
func (g *gateway) grown(t *testing.T, do func()) (service, envoy int64) {
	t.Helper()
	before := [2]int64{rss(t, g.cmd.Process.Pid), rss(t, g.envoyPID(t))}
	do()
	return rss(t, g.cmd.Process.Pid) - before[0], rss(t, g.envoyPID(t)) - before[1]
}

func TestAFileOf512MBGoesUpAndDownWithoutBeingHeldInMemory(t *testing.T) {
	const size = 500 << 20
	azure := fleetOf(t, fakeazure.Quotas{})
	g := start(t, walkers(azure))
	line := strings.Repeat("x", 8191) + "\n"
	var id, sent string
	service, envoy := g.grown(t, func() {
		got, hash := sendFile(t, g, "assistants", line, size)
		if got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		id, sent = gjson.Get(got.body, "id").Str, hash
	})
	t.Logf("up: azproc grew by %d MiB, Envoy by %d MiB", service>>20, envoy>>20)
	if service > size/4 || envoy > size/4 {
		t.Errorf("up: azproc grew by %d MiB, Envoy by %d MiB", service>>20, envoy>>20)
	}
	service, envoy = g.grown(t, func() {
		resp := get(t, g, "/v1/files/"+id+"/content")
		hash := sha256.New()
		if _, err := io.Copy(hash, resp.Body); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(hash.Sum(nil)); resp.StatusCode != 200 || got != sent {
			t.Errorf("%d, came back with hash %.10s, was sent with %.10s", resp.StatusCode, got, sent)
		}
	})
	t.Logf("down: azproc grew by %d MiB, Envoy by %d MiB", service>>20, envoy>>20)
	if service > size/8 || envoy > size/8 {
		t.Errorf("down: azproc grew by %d MiB, Envoy by %d MiB", service>>20, envoy>>20)
	}
}

// get is a GET whose body is left to be read.
func get(t *testing.T, g *gateway, path string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", g.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("authorization", "Bearer "+clientKey)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func TestABatchOf200MBIsRenamedWhileItPasses(t *testing.T) {
	azure := fleetOf(t, fakeazure.Quotas{BatchLines: 1 << 30})
	g := start(t, walkers(azure))
	line := func(model string) string {
		return fmt.Sprintf(`{"custom_id":"1","method":"POST","url":"/chat/completions","body":{"model":%q,"messages":[{"role":"user","content":"%s"}]}}`, model, strings.Repeat("word ", 400)) + "\r\n"
	}
	const lines = 95_000
	size := int64(len(line("batch"))) * lines
	var got answer
	before := cpuSeconds(t, g.cmd.Process.Pid)
	service, envoy := g.grown(t, func() { got, _ = sendFile(t, g, "batch", line("batch"), size) })
	if got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	t.Logf("%d MB: %.1f s of Go's CPU; azproc grew by %d MiB, Envoy by %d MiB", size/1e6, cpuSeconds(t, g.cmd.Process.Pid)-before, service>>20, envoy>>20)
	if service > size/2 || envoy > size/2 {
		t.Errorf("azproc grew by %d MiB, Envoy by %d MiB", service>>20, envoy>>20)
	}
	last, _ := azure.Last()
	raw, _, _ := strings.Cut(gjson.Get(got.body, "id").Str, "~")
	stored, ok := azure.File(last.Resource, raw)
	if !ok {
		t.Fatalf("no file %s at %s", raw, last.Resource)
	}
	want := sha256.New()
	if _, err := io.Copy(want, &repeated{line: line("batch-" + last.Resource), left: int64(len(line("batch-"+last.Resource))) * lines}); err != nil {
		t.Fatal(err)
	}
	if stored.SHA256 != hex.EncodeToString(want.Sum(nil)) {
		t.Errorf("the file at %s is not the one that was sent with its models renamed (%d bytes)", last.Resource, stored.Size)
	}
}

func TestABadLineOfABatchIsNamedByItsNumberAlsoWhenItComesLate(t *testing.T) {
	azure := fleetOf(t, fakeazure.Quotas{})
	g := start(t, walkers(azure))
	good := `{"custom_id":"1","method":"POST","url":"/chat/completions","body":{"model":"batch","messages":[]}}` + "\n"
	for _, lines := range []int{1, 5000} {
		var b bytes.Buffer
		for range lines {
			b.WriteString(good)
		}
		b.WriteString("{not JSON\n")
		got, _ := sendFile(t, g, "batch", b.String(), int64(b.Len()))
		message, code, _ := openAIError(t, got)
		if got.status != 400 || code != "invalid_json_line" || !strings.Contains(message, fmt.Sprintf("Line %d ", lines+1)) {
			t.Errorf("behind %d lines: %d %s", lines, got.status, got.body)
		}
	}
}
