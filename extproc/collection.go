package extproc

import (
	"context"
	"strings"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
)

// collection serves what has an id, or makes one: at the resource that the ids in
// the path, the query and the body belong to. A body that is no JSON passes Envoy
// alone, whatever its size.
func (s *stream) collection() error {
	if form := hasMediaType(s.head.contentType, "multipart/form-data"); form && !s.in.end {
		switch {
		case s.route.Op == azure.OpFiles && s.route.Below == "files":
			return s.upload()
		case s.route.Op == azure.OpVideos && s.route.Below == "videos", s.route.Op == azure.OpPassthrough && s.route.Model == "":
			return s.form() // the model is in it
		}
	}
	if s.merges() {
		return s.list()
	}
	if s.in.end || !hasMediaType(s.head.contentType, "application/json") {
		f, err := s.decideBelow(nil)
		if err != nil {
			return s.refuse(err)
		}
		f.asks = true
		if err := s.forward(f, answerHeaders); err != nil {
			return err
		}
		return s.edit(f.resource)
	}
	return s.json()
}

// decideBelow takes a request of a collection to what goes upstream. body is nil
// where none was read.
func (s *stream) decideBelow(body []byte) (*forward, *azure.Error) {
	r := routing.Request{Op: s.route.Op, Home: s.home, Size: -1, Free: s.route.Op != azure.OpPassthrough}
	table := s.now.table
	length := len(body)
	var doc azure.Doc
	var named bodyModel
	if body != nil {
		var err *azure.Error
		if body, err = table.Tags.Body(body, &r.Home); err != nil {
			return nil, err
		}
		if doc.Scan(body) == nil {
			if named, err = s.modelIn(&doc); err != nil {
				return nil, err
			}
			if named.name != "" {
				r.Model = named.name
				r.Tokens = doc.Estimate(s.route.Op)
			}
		}
	}
	if model := s.selector(); r.Model == "" && table.Serves(model) {
		r.Model = model
	}
	p, err := s.planBelow(&r)
	if err != nil {
		return nil, err
	}
	s.route.Model = r.Model // a name that is no model's stays where it is
	f := s.forwarding(&p, r.Model)
	f.path, _ = p.Target.Path(&s.route)
	if s.route.Ephemeral(s.head.authorization) {
		f.credential = azure.Header{Name: "authorization", Value: s.head.authorization}
	}
	if body != nil {
		f.body = azure.Body{Bytes: body}
		switch {
		case named.session:
			f.body = p.Rewrite.RenameSession(&doc)
		case named.name != "":
			f.body = p.Rewrite.Rename(&doc, s.route.Op == azure.OpBatches)
		}
		f.body.Changed = f.body.Changed || len(body) != length
		if f.body.Changed {
			f.length = contentLength(int64(len(f.body.Bytes)))
		}
	}
	return f, nil
}

// bodyModel is the model that a body names, "" for none that is served, and whether
// it is that of the session within the body.
type bodyModel struct {
	name    string
	session bool
}

func (s *stream) modelIn(doc *azure.Doc) (bodyModel, *azure.Error) {
	if s.route.Sessions() {
		model, _, err := doc.SessionModel()
		if err != nil || s.now.table.Serves(model) {
			return bodyModel{model, true}, err
		}
	}
	if model, _, err := doc.Model(); err == nil && s.now.table.Serves(model) {
		return bodyModel{name: model}, nil
	}
	return bodyModel{}, nil
}

// planBelow picks the one deployment that serves: of the model when one is named,
// else of the resource.
func (s *stream) planBelow(r *routing.Request) (routing.Plan, *azure.Error) {
	ctx, cancel := context.WithTimeout(s.envoy.Context(), firstToken)
	defer cancel()
	if !r.Home.Found && s.route.Joins() {
		r.Home = s.now.table.DefaultHome(r.Model)
	}
	if r.Model != "" {
		p, err := s.now.table.Plan(ctx, r)
		if err == nil || !r.Free || !r.Home.Found {
			p.Next, p.Repeat, p.Timeout = nil, false, 0
			p.Refused = [azure.NumRefusals][][]*routing.Deployment{}
			return p, err
		}
		r.Model = "" // where its ids are counts for more
	}
	return s.now.table.AtHome(ctx, r, s.head.provider != "" || s.route.Op == azure.OpPassthrough)
}

// selector is the model that is named to choose a resource: by the path of the
// passthrough, LiteLLM's header, or the query.
func (s *stream) selector() string {
	if s.route.Model != "" {
		return s.route.Model
	}
	if s.head.modelSelector != "" {
		return s.head.modelSelector
	}
	for part := range strings.SplitSeq(s.route.Query, "&") {
		if model, ok := strings.CutPrefix(part, "model="); ok {
			return unescape(model)
		}
	}
	return ""
}
