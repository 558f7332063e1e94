package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/azproc/azproc/e2e/fakeazure"
)

func TestABodyAboveTheRetryBufferIsSentOnceAndCounted(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	g := start(t, groups(azure, "router_settings: {retry_buffer_mb: 1, disable_cooldowns: true}", member{group: "m", resource: "a"}, member{group: "m", resource: "b"},
		member{group: "alone", resource: "a"},
		member{group: "listen", resource: "a", kind: "listen"}, member{group: "listen", resource: "b", kind: "listen", more: ", api_version: v1"}))
	chat := func(model string, size int) string {
		body := fmt.Sprintf(`{"model":%q,"messages":[{"role":"user","content":"hi"}],"x":""}`, model)
		return strings.Replace(body, `"x":"`, `"x":"`+strings.Repeat("x", size-len(body)), 1)
	}
	listen := func(size int) (body, contentType string) {
		body, contentType = form(t, "listen", "prompt", strings.Repeat("x", size))
		return body, contentType
	}
	large, contentType := listen(1 << 20)
	small, _ := listen(1 << 19)
	for _, tt := range []struct {
		name, path, contentType, body string
		asked                         string
		status                        int
		counted                       float64
	}{
		{"a body as large as the buffer", "chat/completions", "application/json", chat("m", 1<<20), "a b", 200, 0},
		{"a byte more", "chat/completions", "application/json", chat("m", 1<<20+1), "a", 500, 1},
		{"much more", "chat/completions", "application/json", chat("m", 5<<20), "a", 500, 1},
		{"much more, where there is no second", "chat/completions", "application/json", chat("alone", 5<<20), "a", 500, 0},
		{"a form below", "audio/transcriptions", contentType, small, "a b", 200, 0},
		{"a form above", "audio/transcriptions", contentType, large, "a", 500, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			azure.Reset()
			azure.Script("a", "", fakeazure.Status(500))
			before := g.metric("azproc_unrepeatable_requests_total")
			got := do(t, "POST", g.url+"/v1/"+tt.path, tt.body, "content-type", tt.contentType)
			if got.status != tt.status || asked(azure) != tt.asked {
				t.Errorf("%d, asked %q, want %d, %q: %.300s", got.status, asked(azure), tt.status, tt.asked, got.body)
			}
			if tt.status == 500 && !strings.Contains(got.body, "InternalServerError") {
				t.Errorf("the error is not Azure's own: %.300s", got.body)
			}
			if n := g.metric("azproc_unrepeatable_requests_total") - before; n != tt.counted {
				t.Errorf("counted %v times, want %v", n, tt.counted)
			}
			for _, r := range azure.Requests() {
				if r.BodyLength < int64(len(tt.body))-10 || r.BodyLength > int64(len(tt.body))+10 {
					t.Errorf("%s got %d of %d bytes", r.Resource, r.BodyLength, len(tt.body))
				}
			}
		})
	}
}

// TestALargeBodyIsSentAgainByteForByte: larger than what Envoy holds for a connection,
// and up to the whole retry buffer.
func TestALargeBodyIsSentAgainByteForByte(t *testing.T) {
	t.Parallel()
	azure := fleet(t)
	surfaces := map[string]string{"classic": "", "v1": ", api_version: v1"}
	var members []member
	for first, one := range surfaces {
		for second, other := range surfaces {
			group := first + "-" + second
			members = append(members, member{group: group, resource: "a", more: one}, member{group: group, resource: "b", more: other},
				member{group: "listen-" + group, resource: "a", kind: "listen", more: one}, member{group: "listen-" + group, resource: "b", kind: "listen", more: other})
		}
	}
	g := start(t, groups(azure, "router_settings: {disable_cooldowns: true}", members...))
	random := rand.New(rand.NewPCG(1, 2))
	text := func(size int) string {
		b := make([]byte, size)
		for i := range b {
			b[i] = ' ' + byte(random.IntN(95))
			if b[i] == '"' || b[i] == '\\' {
				b[i] = '_'
			}
		}
		return string(b)
	}
	// check asks for something twice, and looks at what the second resource got: the client's body with the name that its
	// surface has for the model.
	check := func(path, contentType, model, kind, body string, named func(model string) string) {
		t.Helper()
		azure.Reset()
		azure.Script("a", "", fakeazure.Status(500))
		got := do(t, "POST", g.url+"/v1/"+path, body, "content-type", contentType)
		if got.status != 200 || asked(azure) != "a b" {
			t.Errorf("%s of %d bytes: %d, asked %q: %.300s", model, len(body), got.status, asked(azure), got.body)
			return
		}
		want := body
		// Azure's classic surface takes no notice of the model; a form's is then whatever the attempt before has made necessary.
		if strings.HasSuffix(model, "-v1") || model == "listen-v1-classic" {
			want = strings.Replace(body, named(model), named(kind+"-b"), 1)
		}
		sum := sha256.Sum256([]byte(want))
		if last, _ := azure.Last(); last.BodyLength != int64(len(want)) || last.BodySHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%s of %d bytes: %d others arrived", model, len(want), last.BodyLength)
		}
	}
	for first := range surfaces {
		for second := range surfaces {
			model := first + "-" + second
			for _, size := range []int{1 << 20, 1<<20 + 1, 3 << 20, 8<<20 - 1, 8 << 20} {
				body := fmt.Sprintf(`{"messages":[{"role":"user","content":"hi"}],"x":"","model":%q}`, model)
				body = strings.Replace(body, `"x":"`, `"x":"`+text(size-len(body)), 1)
				check("chat/completions", "application/json", model, "chat", body, func(name string) string { return `"model":"` + name + `"` })
			}
			form, contentType := form(t, "listen-"+model, "prompt", text(4<<20))
			check("audio/transcriptions", contentType, "listen-"+model, "listen", form, func(name string) string { return "\r\n\r\n" + name + "\r\n" })
		}
	}
}
