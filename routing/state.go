package routing

import "time"

// State is what is known of one deployment at a moment, for people.
type State struct {
	Deployment *Deployment
	// InFlight is how many requests this process has at it.
	InFlight int64
	// Requests and Tokens are what it is used in this minute, by what this
	// process knows.
	Requests, Tokens int64
	// Latency is the average time to the first byte in seconds; 0 is unknown.
	Latency float64
	// Fault is why it is cooling down, "" while it is not; CoolUntil is until
	// when, and Why is in Azure's words.
	Fault     string
	CoolUntil time.Time
	Why       string
	// Served and Failed count the tries since this process began.
	Served, Failed int64
	// Failures are the last ones, the latest first.
	Failures []Failure
}

// States are the deployments as they are now, in the file's order.
func (t *Table) States() []State {
	now := t.fleet.now()
	minute := minuteOf(now)
	states := make([]State, len(t.Deployments))
	for i, d := range t.Deployments {
		m := d.member
		s := State{
			Deployment: d, InFlight: m.inFlight.at(minute), Requests: m.requests.at(minute), Tokens: m.tokens.at(minute),
			Latency: m.latency.seconds(), Served: m.served.Load(), Failed: m.failed.Load(), Failures: m.failures(),
		}
		if fault, until, cooling := m.cooldown.at(now); cooling {
			s.Fault, s.CoolUntil, s.Why = fault.String(), until, m.cooldown.reason()
		}
		states[i] = s
	}
	return states
}
