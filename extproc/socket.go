package extproc

import (
	"context"
	"slices"
	"strings"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
)

// isSocket is whether a WebSocket is asked for.
func (h *head) isSocket() bool { return strings.EqualFold(h.upgrade, "websocket") }

// openSocket reads what a browser has put elsewhere than into headers, and takes its
// key away from there: it goes no further than this. It says whether the client
// speaks the preview of the realtime API.
func (s *stream) openSocket() (preview bool) {
	h := &s.head
	path, apiKey, authorization := azure.CutKeys(h.path)
	protocols := azure.ReadProtocols(h.protocols)
	h.path = path
	if h.apiKey == "" {
		h.apiKey = apiKey
	}
	if authorization == "" && protocols.Key != "" {
		authorization = "Bearer " + protocols.Key
	}
	if h.authorization == "" {
		h.authorization = authorization
	}
	return protocols.Preview || azure.AsksPreview(h.openAIBeta)
}

// socket serves a request for a WebSocket. It is decided by its headers alone, at
// each attempt: asked for a body, Envoy would wait for one that never comes
// (envoy-facts-2, section 4).
func (s *stream) socket() error {
	f, err := s.decideSocket()
	if err != nil {
		return s.refuse(err)
	}
	return s.forward(f, answerHeaders)
}

func (s *stream) decideSocket() (*forward, *azure.Error) {
	p, err := s.planSocket()
	if err != nil {
		return nil, err
	}
	f := s.forwarding(&p, s.route.Model)
	f.plan.socket, f.plan.preview = true, s.route.Preview
	f.path, _ = p.Target.Path(&s.route)
	f.more = p.Target.SocketHeaders(&s.route, s.head.protocols, s.head.openAIBeta)
	return f, nil
}

// planSocket picks the deployments. Where the URL has no place for a model, one that
// is named all the same chooses the resource: the frames name the deployment, which
// nobody changes, so that another one is asked only if it has the same name.
func (s *stream) planSocket() (routing.Plan, *azure.Error) {
	r := routing.Request{Model: s.selector(), Home: s.home, Op: s.route.Op, Stream: true}
	passed := s.route.Op == azure.OpPassthrough
	if passed && !s.now.table.Serves(r.Model) {
		r.Model = ""
	}
	if s.route.Model = r.Model; r.Model != "" {
		p, err := s.planned(&r)
		if s.route.NoModel && err == nil {
			p.Next = slices.DeleteFunc(p.Next, func(d *routing.Deployment) bool { return d.Target.Deployment != p.Target.Deployment })
		}
		return p, err
	}
	if !passed && !s.route.NoModel {
		return routing.Plan{}, missingModel()
	}
	if err := s.charge(&r); err != nil {
		return routing.Plan{}, err
	}
	ctx, cancel := context.WithTimeout(s.envoy.Context(), FirstToken)
	defer cancel()
	return s.now.table.AtHome(ctx, &r, passed || s.head.provider != "")
}
