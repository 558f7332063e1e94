package azure

import (
	"errors"
	"strings"
	"testing"
)

func TestErrorsAreInTheShapeThatTheSDKReads(t *testing.T) {
	e := &Error{Status: 404, Message: `no "x"`, Type: "invalid_request_error", Param: "model", Code: "model_not_found"}
	if got, want := string(e.Body(ShapeOpenAI)), `{"error":{"code":"model_not_found","message":"no \"x\"","param":"model","type":"invalid_request_error"}}`; got != want {
		t.Error(got)
	}
	if got, want := string((&Error{Status: 500, Message: "m", Type: "server_error"}).Body(ShapeOpenAI)), `{"error":{"code":null,"message":"m","param":null,"type":"server_error"}}`; got != want {
		t.Error(got)
	}
	for status, kind := range map[int]string{400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 413: "request_too_large", 418: "invalid_request_error", 503: "api_error"} {
		if got, want := string((&Error{Status: status, Message: "m"}).Body(ShapeAnthropic)), `{"error":{"message":"m","type":"`+kind+`"},"type":"error"}`; got != want {
			t.Errorf("%d: %s", status, got)
		}
	}
}

func TestTheCauseIsForTheLogAlone(t *testing.T) {
	cause := errors.New("secret place")
	e := &Error{Status: 503, Message: "no", Cause: cause}
	if !errors.Is(e, cause) || e.Error() != "503 no: secret place" || strings.Contains(string(e.Body(ShapeOpenAI)), "secret") {
		t.Errorf("%v, %s", e, e.Body(ShapeOpenAI))
	}
}
