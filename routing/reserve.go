package routing

import (
	"context"
	"slices"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// reserve takes room at the first of the able that has it and puts that one
// first. Those that turn out to have none are taken off the list.
func (p *planner) reserve(ctx context.Context, g *group) (Claim, bool, *azure.Error) {
	if len(p.able) == 0 {
		return Claim{}, false, nil
	}
	t := p.table
	if p.r.Free {
		return t.claim(p.able[0].d, p.view.minute, 0, false), true, nil
	}
	if t.store != nil && g.limited {
		claim, ok, err := p.reserveShared(ctx, g)
		if err == nil {
			return claim, ok, nil
		}
		t.fleet.observer.StoreFailed(err)
		switch t.snapshot.Router.OnStoreFailure {
		case config.StoreReject:
			return Claim{}, false, storeGone(err)
		case config.StoreAllow:
			return p.claim(p.able[0].d, p.view.minute, false), true, nil
		}
	}
	for i := range p.able {
		d := p.able[i].d
		if minute, ok := d.member.take(p.view.minute, p.r.Tokens, d.RPM, d.TPM); ok {
			p.able = slices.Delete(p.able, 0, i)
			return p.claim(d, minute, false), true, nil
		}
		p.full = true
	}
	p.able = p.able[:0]
	return Claim{}, false, nil
}

// reserveShared is reserve in the store, which decides for all replicas.
func (p *planner) reserveShared(ctx context.Context, g *group) (Claim, bool, error) {
	t := p.table
	ask := Ask{
		Group: g.name, Tokens: p.r.Tokens, Least: t.snapshot.Router.Strategy == config.StrategyUsage,
		Candidates: make([]Candidate, len(p.able)),
	}
	for i, c := range p.able {
		ask.Candidates[i] = Candidate{ID: c.d.Cluster, Tier: c.d.Order, RPM: c.d.RPM, TPM: c.d.TPM}
	}
	grant, err := t.store.Reserve(ctx, &ask)
	if err != nil {
		return Claim{}, false, err
	}
	p.view.minute, p.left = grant.Minute, grant.Left
	room := p.able[:0]
	var first candidate
	for i, c := range p.able {
		used := grant.Used[i]
		c.d.member.requests.set(grant.Minute, used.Requests)
		c.d.member.tokens.set(grant.Minute, used.Tokens)
		switch {
		case i == grant.Index:
			first = c
		case c.d.member.hasRoom(grant.Minute, p.r.Tokens, c.d.RPM, c.d.TPM):
			room = append(room, c)
		default:
			p.full = true
		}
	}
	if grant.Index < 0 {
		p.able, p.full = room[:0], true
		return Claim{}, false, nil
	}
	p.able = slices.Insert(room, 0, first)
	return p.claim(first.d, grant.Minute, true), true, nil
}

// claim notes that a request is on its way to d.
func (p *planner) claim(d *Deployment, minute uint32, shared bool) Claim {
	return p.table.claim(d, minute, p.r.Tokens, shared)
}

func (t *Table) claim(d *Deployment, minute uint32, tokens int64, shared bool) Claim {
	d.member.inFlight.begin(minute)
	return Claim{ID: d.Cluster, Minute: minute, Tokens: reserved(tokens, d.TPM), Estimate: tokens, Shared: shared, Process: t.fleet.process}
}

// Retry is a later attempt of a plan: at the deployment of a cluster, which
// Envoy has come to. before is the claim of the attempt that failed, which stays
// the caller's to end: what it had reserved in tokens is given back, the request
// stays counted, as it does at Azure.
//
// It fails with 429 when the deployment has no room left: a limit holds for
// second attempts too, and Envoy cannot go on from here.
func (t *Table) Retry(ctx context.Context, id, model string, before Claim) (Attempt, Claim, *azure.Error) {
	d := t.byCluster[id]
	if d == nil {
		return Attempt{}, Claim{}, unavailable(model, errNotServed)
	}
	a, err := d.attempt(t.capture(d, model))
	if err != nil {
		return Attempt{}, Claim{}, unavailable(model, err)
	}
	g := t.groups[t.group[d.Group]]
	p := newPlanner(t, &Request{Model: model, Tokens: before.Estimate})
	defer p.free()
	p.now = t.fleet.now()
	p.view.minute = minuteOf(p.now)
	p.able = append(p.able, candidate{d: d, tier: d.Order})
	claim, ok, aerr := p.reserve(ctx, g)
	switch {
	case aerr != nil:
		return Attempt{}, Claim{}, aerr
	case !ok:
		p.full = true
		return Attempt{}, Claim{}, p.none(g, nil)
	}
	return a, claim, nil
}

// First is the attempt of a request that was planned for the deployment of a cluster
// and comes to it now. Its credential has been sent already.
func (t *Table) First(id, model string) (Attempt, *azure.Error) {
	d := t.byCluster[id]
	if d == nil {
		return Attempt{}, unavailable(model, errNotServed)
	}
	return d.named(t.capture(d, model)), nil
}

// capture is what the star of d's wildcard stands for when a client asks for a
// model: itself, or as a fallback.
func (t *Table) capture(d *Deployment, model string) string {
	if !d.Wildcard {
		return ""
	}
	g, capture, ok := t.find(model)
	if !ok || g.name == d.Group {
		return capture
	}
	for _, list := range append(g.refused[:], g.fallbacks) {
		for _, other := range list {
			if other.group.name == d.Group {
				return other.capture
			}
		}
	}
	return capture
}
