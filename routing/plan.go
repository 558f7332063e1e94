package routing

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/azproc/azproc/azure"
)

// Request is what a decision needs to know of a request.
type Request struct {
	// Model is what the client asked for; "" is for what names none (Table.AtHome).
	Model string
	// Home is where the ids in it belong: it is served there, or nowhere.
	Home azure.Home
	Op   *azure.Operation
	// Doc is the JSON body, nil for a form.
	Doc *azure.Doc
	// Tokens is what the request will need, by Doc.Estimate.
	Tokens int64
	// Size is of the body in bytes; negative is unknown.
	Size int64
	// Free is for what asks no model for anything: it counts against no limit.
	Free bool
	// Batch is for what belongs to a batch: in a group that has deployments for
	// batches (model_info.mode: batch) and others, each serve their own.
	Batch bool
	// Stream says that the client wants a stream.
	Stream bool
	// Alone is for what one deployment is asked for and no other after it.
	Alone bool
}

// Plan says which deployments a request may be served by, in order. Room is
// taken at the first.
type Plan struct {
	Attempt
	// Claim is the room taken for the first attempt. It must be ended.
	Claim Claim
	// Next are the deployments to ask after the first, in order, when one fails.
	Next []*Deployment
	// Repeat says that Next is the first deployment again: only failures of the
	// service are worth it.
	Repeat bool
	// Refused are whom to ask when a deployment refuses the prompt, by
	// azure.Refusal: for each other group its deployments, best first.
	Refused [azure.NumRefusals][][]*Deployment
	// Timeout is how long each of them has until its answer begins; 0 is no
	// limit.
	Timeout time.Duration
	// TooLarge says that the body is too large to be sent twice, and that there
	// would have been someone to send it to.
	TooLarge bool
}

// Plan decides which deployments may serve a request, best first:
//
//  1. those of the model's group that have room and are not cooling down, tier by
//     tier,
//     in the order of the strategy;
//  2. the same of the groups that are its fallbacks;
//  3. those of its group that are cooling down, the soonest ready first.
//
// Deployments without a valid credential, and those whose family does not take
// the request's parameters, are left out. Those that are configured wrongly are
// left out while anything else is there. At most num_retries after the first are
// of one group. Who is asked when a prompt is refused stands apart: nobody can know
// beforehand.
//
// It fails with 404 model_not_found when no group has that name, with 429 when
// none has room or all are cooling down, with 503 when no deployment has a valid credential,
// and with the family's 400 when no deployment takes the request.
func (t *Table) Plan(ctx context.Context, r *Request) (Plan, *azure.Error) {
	g, capture, ok := t.find(r.Model)
	if !ok {
		return Plan{}, modelNotFound(r.Model)
	}
	p := newPlanner(t, r)
	defer p.free()
	plan, err := p.serve(ctx, g, capture)
	if err != nil && p.unready && t.await(ctx, g) {
		plan, err = p.serve(ctx, g, capture)
	}
	if err == nil {
		return plan, nil
	}
	p.foreign = true
	for _, other := range g.fallbacks {
		if r.Home.Found {
			break // what it names exists there alone
		}
		if plan, e := p.serve(ctx, other.group, other.capture); e == nil {
			return plan, nil
		}
	}
	return Plan{}, err
}

// find is the group of a model.
func (t *Table) find(model string) (g *group, capture string, ok bool) {
	found, capture, ok := t.snapshot.Find(model)
	return t.groups[found], capture, ok
}

// await waits until the first fetch of every credential of a group has ended,
// at most until ctx does. It says whether one of them can be used now that could
// not before.
func (t *Table) await(ctx context.Context, g *group) (won bool) {
	for _, d := range g.deployments {
		if d.Credential.Ready() == nil {
			continue
		}
		if d.Credential.Wait(ctx) != nil {
			return won
		}
		won = won || d.Credential.Ready() == nil
	}
	return won
}

// planner makes one plan. It is used again for other requests, so that a
// decision needs no memory for its lists.
type planner struct {
	table *Table
	r     *Request
	now   time.Time
	view  view
	left  time.Duration // of the minute that room is taken from
	// foreign says that the group is not the one that was asked for.
	foreign bool

	// Of the group that was looked at last:
	able    []candidate // may serve
	cooling []candidate
	faulty  []candidate  // configured wrongly
	full    bool         // some have no room
	unready bool         // some have no valid credential
	refused *azure.Error // some do not take the request
	apart   bool         // some are not where the request's ids belong
}

var planners = sync.Pool{New: func() any { return new(planner) }}

func newPlanner(t *Table, r *Request) *planner {
	p, _ := planners.Get().(*planner)
	p.table, p.r = t, r
	return p
}

// free gives the planner back; it holds no configuration and no request then.
func (p *planner) free() {
	for _, list := range [...][]candidate{p.able, p.cooling, p.faulty} {
		clear(list[:cap(list)])
	}
	*p = planner{able: p.able[:0], cooling: p.cooling[:0], faulty: p.faulty[:0]}
	planners.Put(p)
}

// candidate is a deployment under consideration. The lowest tier comes first, in
// it the lowest score.
type candidate struct {
	d     *Deployment
	tier  int
	score float64
}

// serve makes a plan whose first deployment is of group g.
func (p *planner) serve(ctx context.Context, g *group, capture string) (Plan, *azure.Error) {
	p.gather(g, capture)
	claim, ok, err := p.reserve(ctx, g)
	if err != nil {
		return Plan{}, err
	}
	if !ok && len(p.able) == 0 && !p.full {
		// Nothing is left but deployments that cool down, or need a person.
		if p.table.snapshot.Router.TrySoonest || len(p.cooling) == 0 || p.r.Home.Found {
			p.able = append(append(p.able, p.cooling...), p.faulty...)
			p.cooling = p.cooling[:0]
			claim, ok, err = p.reserve(ctx, g)
		}
	}
	if err != nil || !ok {
		return Plan{}, p.none(g, err)
	}
	first := p.able[0].d
	attempt, cerr := first.attempt(capture)
	if cerr != nil { // it was there a moment ago
		p.table.fleet.End(claim, 0)
		return Plan{}, unavailable(p.r.Model, cerr)
	}
	plan := Plan{Attempt: attempt, Claim: claim, Timeout: p.table.timeout(first, p.r.Stream)}
	p.others(g, &plan)
	return plan, nil
}

// gather looks at every deployment of a group, beginning with the one whose turn
// it is, and puts it into its list. capture is what the star of a wildcard group
// stands for.
func (p *planner) gather(g *group, capture string) {
	t := p.table
	p.now = t.fleet.now()
	p.view = view{minute: minuteOf(p.now), unix: p.now.Unix(), tokens: p.r.Tokens, group: g, draw: t.fleet.draw}
	p.able, p.cooling, p.faulty = p.able[:0], p.cooling[:0], p.faulty[:0]
	p.full, p.unready, p.refused, p.apart = false, false, nil, false
	shared := t.store != nil
	n := uint32(len(g.deployments))
	first := uint32(0)
	if n > 1 {
		if first = g.next.Load() % n; !p.foreign {
			first = g.next.Add(1) % n
		}
	}
	for i := range n {
		d := g.deployments[(first+i)%n]
		if p.r.Home.Found && d.Resource.Code != p.r.Home.Code {
			p.apart = true
			continue
		}
		if g.batches && g.others && d.forBatches() != p.r.Batch {
			continue
		}
		if d.Credential.Ready() != nil {
			p.unready = true
			continue
		}
		if e := p.takes(g, d.named(capture).Rewrite); e != nil {
			p.refused = e
			continue
		}
		switch fault, until, cooling := d.member.cooldown.at(p.now); {
		case cooling && fault == azure.FaultConfig:
			p.faulty = append(p.faulty, candidate{d: d})
		case cooling:
			p.cooling = insert(p.cooling, candidate{d: d, score: float64(until.UnixMilli())})
		case !shared && !p.r.Free && !d.member.hasRoom(p.view.minute, p.r.Tokens, d.RPM, d.TPM):
			p.full = true
		default:
			p.able = insert(p.able, candidate{d: d, tier: d.Order, score: t.strategy(d, &p.view)})
		}
	}
}

// takes says why a deployment of g cannot serve the request. What it refuses of the
// body counts here only where another deployment may take it.
func (p *planner) takes(g *group, w *azure.Rewrite) *azure.Error {
	service, err := w.Manner.Serve(p.r.Op, p.r.Stream)
	if err != nil || p.r.Doc == nil || !g.mixed && !p.foreign {
		return err
	}
	if err = w.Refuses(p.r.Doc, p.r.Op); err == nil && service.Op != p.r.Op && p.table.Takes != nil {
		err = p.table.Takes(w, p.r.Doc, p.r.Op)
	}
	return err
}

// insert puts a candidate behind those that are not worse: equals stay in the
// order of their turns.
func insert(list []candidate, c candidate) []candidate {
	list = append(list, c)
	i := len(list) - 1
	for ; i > 0 && (c.tier < list[i-1].tier || c.tier == list[i-1].tier && c.score < list[i-1].score); i-- {
		list[i] = list[i-1]
	}
	list[i] = c
	return list
}

// others completes a plan with whom to ask after the first.
func (p *planner) others(g *group, plan *Plan) {
	t := p.table
	if p.r.Home.Found || p.r.Alone {
		return // what it names exists there alone
	}
	retries := t.retries(plan.Deployment)
	own := min(len(p.able)-1, retries)
	late := min(len(p.cooling), retries-own)
	switch {
	case own+late > 0 || len(g.fallbacks) > 0:
		plan.Next = make([]*Deployment, 0, own+late)
		for _, c := range p.able[1 : 1+own] {
			plan.Next = append(plan.Next, c.d)
		}
		for _, other := range g.fallbacks {
			plan.Next = append(plan.Next, p.of(other, retries)...)
		}
		for _, c := range p.cooling[:late] {
			plan.Next = append(plan.Next, c.d)
		}
	case !g.refuses():
		plan.Next = slices.Repeat([]*Deployment{plan.Deployment}, t.repeats(plan.Deployment))
		plan.Repeat = len(plan.Next) > 0
	}
	if p.r.Doc != nil {
		for i, others := range g.refused {
			for _, other := range others {
				if list := p.of(other, retries); len(list) > 0 {
					plan.Refused[i] = append(plan.Refused[i], list)
				}
			}
		}
	}
	p.limit(plan)
}

// of are the deployments of another group that may serve, best first.
func (p *planner) of(other fallback, retries int) []*Deployment {
	q := newPlanner(p.table, p.r)
	defer q.free()
	q.foreign = true
	q.gather(other.group, other.capture)
	list := make([]*Deployment, 0, len(q.able))
	for _, c := range q.able[:1+min(len(q.able)-1, retries)] {
		list = append(list, c.d)
	}
	return list
}

// limit leaves a request whose body is too large to be kept with its first
// deployment.
func (p *planner) limit(plan *Plan) {
	more := len(plan.Next) > 0
	for _, list := range plan.Refused {
		more = more || len(list) > 0
	}
	if more && (p.r.Size < 0 || p.r.Size > p.table.snapshot.Router.RetryBuffer) {
		plan.Next, plan.Repeat, plan.TooLarge = nil, false, true
		plan.Refused = [azure.NumRefusals][][]*Deployment{}
	}
}
