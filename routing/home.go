package routing

import (
	"context"
	"fmt"
	"net/http"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// AtHome plans a request that names no model: for the resource that its ids belong
// to, else for the default one. It counts against no limit, for it asks no model for
// anything, and there is nobody else to ask.
//
// An id without a tag was made before the gateway was there. It is believed where
// one resource alone can have made it, or anywhere when named says that the client
// has chosen the resource some other way.
func (t *Table) AtHome(ctx context.Context, r *Request, named bool) (Plan, *azure.Error) {
	there := []*Deployment{t.home}
	switch {
	case r.Home.Found:
		there = t.resources[r.Home.Code]
	case r.Home.Raw != "" && !named && len(t.resources) > 1:
		return Plan{}, azure.NoSuchID(r.Home.Raw)
	case t.home == nil:
		there = nil
	default: // whose deployments are as good as the one that was named
		there = append(there, t.resources[t.home.Resource.Code]...)
	}
	if len(there) == 0 {
		if r.Home.Found {
			return Plan{}, azure.ResourceGone(r.Home.ID)
		}
		return Plan{}, unavailable("", errNothingServed)
	}
	d := t.usable(ctx, there)
	a, err := d.attempt("")
	if err != nil {
		return Plan{}, unavailable(d.Name, err)
	}
	return Plan{Attempt: a, Claim: t.claim(d, minuteOf(t.fleet.now()), 0, false)}, nil
}

// usable is the first of some deployments that has a valid credential and is not
// known to be configured wrongly; the first one where none is.
func (t *Table) usable(ctx context.Context, list []*Deployment) *Deployment {
	for range 2 {
		for _, d := range list {
			fault, _, _ := d.member.cooldown.at(t.fleet.now())
			if fault != azure.FaultConfig && d.Credential.Ready() == nil {
				return d
			}
		}
		for _, d := range list {
			if d.Credential.Ready() == nil {
				return d
			}
			if d.Credential.Wait(ctx) != nil {
				return list[0]
			}
		}
	}
	return list[0]
}

// Serves is whether a model_name of the configuration serves a model.
func (t *Table) Serves(model string) bool {
	_, _, ok := t.find(model)
	return ok && model != ""
}

// DefaultHome is the default resource for a request that names a model, when a
// deployment of it is there. What is made for the model can then be used together
// with what names no model.
func (t *Table) DefaultHome(model string) azure.Home {
	g, _, ok := t.find(model)
	if !ok || t.home == nil {
		return azure.Home{}
	}
	for _, d := range g.deployments {
		if d.Resource.Code == t.home.Resource.Code {
			return azure.Home{Found: true, Code: d.Resource.Code}
		}
	}
	return azure.Home{}
}

// BalancesBatches is whether the model in a batch's file is a model_name.
func (t *Table) BalancesBatches() bool { return t.snapshot.BatchBalancing }

// BatchDeployment is where a batch ran on a resource: the deployment of that name,
// else the only one there that is for batches; nil when the configuration does not
// say.
func (t *Table) BatchDeployment(resource, deployment string) *config.Deployment {
	var forBatches []*Deployment
	for _, d := range t.Deployments {
		if d.Resource.Name != resource {
			continue
		}
		if d.Target.Deployment == deployment {
			return d.Deployment
		}
		if d.forBatches() {
			forBatches = append(forBatches, d)
		}
	}
	if len(forBatches) != 1 {
		return nil
	}
	return forBatches[0].Deployment
}

// Pricing is what the configuration knows of prices; nil is nothing.
func (t *Table) Pricing() config.Pricing { return t.snapshot.Pricing }

// notThere is for a request whose ids belong to a resource where its model is not.
func (t *Table) notThere(g *group, r *Request) *azure.Error {
	if len(t.resources[r.Home.Code]) == 0 {
		return azure.ResourceGone(r.Home.ID)
	}
	return &azure.Error{
		Status: http.StatusBadRequest, Type: "invalid_request_error", Code: "resource_mismatch", Param: "model",
		Message: fmt.Sprintf("The id %q belongs to an Azure resource that has no deployment of the model %q.", r.Home.ID, g.name),
	}
}
