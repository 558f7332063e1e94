package main

import (
	"net/http"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/quota"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/usage"
)

// ledger tells the fleet, the metrics and the books what Envoy's access log says.
type ledger struct {
	fleet   *routing.Fleet
	metrics *usage.Metrics
	books   usage.Books
	table   func() *routing.Table
	quota   *quota.Books
}

// Attempted implements envoy.Ledger.
func (l ledger) Attempted(e *envoy.Entry) {
	fault, why := e.Fault()
	if fault <= azure.FaultClient { // told with the request's end
		return
	}
	l.metrics.AttemptFailed(fault.String())
	l.fleet.Report(routing.Outcome{
		ID: e.Cluster, Status: e.Status, Fault: fault, Wait: wait(e, time.Now()), Why: why, Began: e.Began,
	})
}

// Ended implements envoy.Ledger.
func (l ledger) Ended(e *envoy.Entry) {
	l.metrics.RequestEnded(e.Attempts)
	used, parts, told := usedBy(e)
	l.book(e, used, parts, told)
	claim, ok := routing.ParseClaim(e.Claim)
	if e.ClientLeft() {
		if lost, missed := l.fleet.Lost(e.Request, claim); missed {
			l.fleet.End(lost, 0)
			return // and the one before has been ended
		}
	}
	if !ok {
		return // azproc's own answer
	}
	fault, why := e.Fault()
	tokens := int64(-1)
	if told {
		tokens = used.Total()
	} else if fault != azure.FaultNone && e.Status != 200 {
		tokens = 0
	}
	l.fleet.End(claim, tokens)
	if claim.ID != e.Cluster {
		return // azproc itself refused a later attempt: the claim is still the one before's, which was told
	}
	if fault > azure.FaultClient && e.Status != 200 && e.Error != "" {
		l.fleet.Explain(claim.ID, fault, e.Status, why)
	}
	switch {
	case fault == azure.FaultThrottled:
		// The attempt was told already, but not what its text says.
		l.fleet.Prolong(claim.ID, fault, wait(e, time.Now()), why)
	case fault == azure.FaultClient && e.Status == http.StatusNotFound:
		l.fleet.Pardon(e.Began)
	case fault == azure.FaultServer && e.Status == 200 && e.Error != "":
		// An error inside of a stream is no failed attempt to Envoy.
		l.fleet.Report(routing.Outcome{ID: claim.ID, Status: e.Status, Fault: fault, Why: why, Began: e.Began})
	case fault <= azure.FaultClient && e.Status != 0 && (!e.ClientLeft() || e.Status == http.StatusSwitchingProtocols):
		// Who ends a WebSocket does not matter: it was served.
		o := routing.Outcome{ID: claim.ID, Status: e.Status, Fault: fault, Began: e.Began}
		if e.Attempts == 1 {
			o.FirstByte = e.FirstByte
		}
		l.fleet.Report(o)
	}
}

// wait is how long the deployment is to be left alone from now on; 0 is nothing
// said. It said so when its answer began, and Envoy tells of it a moment later, of
// the attempt and of the request: clients that were told the one must not find
// the other when they come back.
func wait(e *envoy.Entry, now time.Time) time.Duration {
	if e.FirstByte == 0 {
		return e.Wait(now)
	}
	said := e.Began.Add(e.FirstByte)
	if asked := e.Wait(said); asked > 0 {
		return max(asked-now.Sub(said), time.Millisecond)
	}
	return 0
}
