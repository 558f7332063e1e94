package fakeazure

import (
	"net/http"
	"strings"
	"testing"
)

func TestAGatewaysTagThatArrivesIsAViolation(t *testing.T) {
	const id = "0123456789abcdef~Xk2QhT9sPz0b"
	form := func(parts ...part) (string, string) {
		contentType, body := multipartBody(t, parts...)
		return body, contentType
	}
	inForm, formType := form(part{"file_id", "", "file-" + id})
	for _, row := range []struct {
		name, method, path, body, contentType string
		tagged                                bool
	}{
		{"in the path", "GET", "files/file-" + id, "", "", true},
		{"escaped in the path", "GET", "files/file-" + strings.Replace(id, "~", "%7E", 1), "", "", true},
		{"in the path of an operation that nobody knows", "GET", "gadgets/file-" + id, "", "", true},
		{"as the second of the path", "GET", "vector_stores/vs_1/files/file-" + id, "", "", true},
		{"as cursor", "GET", "files?after=file-" + id, "", "", true},
		{"in a field", "POST", "batches", `{"input_file_id":"file-` + id + `"}`, "", true},
		{"in a list", "POST", "vector_stores", `{"file_ids":["file-1","file-` + id + `"]}`, "", true},
		{"deep in a body", "POST", "responses", `{"model":"chat","tools":[{"vector_store_ids":["vs_` + id + `"]}]}`, "", true},
		{"in a form", "POST", "containers/cntr_1/files", inForm, formType, true},
		{"a ~ in a text", "POST", "chat/completions", ask("file-abcdefghij ~", `"model":"chat"`), "", false},
		{"an id without a tag", "GET", "files/file-0123456789abcdef", "", "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := start(t, keeper())
			header := []string{"api-key", "key-a"}
			if row.contentType != "" {
				header = append(header, "Content-Type", row.contentType)
			}
			r := send(t, row.method, s.URL("a")+"/openai/v1/"+row.path, row.body, header...)
			all := strings.Join(s.Violations(), "\n")
			if !row.tagged {
				want(t, "violations", all, "")
				return
			}
			want(t, "refused", r.Status >= http.StatusBadRequest, true)
			if !strings.Contains(all, "an id with a tag reached the upstream") {
				t.Errorf("violations: %q", all)
			}
		})
	}
}
