package messages_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// told is what a client is told of an error.
type told struct {
	Status              int
	Type, Code, Message string
}

func TestFailures(t *testing.T) {
	// Anthropic's: platform.claude.com, "Errors". Azure's: learn.microsoft.com, of
	// the gateway before every resource.
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   told
	}{
		{
			"a request that is wrong", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"messages.0: bad"},"request_id":"req_1"}`,
			told{400, "invalid_request_error", "", "messages.0: bad"},
		},
		{
			"a prompt that is too long", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}`,
			told{400, "invalid_request_error", "context_length_exceeded", "prompt is too long: 210000 tokens > 200000 maximum"},
		},
		{
			"a prompt that leaves no room for the answer", 400, "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"input length and `max_tokens` exceed context limit: 1 + 2 > 2\"}}",
			told{400, "invalid_request_error", "context_length_exceeded", "input length and `max_tokens` exceed context limit: 1 + 2 > 2"},
		},
		{
			"a credential that is refused", 401, `{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key sk-ant-1"}}`,
			told{401, "authentication_error", "invalid_api_key", "The gateway's credential for this model was refused."},
		},
		{
			"an account that cannot pay", 402, `{"type":"error","error":{"type":"billing_error","message":"org 7 owes"}}`,
			told{402, "insufficient_quota", "insufficient_quota", "The gateway's account for this model cannot pay."},
		},
		{
			"a right that is missing", 403, `{"type":"error","error":{"type":"permission_error","message":"key 7 may not"}}`,
			told{403, "permission_error", "permission_denied", "The gateway may not use this model."},
		},
		{
			"a model that does not exist", 404, `{"type":"error","error":{"type":"not_found_error","message":"model: secret-deployment"}}`,
			told{404, "invalid_request_error", "model_not_found", "The model's deployment does not exist."},
		},
		{
			"a request that is too large", 413, `{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}`,
			told{413, "invalid_request_error", "request_too_large", "Request exceeds the maximum size"},
		},
		{
			"too many requests", 429, `{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}`,
			told{429, "rate_limit_error", "rate_limit_exceeded", "Slow down"},
		},
		{
			"an error inside", 500, `{"type":"error","error":{"type":"api_error","message":"Internal server error"}}`,
			told{500, "server_error", "server_error", "Internal server error"},
		},
		{
			"an answer that took too long", 504, `{"type":"error","error":{"type":"timeout_error","message":"Too long"}}`,
			told{504, "server_error", "timeout", "Too long"},
		},
		{
			"too much to do", 529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`,
			told{529, "server_error", "overloaded", "Overloaded"},
		},
		{
			"a type that nobody knows goes by its status", 400, `{"type":"error","error":{"type":"later_error","message":"x"}}`,
			told{400, "invalid_request_error", "", "x"},
		},
		{
			"Azure's refusal of a key", 401, `{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}`,
			told{401, "authentication_error", "invalid_api_key", "The gateway's credential for this model was refused."},
		},
		{
			"Azure's flat refusal", 401, `{"statusCode":401,"message":"Unauthorized. Access token is missing."}`,
			told{401, "authentication_error", "invalid_api_key", "The gateway's credential for this model was refused."},
		},
		{
			"Azure's deployment that does not exist", 404, `{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}`,
			told{404, "invalid_request_error", "model_not_found", "The model's deployment does not exist."},
		},
		{
			"Azure's limit", 429, `{"error":{"code":"RateLimitReached","message":"Retry after 7 seconds."}}`,
			told{429, "rate_limit_error", "rate_limit_exceeded", "Retry after 7 seconds."},
		},
		{
			"what stands behind Foundry", 424, `{"error":{"code":"FailedDependency","message":"upstream"}}`,
			told{424, "server_error", "server_error", "upstream"},
		},
		{
			"a page of a proxy", 502, `<html>bad gateway at 10.0.0.1</html>`,
			told{502, "server_error", "server_error", "The model's API answered with an error and did not say which."},
		},
		{
			"a page of a proxy that is overloaded", 503, ``,
			told{503, "server_error", "overloaded", "The model's API answered with an error and did not say which."},
		},
		{
			"a refusal without a body", 418, `null`,
			told{418, "invalid_request_error", "", "The model's API answered with an error and did not say which."},
		},
		{
			"payment, in no words", 402, ``,
			told{402, "insufficient_quota", "insufficient_quota", "The gateway's account for this model cannot pay."},
		},
		{
			"rights, in no words", 403, ``,
			told{403, "permission_error", "permission_denied", "The gateway may not use this model."},
		},
		{
			"size, in no words", 413, ``,
			told{413, "invalid_request_error", "request_too_large", "The model's API answered with an error and did not say which."},
		},
		{
			"time, in no words", 408, ``,
			told{408, "server_error", "timeout", "The model's API answered with an error and did not say which."},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := failureOf(t, c.status, c.body)
			if e == nil {
				t.Fatal("it is left as it is")
			}
			if diff := cmp.Diff(c.want, told{e.Status, e.Type, e.Code, e.Message}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnErrorOfOpenAIsShapeStays(t *testing.T) {
	for _, body := range []string{
		`{"error":{"message":"m","type":"t","param":null,"code":null}}`,
		`{"error":{"message":"m","param":null,"code":"content_filter"}}`,
	} {
		if e := failureOf(t, 400, body); e != nil {
			t.Errorf("%s becomes %v", body, e)
		}
	}
}

func TestErrorsInStreams(t *testing.T) {
	for _, c := range []struct{ name, typ, want string }{
		{"of a type", "rate_limit_error", `{"error":{"code":"rate_limit_exceeded","message":"m","param":null,"type":"rate_limit_error"}}`},
		{"of no type that is known", "later_error", `{"error":{"code":"server_error","message":"m","param":null,"type":"server_error"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, before := range []string{`"type":"error",`, ""} {
				got := stream(t, plainAsk, []byte(`data: {`+before+`"error":{"type":"`+c.typ+`","message":"m"}}`+"\n\n"))
				if diff := cmp.Diff("data: "+c.want+"\n\n", got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}
