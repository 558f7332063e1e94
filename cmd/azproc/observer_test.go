package main

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/usage"
)

func TestARefusalByALimitIsCountedByTheLimit(t *testing.T) {
	m, err := usage.NewMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	o := observer{Metrics: m, log: slog.New(slog.DiscardHandler)}
	o.Refused(&azure.Error{Status: 429, Code: "rate_limit_exceeded", Limit: "deployments"})
	o.Refused(&azure.Error{Status: 404, Code: "model_not_found"})
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		"\n" + `azproc_limited_requests_total{limit="deployments"} 1` + "\n",
		"\n" + `azproc_refused_requests_total{code="model_not_found",status="404"} 1` + "\n",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Count(w.Body.String(), "\nazproc_limited_requests_total{") != 1 {
		t.Error("what no limit refused is counted too")
	}
}
