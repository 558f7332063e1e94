package routing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/azproc/azproc/azure"
)

// Attempt is a request's one try at one deployment.
type Attempt struct {
	Deployment *Deployment
	// Target says where the request goes.
	Target *azure.Target
	// Rewrite says what the deployment wants changed in the body.
	Rewrite *azure.Rewrite
	// Header is the credential to send.
	Header azure.Header
}

var errNothingServed = errors.New("no deployment is configured")

// Attempt picks the deployment that serves model: the next in turn of those
// whose credential is valid. Only while no credential of the group has been
// fetched even once does it wait, at most until ctx ends.
//
// It fails with 404 model_not_found when no group has that name, and with 503
// when no deployment of the group can be used.
func (t *Table) Attempt(ctx context.Context, model string) (Attempt, *azure.Error) {
	found, capture, ok := t.snapshot.Find(model)
	if !ok {
		return Attempt{}, modelNotFound(model)
	}
	g := t.groups[found]
	if a, ok, _ := g.pick(capture); ok {
		return a, nil
	}
	for _, d := range g.deployments {
		if werr := d.Credential.Wait(ctx); werr != nil {
			break
		}
	}
	a, ok, err := g.pick(capture)
	if !ok {
		return Attempt{}, unavailable(model, err)
	}
	return a, nil
}

// pick asks each deployment once, beginning with the one whose turn it is. The
// error is of the last one asked.
func (g *group) pick(capture string) (Attempt, bool, error) {
	n := uint32(len(g.deployments))
	if n == 0 {
		return Attempt{}, false, errNothingServed
	}
	first := uint32(0)
	if n > 1 {
		first = g.next.Add(1)
	}
	var err error
	for i := range n {
		d := g.deployments[(first+i)%n]
		var name, value string
		if name, value, err = d.Credential.Header(); err == nil {
			a := d.attempt(capture)
			a.Header = azure.Header{Name: name, Value: value}
			return a, true, nil
		}
	}
	return Attempt{}, false, err
}

// attempt is d for a model; capture is what the star of a wildcard group stood
// for. Only a wildcard costs anything: its deployment is named by the request.
func (d *Deployment) attempt(capture string) Attempt {
	if !d.Wildcard {
		return Attempt{Deployment: d, Target: &d.Target, Rewrite: &d.Rewrite}
	}
	target, rewrite := d.Target, d.Rewrite
	target.Deployment = strings.Replace(target.Deployment, "*", capture, 1)
	rewrite.Model = target.Deployment
	rewrite.Family = azure.FamilyOf(d.BaseModel, d.RoutePrefix, target.Deployment)
	return Attempt{Deployment: d, Target: &target, Rewrite: &rewrite}
}

// modelNotFound is what OpenAI answers for a model that does not exist.
func modelNotFound(model string) *azure.Error {
	return &azure.Error{
		Status:  http.StatusNotFound,
		Type:    "invalid_request_error",
		Code:    "model_not_found",
		Param:   "model",
		Message: fmt.Sprintf("The model %q does not exist or you do not have access to it.", model),
	}
}

// unavailable says that a model is there and cannot be served now. Why is for
// the log: it names credentials, which are no client's business.
func unavailable(model string, cause error) *azure.Error {
	return &azure.Error{
		Status:  http.StatusServiceUnavailable,
		Type:    "server_error",
		Code:    "no_deployment",
		Message: fmt.Sprintf("No deployment of the model %q can be used at the moment: the gateway has no valid credential for it.", model),
		Cause:   cause,
	}
}
