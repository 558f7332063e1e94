package routing

import (
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

// attempt is d for a model; capture is what the star of a wildcard group stood
// for.
func (d *Deployment) attempt(capture string) (Attempt, error) {
	name, value, err := d.Credential.Header()
	if err != nil {
		return Attempt{}, err
	}
	a := d.named(capture)
	if a.Rewrite.Manner.Language == azure.LanguageMessages && name == "api-key" {
		name = "x-api-key" // by which Anthropic's API knows a key
	}
	a.Header = azure.Header{Name: name, Value: value}
	return a, nil
}

// named is the attempt without its credential. Only a wildcard costs anything: its
// deployment is named by the request.
func (d *Deployment) named(capture string) Attempt {
	a := Attempt{Deployment: d, Target: &d.Target, Rewrite: &d.Rewrite}
	if d.Wildcard {
		target, rewrite := d.Target, d.Rewrite
		target.Deployment = strings.Replace(target.Deployment, "*", capture, 1)
		rewrite.Model = target.Deployment
		rewrite.Family = azure.FamilyOf(d.BaseModel, d.RoutePrefix, target.Deployment)
		rewrite.Base, rewrite.Manner = d.Base(target.Deployment), d.MannerOf(target.Deployment)
		a.Target, a.Rewrite = &target, &rewrite
	}
	return a
}
