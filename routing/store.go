package routing

import (
	"context"
	"time"

	"github.com/azproc/azproc/azure"
)

// Store is where replicas share what they count and which deployments cool down. It
// is safe for concurrent use. Reserve is the only call that a request waits
// for.
type Store interface {
	// Reserve takes room for one request at the first candidate that has it, or
	// with Ask.Least at the one that is used least; nothing is taken anywhere
	// else. It is one step for all replicas. An error means that the store could
	// not say within the few milliseconds that a request waits.
	Reserve(ctx context.Context, ask *Ask) (Grant, error)
	// Settle changes what is counted of a minute's tokens, if that minute is
	// still the one that counts. It does not wait.
	Settle(group, id string, minute uint32, tokens int64)
	// CoolDown tells the other replicas of a cool-down. It does not wait.
	CoolDown(Cooldown)
}

// Ask is a request for room at one of several deployments of a group.
type Ask struct {
	// Group keeps the counters of a group together: in a cluster on one node.
	Group string
	// Candidates are in order of preference.
	Candidates []Candidate
	// Tokens is what the request is estimated to need.
	Tokens int64
	// Least picks the candidate of the lowest tier that has room and is used
	// least by share of its limits, instead of the first.
	Least bool
}

// Candidate is a deployment that may serve.
type Candidate struct {
	ID   string
	Tier int
	// RPM and TPM are its limits; 0 is none.
	RPM, TPM int64
}

// Grant is the answer to an Ask.
type Grant struct {
	// Index is of the candidate that has the room; -1 when none has.
	Index int
	// Minute is the window that it was taken from, by the store's clock.
	Minute uint32
	// Left is how long that window still lasts, by the store's clock.
	Left time.Duration
	// Used is what each candidate is used in that window.
	Used []Used
}

// Used is what a deployment is used within one minute.
type Used struct{ Requests, Tokens int64 }

// Cooldown is one that every replica should know of.
type Cooldown struct {
	ID    string
	Fault azure.Fault
	Until time.Time
	Why   string
}
