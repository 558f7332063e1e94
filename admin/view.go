package admin

import "time"

// View is what the page shows. It is asked at every request and must be safe for
// concurrent use.
type View interface {
	State
	// Usage is what was used by now, of the last hour by minute or of the last day by
	// quarter of an hour, by model or by key.
	Usage(by By, day bool, now time.Time) Usage
	// Failures are the last requests that failed, newest first.
	Failures() []Failure
	// Configuration is the one that serves, with secrets hidden.
	Configuration() Configuration
}

// By is what use is told apart by.
type By string

// The dimensions.
const (
	ByModel By = "model"
	ByKey   By = "key"
)

// Usage is what was used in a span of time.
type Usage struct {
	Step time.Duration
	// Series has the names with the most requests first; all have as many points.
	Series []Series
}

// Series is what one name used, oldest step first. The last one still runs.
type Series struct {
	// Name is a model_name or a key's name; "" is none. Rest says that it is all those
	// that are not told apart.
	Name   string
	Rest   bool
	Points []Point
}

// Point is what ended in one step.
type Point struct {
	Requests, Errors, Input, Output int64
	// Cost is in 10^-12 US dollars; Unpriced is how many requests used
	// something of which nobody knows the price.
	Cost, Unpriced int64
}

// Failure is a request that failed, as the access log names things.
type Failure struct {
	Time                            time.Time
	Request, Model, Deployment, Key string
	Status                          int
	Error                           string
}

// Configuration is a configuration as azproc understood it. No secret is in it.
type Configuration struct {
	// File is where it was read from, and Hash tells one reading from another.
	File, Hash  string
	Deployments []Configured
	NotServed   []NotServed
	Keys        []Key
	// Settings are what else is set, for people.
	Settings []Setting
}

// Configured is a deployment as it is configured.
type Configured struct {
	Model, Deployment, URL string
	// Auth is the kind of credential, Family what its parameters are like, Language
	// the API that it speaks.
	Auth, Family, Language, BaseModel string
	// RPM and TPM are its limits; 0 is none.
	RPM, TPM int64
	Order    int
	// Chats is whether a chat can be tried with it.
	Chats bool
}

// NotServed is an entry of the model list that is left alone, and why.
type NotServed struct{ Model, Entry, Why string }

// Key is a client key as it is configured.
type Key struct {
	Name string
	// Models are those that it may ask for; nil is all.
	Models   []string
	RPM, TPM int64
	// Budget and Expires are for people; "" is none.
	Budget, Expires string
}

// Setting is a name with its value.
type Setting struct{ Name, Value string }
