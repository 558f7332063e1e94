package routing

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// Credential is what routing needs to know of a deployment's credential, and
// hands on to whoever sends the request. It is safe for concurrent use.
type Credential interface {
	// Header gives the header that authenticates a request to the deployment.
	// It never waits; its error says why there is no valid credential now.
	Header() (name, value string, err error)
	// Ready is nil while Header would succeed.
	Ready() error
	// Wait returns once the first attempt to get the credential has ended,
	// well or badly, or when ctx ends. It returns at once ever after.
	Wait(ctx context.Context) error
	// Name names the credential for people; no secret is in it.
	Name() string
}

// Deployment is one deployment of the model list with its credential.
type Deployment struct {
	*config.Deployment
	// Index is the deployment's place in Table.Deployments.
	Index int
	// Credential authenticates azproc to the deployment.
	Credential Credential
	// Resource is where it is: what its ids are tagged with.
	Resource *azure.Resource

	member *member
}

// Table is the model list, ready for decisions. It is immutable but for the
// counters that spread the load, and safe for concurrent use.
type Table struct {
	// Deployments are all deployments that are served, in the file's order, and the
	// default when it is none of them.
	Deployments []*Deployment
	// Tags makes and reads the tags of ids.
	Tags *azure.Tags
	// Takes says why a request to op cannot be made one of the operation by which a
	// deployment serves it; nil is that it can. It is set before the table is used;
	// without it every request can.
	Takes func(w *azure.Rewrite, doc *azure.Doc, op *azure.Operation) *azure.Error

	snapshot  *config.Snapshot
	fleet     *Fleet
	store     Store // nil: nothing is shared
	strategy  strategy
	groups    map[*config.Group]*group
	group     map[string]*config.Group // by name
	byCluster map[string]*Deployment   // by both names
	byName    map[string]*Deployment
	resources map[azure.ResourceCode][]*Deployment
	home      *Deployment // takes what names no model and no id

	everywhere [][]*Deployment // by resource

	list   []byte            // answer to GET /v1/models
	models map[string][]byte // answers to GET /v1/models/{id}

	information []information // of Deployments, as many of them as are of the model list
}

// group is a model group: the deployments behind one model_name.
type group struct {
	name        string
	deployments []*Deployment
	next        atomic.Uint32 // who is asked first, in turn

	mostRPM, mostTPM int64 // largest limits; 0 when none has any
	weighted         bool  // some have a weight
	limited          bool  // some have a limit
	mixed            bool  // not all take the same parameters
	batches, others  bool  // some are for batches, some are not

	fallbacks []fallback
	refused   [azure.NumRefusals][]fallback // for prompts that it refuses
}

// fallback is another group to ask; capture is what the star of its name stands
// for.
type fallback struct {
	group   *group
	capture string
}

// New makes the table of a snapshot. credential gives the credential of each
// deployment; it is asked once for each. What the fleet knows of the deployments
// stays; limits and cool-downs are shared in store, nil for this process alone.
func New(s *config.Snapshot, credential func(config.Credential) Credential, fleet *Fleet, store Store) *Table {
	t := &Table{
		snapshot: s, fleet: fleet, store: store, strategy: strategies[s.Router.Strategy],
		groups:    make(map[*config.Group]*group, len(s.Groups)),
		group:     make(map[string]*config.Group, len(s.Groups)),
		byCluster: make(map[string]*Deployment, len(s.Deployments)),
		byName:    make(map[string]*Deployment, len(s.Deployments)),
		models:    make(map[string][]byte, len(s.Groups)),
		resources: make(map[azure.ResourceCode][]*Deployment),
		Tags:      azure.NewTags(s.IDSecret.Reveal()),
	}
	byConfig := make(map[*config.Deployment]*Deployment, len(s.Deployments))
	for i, d := range s.Reachable() {
		dep := &Deployment{
			Deployment: d, Index: i, Credential: credential(d.Credential), Resource: t.Tags.Resource(d.Target.Endpoint.Resource()),
		}
		t.resources[dep.Resource.Code] = append(t.resources[dep.Resource.Code], dep)
		if d == s.Default {
			t.home = dep
		}
		t.Deployments = append(t.Deployments, dep)
		if t.byName[d.Name] == nil {
			t.byName[d.Name] = dep
		}
		byConfig[d] = dep
		t.byCluster[d.Cluster], t.byCluster[d.SocketCluster()] = dep, dep
	}
	t.everywhere = everywhere(t.Deployments)
	for _, d := range t.Deployments[:len(s.Deployments)] {
		t.information = append(t.information, informed(d))
	}
	fleet.adopt(t.Deployments, t.cooldownPolicy, store)
	var listed []string
	for _, g := range s.Groups {
		members := &group{name: g.Name}
		for _, d := range g.Deployments {
			members.add(byConfig[d])
		}
		t.groups[g], t.group[g.Name] = members, g
		if !g.Wildcard {
			listed = append(listed, g.Name)
			t.models[g.Name] = azure.ModelObject(g.Name)
		}
	}
	for _, g := range t.groups {
		r := &s.Router
		g.fallbacks = t.fallbacks(g, &r.Fallbacks)
		g.refused[azure.RefusalContext] = t.fallbacks(g, &r.ContextWindow)
		g.refused[azure.RefusalContent] = t.fallbacks(g, &r.ContentPolicy)
	}
	t.list = azure.ModelList(listed)
	return t
}

func (g *group) add(d *Deployment) {
	if len(g.deployments) > 0 {
		first := &g.deployments[0].Rewrite
		g.mixed = g.mixed || first.Family != d.Rewrite.Family || first.DropParams != d.Rewrite.DropParams || first.Manner != d.Rewrite.Manner
	}
	g.deployments = append(g.deployments, d)
	g.mostRPM, g.mostTPM = max(g.mostRPM, d.RPM), max(g.mostTPM, d.TPM)
	g.weighted = g.weighted || d.Weight > 0
	g.limited = g.limited || d.RPM > 0 || d.TPM > 0
	g.batches, g.others = g.batches || d.forBatches(), g.others || !d.forBatches()
}

// forBatches is whether it serves batches alone, as Azure's deployments of the type
// global batch do.
func (d *Deployment) forBatches() bool { return d.Mode == "batch" }

// refuses is whether another group is asked when this one refuses a prompt.
func (g *group) refuses() bool {
	return slices.ContainsFunc(g.refused[:], func(list []fallback) bool { return len(list) > 0 })
}

// fallbacks are the groups of a list that stand in for g.
func (t *Table) fallbacks(g *group, of *config.Fallbacks) []fallback {
	var list []fallback
	for _, name := range of.For(g.name) {
		other, capture, ok := t.find(name)
		if ok && other != g && len(list) < t.snapshot.Router.MaxFallbacks {
			list = append(list, fallback{other, capture})
		}
	}
	return list
}

// cooldownPolicy is what the configuration says of a deployment's cool-downs.
func (t *Table) cooldownPolicy(d *Deployment) cooldownPolicy {
	r := &t.snapshot.Router
	p := cooldownPolicy{disabled: r.DisableCooldowns, allowed: r.AllowedFails, first: r.Cooldown}
	if d.Cooldown > 0 {
		p.first = d.Cooldown
	}
	return p
}

// timeout is how long a deployment has until its answer begins.
func (t *Table) timeout(d *Deployment, stream bool) time.Duration {
	of := [...]time.Duration{d.Timeout, t.snapshot.Timeout}
	streamed := [...]time.Duration{d.StreamTimeout, t.snapshot.Router.StreamTimeout}
	for i := range of {
		if stream && streamed[i] > 0 {
			return streamed[i]
		}
		if of[i] > 0 {
			return of[i]
		}
	}
	return 0
}

// retries is how many deployments of one group may be asked after the first.
func (t *Table) retries(first *Deployment) int {
	n := t.snapshot.Router.NumRetries
	if first.MaxRetries >= 0 {
		n = first.MaxRetries
	}
	if n < 0 {
		return math.MaxInt32
	}
	return n
}

// mostRepeats is how often the only deployment of a group is asked again at
// most, whatever the configuration says.
const mostRepeats = 5

// repeats is how often the only deployment of a group is asked again: only where
// the configuration says so, for nobody else could serve and the client's SDK
// tries again by itself.
func (t *Table) repeats(d *Deployment) int {
	if n := t.retries(d); n < math.MaxInt32 {
		return min(n, mostRepeats)
	}
	return 0
}

// Named is the deployment of a name, the first one where several have it, and nil
// when there is none.
func (t *Table) Named(name string) *Deployment { return t.byName[name] }

// At is the deployment of a cluster, be it the one of its WebSockets; nil when the
// table does not have it.
func (t *Table) At(cluster string) *Deployment { return t.byCluster[cluster] }

// Keyed is whether clients have keys of their own.
func (t *Table) Keyed() bool { return t.snapshot.Keyed }

// Beside are the deployments on the resource of one, it too.
func (t *Table) Beside(d *Deployment) []*Deployment { return t.resources[d.Resource.Code] }

// Called is the name at Azure of a deployment for a model that a client asks for: its
// own, but for one with a star.
func (t *Table) Called(d *Deployment, model string) string {
	if !d.Wildcard {
		return ""
	}
	return strings.Replace(d.Target.Deployment, "*", t.capture(d, model), 1)
}

// Candidates calls f with every deployment that may serve a model, those of its
// fallbacks too, and with its name at Azure where that depends on the model.
func (t *Table) Candidates(model string, f func(d *Deployment, called string)) {
	g, _, ok := t.find(model)
	if !ok {
		return
	}
	for _, list := range append(g.refused[:], g.fallbacks, []fallback{{group: g}}) {
		for _, other := range list {
			for _, d := range other.group.deployments {
				f(d, t.Called(d, model))
			}
		}
	}
}

// Group is the name of the group that serves a model, "" when none does.
func (t *Table) Group(model string) string {
	if g, _, ok := t.snapshot.Find(model); ok && model != "" {
		return g.Name
	}
	return ""
}

// Has is whether the table has the deployment of a cluster, be it the one of its
// WebSockets.
func (t *Table) Has(cluster string) bool { return t.byCluster[cluster] != nil }

// Give notes that a claim is given to Envoy for a request, in place of the one
// before, if any: it may get lost on its way (Fleet.Lost).
func (t *Table) Give(request string, before, given Claim) { t.fleet.given.add(request, before, given) }

// Lost is what was given to Envoy and did not arrive (Fleet.Lost).
func (t *Table) Lost(request string, told Claim) (Claim, bool) { return t.fleet.Lost(request, told) }

// End settles a claim (Fleet.End).
func (t *Table) End(c Claim, tokens int64) { t.fleet.End(c, tokens) }

// PathAlone is whether every deployment of a model is named by the path of a
// request, so that nothing depends on its body.
func (t *Table) PathAlone(model string, r *azure.Route) bool {
	g, _, ok := t.find(model)
	if !ok {
		return true // and is refused
	}
	for _, list := range append([]fallback{{group: g}}, g.fallbacks...) {
		for _, d := range list.group.deployments {
			if _, inBody := d.Target.Path(r); inBody {
				return false
			}
		}
	}
	return true
}

// MaxBody is the largest JSON body that is served, in bytes.
func (t *Table) MaxBody() int64 { return t.snapshot.MaxBody }

// StreamUsage is whether streams are asked for their usage where the client does not.
func (t *Table) StreamUsage() bool { return t.snapshot.StreamUsage }

// Models is the answer to GET /v1/models: every model group that has a name of
// its own, in the file's order, and that is allowed; nil allows all. Wildcards are not
// listed. The bytes are shared and must not be changed.
func (t *Table) Models(allowed func(model string) bool) []byte {
	if allowed == nil {
		return t.list
	}
	var names []string
	for _, g := range t.snapshot.Groups {
		if !g.Wildcard && allowed(g.Name) {
			names = append(names, g.Name)
		}
	}
	return azure.ModelList(names)
}

// Model is the answer to GET /v1/models/{id}, where it is allowed. The bytes are
// shared and must not be changed.
func (t *Table) Model(id string, allowed func(model string) bool) ([]byte, *azure.Error) {
	if b, ok := t.models[id]; ok && (allowed == nil || allowed(id)) {
		return b, nil
	}
	return nil, modelNotFound(id)
}

// Ready is nil while at least one deployment has a valid credential.
func (t *Table) Ready() error {
	err := errNothingServed
	for _, d := range t.Deployments {
		if err = d.Credential.Ready(); err == nil {
			return nil
		}
	}
	return err
}
