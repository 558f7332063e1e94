package azure

import (
	"slices"
	"testing"
)

func TestFaultsAreThoseOfAzuresTable(t *testing.T) {
	for status, want := range map[int]Fault{
		200: FaultNone, 201: FaultNone, 304: FaultNone,
		400: FaultClient, 409: FaultClient, 413: FaultClient, 415: FaultClient, 422: FaultClient, 499: FaultClient,
		401: FaultConfig, 403: FaultConfig, 404: FaultConfig,
		408: FaultServer, 424: FaultServer, 500: FaultServer, 502: FaultServer, 503: FaultServer, 504: FaultServer, 529: FaultServer,
		429: FaultThrottled,
	} {
		if got := FaultOf(status); got != want {
			t.Errorf("%d is %s, want %s", status, got, want)
		}
	}
}

func TestEveryFaultBelow500ThatIsNotTheClientsIsTriedElsewhere(t *testing.T) {
	for status := 400; status < 500; status++ {
		if retried := slices.Contains(RetryStatuses, status); retried != (FaultOf(status) > FaultClient) {
			t.Errorf("%d: fault %s, tried elsewhere %t", status, FaultOf(status), retried)
		}
	}
	if !slices.IsSorted(RetryStatuses) {
		t.Error("the statuses are not in order")
	}
}

func TestRefusalsAreFoundByTheirCodes(t *testing.T) {
	for body, want := range map[string]Refusal{
		`{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{}}}}`: RefusalContent,
		`{"error":{"message":"filtered","code":null,"inner_error":{"code":"ResponsibleAIPolicyViolation"}}}`:                                 RefusalContent,
		`{"error":{"message":"rejected","code":"content_policy_violation"}}`:                                                                 RefusalContent,
		`{"error":{"message":"too long","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`:                RefusalContext,
		`{"error":{"message":"This model's maximum context length is 4097 tokens","type":"invalid_request_error","param":null,"code":null}}`: RefusalContext,

		`{"error":{"message":"Unsupported parameter","code":"unsupported_parameter"}}`: RefusalNone,
		`{"error":{"message":"say content_filter"}}`:                                   RefusalNone,
		`{}`:           RefusalNone,
		``:             RefusalNone,
		`<html></html`: RefusalNone,
	} {
		if got := RefusalOf([]byte(body)); got != want {
			t.Errorf("%s: %d, want %d", body, got, want)
		}
	}
}
