package client

import (
	"strings"
	"testing"
)

func TestErrorsAreToldInAzuresWordsOnOneLine(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"nested", `{"error":{"code":"401","message":"Access denied due to invalid subscription key."}}`, "Access denied due to invalid subscription key."},
		{"flat", `{"statusCode":401,"message":"Unauthorized. Access token is missing."}`, "Unauthorized. Access token is missing."},
		{"an error that is a text", `{"error":"no such thing"}`, `{"error":"no such thing"}`},
		{"a page", "<html>\n<h1>502\tBad\x1b[31m Gateway</h1>\r\n</html>", "<html> <h1>502 Bad [31m Gateway</h1> </html>"},
		{"nothing", "", ""},
		{"bytes that are no text", "a\xffb", "a?b"},
		{"too much", strings.Repeat("é", 400), strings.Repeat("é", maxWords/2) + "..."},
	} {
		if got := (&answer{body: []byte(tt.body)}).words(); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestSecretsThatAnAnswerRepeatsAreHidden(t *testing.T) {
	p := places(t, []key{"Bearer sk-secret-of-azure"}, entry("azure/gpt-4o", "http://h", ", extra_headers: {x-pass: hunter22, x-n: '1'}", ""))[0]
	if got := p.hide("key sk-secret-of-azure and hunter22 in 1 header"); got != "key *** and *** in 1 header" {
		t.Error(got)
	}
}
