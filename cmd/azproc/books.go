package main

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/quota"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/usage"
	"github.com/azproc/azproc/usage/prices"
)

// usedBy is what a request has used, as its answer tells; parts are those of a session
// over a WebSocket.
func usedBy(e *envoy.Entry) (used usage.Tokens, parts []usage.Part, told bool) {
	if e.Status == http.StatusSwitchingProtocols {
		parts = usage.ParseSession(e.Usage[0])
		used, told = usage.Sum(parts)
		return used, parts, told
	}
	if e.OfBatches() { // counted by usage.Batches, once
		return used, nil, false
	}
	used, told = usage.Parse(e.Usage[0], e.Usage[1])
	return used, nil, told
}

// book makes the record of a request that is over, and tells the books. told says that
// its answer has told what it used.
func (l ledger) book(e *envoy.Entry, used usage.Tokens, parts []usage.Part, told bool) {
	r := usage.Record{
		Time: e.Began, Request: e.Request, Operation: e.Operation, Model: e.Model, Key: e.Key, Status: e.Status, Stream: e.Stream,
		Attempts: e.Attempts, Duration: e.Duration, First: e.Begun, Left: e.ClientLeft(), Tokens: used, Error: errorOf(e),
	}
	t := l.table()
	var d *routing.Deployment
	if t != nil {
		r.Group = t.Group(e.Model)
		if d = t.At(e.Cluster); d != nil {
			r.Deployment = d.Name
			if r.Group != "" && d.Group != "" && d.Group != r.Group {
				l.metrics.FellBack(r.Group, d.Group)
			}
		}
	}
	// A stream that broke off, or whose client left, has not told; and an error has
	// used nothing.
	if op := azure.OperationNamed(e.Operation); !told && op != nil && op.UsesTokens() && e.Status == http.StatusOK && e.Cluster != "" {
		r.Tokens, r.Estimated = usage.Estimate(e.Received, e.Sent, e.Stream), true
	}
	if e.Status == http.StatusOK && e.Cluster != "" {
		r.Tokens.Characters, r.Tokens.Images = e.Terms.Characters, e.Terms.Images
	}
	switch {
	case d == nil || r.Tokens == (usage.Tokens{}):
	case e.Status == http.StatusSwitchingProtocols:
		r.Cost, r.Priced = sessionCost(t, d, e, parts)
	default:
		tier := tierOf(e, &d.Rewrite)
		if tier != prices.Standard {
			r.Tier = tier.String()
		}
		r.Cost, r.Priced = costOf(t.Pricing(), d.Deployment, t.Called(d, e.Model), e, tier, &r.Tokens)
	}
	if hold, ok := quota.ParseHold(e.Hold); ok {
		cost := r.Cost
		if r.Estimated { // by sizes, images in base64 too: what was reserved knows better
			cost = min(cost, hold.Cost*config.MicroDollar)
		}
		l.quota.Told(e.Request, hold, r.Tokens.Total(), cost)
	} else if e.Operation == "" && e.Attempts == 0 {
		l.quota.Untold(e.Request, e.Began)
	}
	l.books.Ended(&r)
}

// tierOf is how a request was served: as its answer says, else as it was asked for.
func tierOf(e *envoy.Entry, w *azure.Rewrite) prices.Tier {
	if e.Tier != "" && e.Tier != "auto" {
		return prices.TierOf(e.Tier)
	}
	return prices.TierOf(w.Tier(azure.OperationNamed(e.Operation), e.Terms.Tier))
}

// errorOf is in one word what went wrong: azproc's own code, or the one that Azure or
// Anthropic gave; "" is nothing.
func errorOf(e *envoy.Entry) string {
	if code, ok := strings.CutPrefix(e.Details, "azproc_"); ok {
		if e.Status < http.StatusBadRequest {
			return "" // an answer of azproc's own
		}
		return code
	}
	if e.Error == "" {
		return ""
	}
	text := e.Error // of a body, or from "error" on within a stream
	if strings.HasPrefix(text, `"error"`) {
		text = "{" + text
	}
	for _, path := range []string{"error.code", "error.type", "code"} {
		if v := gjson.Get(text, path); v.Type == gjson.String && v.Str != "" && len(v.Str) < 64 {
			return v.Str
		}
	}
	return "error"
}
