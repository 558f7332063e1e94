package extproc

import (
	"net/http"

	"github.com/azproc/azproc/azure"
)

// The answers to probes, in LiteLLM's words.
var (
	alive   = []byte(`"I'm alive!"`)
	ready   = []byte(`{"status":"healthy"}`)
	unready = []byte(`{"status":"unhealthy","error":"no deployment has a credential that can be used now"}`)
)

// habit answers what users of LiteLLM ask the gateway itself.
func (s *stream) habit() error {
	a := reply(alive, "alive")
	switch s.route.Op {
	case azure.OpReady:
		a = readiness(s.now.table.Ready())
	case azure.OpHealth:
		a = reply(s.now.table.Health(s.route.QueryValue("model"), s.allowed()), "health")
	case azure.OpModelInfo:
		body, err := s.now.table.Information(s.route.QueryValue("litellm_model_id"), s.allowed())
		if err != nil {
			return s.refuse(err)
		}
		a = reply(body, "model_info")
	}
	return s.send(a.with(&s.about))
}

// readiness says whether any deployment can be asked. Anybody may ask, so it does
// not say why not: the admin port does.
func readiness(err error) answer {
	if err == nil {
		return reply(ready, "ready")
	}
	return immediate(http.StatusServiceUnavailable, nil, unready, "unready")
}
