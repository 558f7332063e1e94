package extproc

import (
	"context"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/quota"
	"github.com/azproc/azproc/routing"
)

// Quota is what the clients' keys may still use. It is safe for concurrent use, and
// beside the store of shared limits nothing is waited for.
type Quota interface {
	// Reserve takes what a request may need at most, or says why it may not have it.
	Reserve(ctx context.Context, ask *quota.Ask) (quota.Grant, *azure.Error)
	// Settle puts what was used in the place of what was reserved, once; cost is in
	// pico-dollars.
	Settle(h quota.Hold, tokens, cost int64)
	// View is what a key has used.
	View(ctx context.Context, key *quota.Key) quota.View
}

// Prices says what a request to a model may cost at most, in micro-dollars rounded up:
// with so many tokens in, and at most so many out, negative is not said, and on these
// terms. 0 is unknown.
type Prices interface {
	Most(model string, input, output int64, on azure.Terms) int64
}

// charge is the one place where a client's key is held against what it asks for: which
// model, and what it may need of the key's limits. It comes before anybody is asked or
// picked, for every operation in every dialect. A request is charged once.
func (s *stream) charge(r *routing.Request) *azure.Error {
	if s.key == nil || s.charged {
		return nil
	}
	s.charged = true
	switch {
	case s.route.NoModel && s.key.Models != nil:
		// What the frames ask for nobody knows, whatever the URL says.
		return quota.Model(s.key, "")
	case r.Model != "":
		if err := quota.Model(s.key, r.Model); err != nil {
			return err
		}
	case s.route.Op == azure.OpPassthrough && s.key.Models != nil:
		// What it asks for nobody knows: it may be any model of the resource.
		return quota.Model(s.key, "")
	}
	if s.options.Quota == nil || !s.key.Limited() {
		return nil
	}
	ask := quota.Ask{Key: s.key, Requests: 1}
	if !r.Free {
		ask.Tokens = r.Tokens
		ask.Cost = s.most(r)
	}
	grant, err := s.options.Quota.Reserve(s.envoy.Context(), &ask)
	if err != nil {
		return err
	}
	s.hold = grant.Hold
	s.about.hold = string(grant.Hold.Append(nil))
	return nil
}

// most is what a request may cost at most, in micro-dollars.
func (s *stream) most(r *routing.Request) int64 {
	if s.key.Budget == 0 || s.options.Prices == nil {
		return 0
	}
	switch {
	case r.Doc != nil:
		input, output := r.Doc.Most()
		return s.options.Prices.Most(r.Model, input, output, s.about.terms)
	case s.about.terms.Images > 0: // a form: what else is in it nobody has read
		return s.options.Prices.Most(r.Model, 0, -1, s.about.terms)
	}
	return 0
}

// discharge gives back what was reserved for a request that goes nowhere. The request
// itself stays counted.
func (s *stream) discharge() {
	if !s.hold.Empty() {
		s.options.Quota.Settle(s.hold, 0, 0)
		s.hold, s.about.hold = quota.Hold{}, ""
	}
}
