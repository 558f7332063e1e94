package extproc

import (
	"context"
	"net/http"

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
	// Begin says that a request of a key with limits is in hand, by its id, End that it is
	// not any more, and Give that its hold is given to Envoy: it may get lost on its way.
	Begin(request string)
	End(request string)
	Give(request string, h quota.Hold)
	// View is what a key has used.
	View(ctx context.Context, key *quota.Key) quota.View
}

// Prices says what a request of an extent to a model costs at most on its terms, in
// micro-dollars rounded up, and how many tokens the images in it are at most; 0 is
// unknown.
type Prices interface {
	Most(model string, x *azure.Extent, on azure.Terms) (microdollars, images int64)
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
		s.measure(r, &ask)
	}
	grant, err := s.options.Quota.Reserve(s.envoy.Context(), &ask)
	if err != nil {
		return err
	}
	s.hold = grant.Hold
	s.about.hold = string(grant.Hold.Append(nil))
	s.limits = string(grant.View.AppendLimits(nil))
	return nil
}

// begin takes a request of a key with limits in hand.
func (s *stream) begin() {
	if s.options.Quota != nil && s.key.Limited() && s.head.requestID != "" {
		s.options.Quota.Begin(s.head.requestID)
		s.begun = true
	}
}

// end is the last that happens to a stream. What it has reserved and Envoy has not is
// given back.
func (s *stream) end() {
	s.discharge()
	if s.begun {
		s.options.Quota.End(s.head.requestID)
	}
}

// measure says what a request needs of its key's limits: what it is estimated at of the
// tokens per minute, and the most that it can cost of the budget.
func (s *stream) measure(r *routing.Request, ask *quota.Ask) {
	ask.Tokens = r.Tokens
	x, there := s.extent(r)
	if !there || s.options.Prices == nil {
		return
	}
	cost, images := s.options.Prices.Most(r.Model, &x, s.about.terms)
	ask.Tokens = max(ask.Tokens-x.Inline/4, 0) + images
	if s.key.Budget > 0 {
		ask.Cost = cost
	}
}

// extent is how much a request may use, if it is of a kind that is charged.
func (s *stream) extent(r *routing.Request) (x azure.Extent, there bool) {
	op := s.route.Asks()
	switch {
	case r.Doc != nil:
		return r.Doc.Extent(r.Op), true
	case r.Op.Body == azure.BodyForm:
		return azure.FormExtent(r.Op, r.Size), true
	case r.Op == azure.OpPassthrough && op.UsesTokens() && s.head.method == http.MethodPost && s.passed != nil:
		return s.passed.Extent(op), true
	}
	return x, false
}

// discharge gives back what was reserved for a request that goes nowhere. The request
// itself stays counted.
func (s *stream) discharge() {
	if !s.hold.Empty() {
		s.options.Quota.Settle(s.hold, 0, 0)
		s.hold, s.about.hold = quota.Hold{}, ""
	}
}
