package azure

import "strings"

// What users of LiteLLM ask a gateway itself for, on the port of its API
// (docs.litellm.ai, "Health Checks" and "Model Management"). Azure has none of it.
var (
	// OpAlive, OpReady: probes, which show no key.
	OpAlive = &Operation{Name: "health/liveliness", Method: "GET", Habit: true, Open: true}
	OpReady = &Operation{Name: "health/readiness", Method: "GET", Habit: true, Open: true}
	// OpHealth says which deployments can be asked now.
	OpHealth = &Operation{Name: "health", Method: "GET", Habit: true}
	// OpModelInfo says what stands behind each model.
	OpModelInfo = &Operation{Name: "model/info", Method: "GET", Habit: true}
)

// habits are these by their paths, each of which is asked for as it stands alone: no
// Azure client has them.
var habits = map[string]*Operation{
	"/health/liveliness": OpAlive, "/health/liveness": OpAlive, "/health/readiness": OpReady,
	"/health": OpHealth, "/model/info": OpModelInfo, "/v1/model/info": OpModelInfo,
}

// habit is the operation of a path that LiteLLM's users know, nil of any other.
func habit(plain string) *Operation { return habits[strings.TrimSuffix(plain, "/")] }

// QueryValue is the first value of a parameter of the client's query, decoded; "" when it
// has none.
func (r *Route) QueryValue(name string) string {
	value, _ := param(r.Query, name)
	return value
}
