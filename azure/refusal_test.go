package azure

import (
	"strings"
	"testing"
)

func TestRefusalsAreToldByWordsThatNoMessageCanHold(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{}}}}`: "content",
		`{"error":{"message":"filtered","code":null,"inner_error":{"code":"ResponsibleAIPolicyViolation"}}}`:                                 "content",
		`{"error":{"message":"rejected","code":"content_policy_violation"}}`:                                                                 "content",
		`{"error":{"message":"too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`:                "context",
		`{"error":{"message":"This model's maximum context length is 4097 tokens","type":"invalid_request_error","param":null,"code":null}}`: "context",
		`{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}`:           "context",
		"{\"error\":{\"message\":\"input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000\"}}":                          "context",

		`{"type":"error","error":{"type":"invalid_request_error","message":"say: prompt is too long: 1 tokens"}}`: "",
		`{"error":{"message":"Unsupported parameter","code":"unsupported_parameter"}}`:                            "",
		`{"error":{"message":"say \"content_filter\", or context_length_exceeded","code":null}}`:                  "",
		``: "",
	} {
		got := ""
		for r := range NumRefusals {
			for _, word := range r.Words() {
				if strings.Contains(body, word) {
					got = r.String()
				}
			}
		}
		if got != want {
			t.Errorf("%s is %q, want %q", body, got, want)
		}
	}
}
