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

func TestEveryFaultBelow500ThatIsNotTheClientsIsTriedElsewhereAndTheServicesHereToo(t *testing.T) {
	for status := 400; status < 500; status++ {
		repeated, moved, fault := slices.Contains(RepeatStatuses, status), slices.Contains(MoveStatuses, status), FaultOf(status)
		if repeated != (fault == FaultServer) || moved != (fault == FaultThrottled || fault == FaultConfig || status == StatusRefused) {
			t.Errorf("%d: fault %s, tried again %t, tried elsewhere %t", status, fault, repeated, moved)
		}
	}
	if !slices.IsSorted(RepeatStatuses) || !slices.IsSorted(MoveStatuses) {
		t.Error("the statuses are not in order")
	}
}

func TestA404IsTheDeploymentsOnlyWhenItSaysSo(t *testing.T) {
	for body, want := range map[string]bool{
		`{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}`: true,
		`{"error":{"message":"The model does not exist","code":"model_not_found"}}`:                                true,
		`{"error":{"code":"404","message":"Resource not found"}}`:                                                  false,
		``: false,
	} {
		if got := DeploymentMissing(body); got != want {
			t.Errorf("%s: %t", body, got)
		}
	}
}

func TestAnErrorInsideAStreamIsTheDeploymentsUnlessItIsAboutTheRequest(t *testing.T) {
	for text, want := range map[string]Fault{
		`"error":{"code":"server_error","message":"The server had an error"`:                    FaultServer,
		"\nevent: error\ndata: {\"type\":\"error\",\"code\":\"server_error\"":                   FaultServer,
		`"error":{"code":"content_filter","message":"The response was filtered"`:                FaultClient,
		`"error":{"code":"content_filter_error","message":"The contents are not filtered"}`:     FaultClient,
		`"error":{"code":"context_length_exceeded"`:                                             FaultClient,
		`"error":{"code":"invalid_prompt","message":"Invalid prompt"`:                           FaultClient,
		`"error":{"type":"invalid_request_error","code":null,"message":"Image is not an image"`: FaultClient,
	} {
		if got := FaultInStream(text); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
