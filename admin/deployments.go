package admin

import "time"

// Deployment is one deployment of the configuration that serves, as it is now.
type Deployment struct {
	Name string `json:"name"`
	// Model is the model_name of its group, and Order its tier in it.
	Model string `json:"model_name"`
	Order int    `json:"order"`
	// URL is where it is, without a secret.
	URL        string     `json:"url"`
	Credential Credential `json:"credential"`
	// InFlight is how many requests this process has at it.
	InFlight int64   `json:"in_flight"`
	Windows  Windows `json:"windows"`
	// Latency is the average time to the first byte in seconds; 0 is unknown.
	Latency float64 `json:"latency_seconds"`
	// Cooldown is null while the deployment is not cooling down.
	Cooldown *Cooldown `json:"cooldown"`
	// Served and Failed count the tries since this process began.
	Served     int64       `json:"served"`
	Failed     int64       `json:"failed"`
	LastErrors []LastError `json:"last_errors"`
	// Live is what it answers when it is asked; only /deployments?live=1 asks.
	Live *Live `json:"live,omitempty"`
}

// Live is what a deployment answered when it was asked something cheap.
type Live struct {
	OK bool `json:"ok"`
	// Status is the HTTP status; 0 when there was no answer.
	Status  int     `json:"status"`
	Seconds float64 `json:"seconds"`
	// Asked is the operation, and AddressOnly says that it proves the address and
	// the credential, not the deployment.
	Asked       string `json:"asked"`
	AddressOnly bool   `json:"address_only"`
	// Why is what is wrong, in Azure's words.
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

// Windows are a deployment's limits and what it is used of them in the running
// minute of the clock (UTC).
type Windows struct {
	Requests Window `json:"requests"`
	Tokens   Window `json:"tokens"`
}

// Window is one limit; 0 is none.
type Window struct {
	Limit int64 `json:"limit"`
	Used  int64 `json:"used"`
}

// Cooldown is why a deployment is left alone, and until when.
type Cooldown struct {
	// Fault is throttled, server or config.
	Fault   string    `json:"fault"`
	Until   time.Time `json:"until"`
	Seconds float64   `json:"seconds"`
	Why     string    `json:"why"`
}

// LastError is one try that failed.
type LastError struct {
	At time.Time `json:"at"`
	// Status is the HTTP status; 0 when there was no answer.
	Status int    `json:"status"`
	Fault  string `json:"fault"`
	Why    string `json:"why"`
}
