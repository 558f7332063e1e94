package e2e

import (
	"fmt"
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
