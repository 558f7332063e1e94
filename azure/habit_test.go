package azure

import "testing"

func TestWhatLiteLLMsUsersAskStandsAtTheRootAlone(t *testing.T) {
	for path, want := range map[string]*Operation{
		"/health":                          OpHealth,
		"/health?model=chat":               OpHealth,
		"/health/":                         OpHealth,
		"/health/liveliness":               OpAlive,
		"/health/liveness":                 OpAlive,
		"/health/readiness":                OpReady,
		"/model/info":                      OpModelInfo,
		"/v1/model/info?litellm_model_id=": OpModelInfo,
		"/v1/health":                       nil,
		"/openai/health":                   nil,
		"/openai/v1/model/info":            nil,
		"/anthropic/health":                nil,
		"/engines/m/health":                nil,
		"/health/services":                 nil,
		"/model":                           nil,
	} {
		r, err := ParseRoute("GET", path)
		switch {
		case want == nil && (err == nil || err.Status != 404):
			t.Errorf("%s: %v, want 404", path, err)
		case want != nil && (err != nil || r.Op != want || r.Dialect != DialectOpenAI):
			t.Errorf("%s: %+v, error %v", path, r, err)
		}
	}
	if _, err := ParseRoute("POST", "/health"); err == nil || err.Status != 405 {
		t.Errorf("POST: %v, want 405", err)
	}
	for _, op := range []*Operation{OpHealth, OpModelInfo} {
		if op.Open {
			t.Errorf("%s needs a key", op.Name)
		}
	}
}

func TestQueryValueIsDecoded(t *testing.T) {
	r, _ := ParseRoute("GET", "/model/info?a=1&litellm_model_id=team%2Fx&b=2")
	if r.QueryValue("litellm_model_id") != "team/x" || r.QueryValue("c") != "" {
		t.Errorf("%q, %q", r.QueryValue("litellm_model_id"), r.QueryValue("c"))
	}
}
