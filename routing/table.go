package routing

import (
	"context"
	"sync/atomic"

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
}

// Table is the model list, ready for decisions. It is immutable but for the
// counters that spread the load, and safe for concurrent use.
type Table struct {
	// Deployments are all deployments that are served, in the file's order.
	Deployments []*Deployment

	snapshot *config.Snapshot
	groups   map[*config.Group]*group
	list     []byte            // answer to GET /v1/models
	models   map[string][]byte // answers to GET /v1/models/{id}
}

// group is a model group: the deployments behind one model_name.
type group struct {
	deployments []*Deployment
	next        atomic.Uint32 // who is asked first, in turn
}

// New makes the table of a snapshot. credential gives the credential of each
// deployment; it is asked once for each.
func New(s *config.Snapshot, credential func(config.Credential) Credential) *Table {
	t := &Table{
		snapshot: s,
		groups:   make(map[*config.Group]*group, len(s.Groups)),
		models:   make(map[string][]byte, len(s.Groups)),
	}
	byConfig := make(map[*config.Deployment]*Deployment, len(s.Deployments))
	for i, d := range s.Deployments {
		dep := &Deployment{Deployment: d, Index: i, Credential: credential(d.Credential)}
		t.Deployments = append(t.Deployments, dep)
		byConfig[d] = dep
	}
	var listed []string
	for _, g := range s.Groups {
		members := &group{}
		for _, d := range g.Deployments {
			members.deployments = append(members.deployments, byConfig[d])
		}
		t.groups[g] = members
		if !g.Wildcard {
			listed = append(listed, g.Name)
			t.models[g.Name] = azure.ModelObject(g.Name)
		}
	}
	t.list = azure.ModelList(listed)
	return t
}

// MaxBody is the largest JSON body that is served, in bytes.
func (t *Table) MaxBody() int64 { return t.snapshot.MaxBody }

// Models is the answer to GET /v1/models: every model group that has a name of
// its own, in the file's order. Wildcards are not listed. The bytes are shared
// and must not be changed.
func (t *Table) Models() []byte { return t.list }

// Model is the answer to GET /v1/models/{id}. The bytes are shared and must not
// be changed.
func (t *Table) Model(id string) ([]byte, *azure.Error) {
	if b, ok := t.models[id]; ok {
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
