package extproc

import (
	"context"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
)

// collection serves what has an id, or makes one: at the resource that the ids in
// the path, the query and the body belong to. A body that is no JSON passes Envoy
// alone, whatever its size.
func (s *stream) collection() error {
	if form := hasMediaType(s.head.contentType, "multipart/form-data"); form && !s.in.end {
		asks := s.route.Asks()
		switch {
		case s.route.Op == azure.OpFiles && s.route.Below == "files":
			return s.upload()
		case s.route.Op == azure.OpVideos && s.route.Below == "videos":
			return s.form() // the model is in it
		case s.route.Op == azure.OpPassthrough && s.route.Model == "" && (!asks.Below || asks == azure.OpVideos || asks == s.route.Op):
			return s.form() // the model may be in it
		}
	}
	if s.merges() {
		return s.list()
	}
	json := hasMediaType(s.head.contentType, "application/json") || s.head.contentType == "" && s.route.Op != azure.OpPassthrough
	if s.in.end || !json {
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
	var read bool
	var named bodyModel
	use := s.route.ModelUse()
	selects := true // the model does no more than to choose a resource
	if body != nil {
		var err *azure.Error
		if body, err = table.Tags.Body(body, &r.Home); err != nil {
			return nil, err
		}
		if s.key != nil && table.Keyed() && s.route.MakesBatch(s.head.method) {
			body = table.Tags.SignBatch(body, s.key.Name)
		}
		if read = doc.Scan(body) == nil; read {
			if s.key != nil && s.key.Limited() {
				passed := doc
				s.passed = &passed
			}
			if named, err = s.modelIn(&doc); err != nil {
				return nil, err
			}
			r.Model, selects = named.name, named.name == "" || use != azure.ModelServes
			r.Free = r.Free && (selects || s.route.Op != azure.OpVideos)
			r.Tokens = doc.Estimate(s.route.Asks())
		}
	}
	if model := s.selector(); r.Model == "" && table.Serves(model) {
		r.Model, selects = model, s.route.Op != azure.OpPassthrough || s.route.Model == ""
	}
	r.Batch = s.route.Op == azure.OpBatches
	p, err := s.planBelow(&r, selects)
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
			f.body = p.Rewrite.Rename(&doc, use)
		case read && s.route.Op != azure.OpPassthrough:
			f.body = p.Rewrite.Rename(&doc, azure.ModelStays)
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
// else of the resource. A model that only selects gives way to the resource that the
// ids belong to.
func (s *stream) planBelow(r *routing.Request, selects bool) (routing.Plan, *azure.Error) {
	if r.Model != "" {
		s.about.model = r.Model // of what is refused, too
	}
	if err := s.charge(r); err != nil {
		return routing.Plan{}, err
	}
	ctx, cancel := context.WithTimeout(s.envoy.Context(), FirstToken)
	defer cancel()
	if !r.Home.Found && s.route.Joins() {
		r.Home = s.now.table.DefaultHome(r.Model)
	}
	r.Alone = true
	if r.Model != "" {
		p, err := s.now.table.Plan(ctx, r)
		if err == nil || !selects || !r.Home.Found {
			p.Timeout = 0
			return p, err
		}
		r.Model = ""
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
	return s.route.QueryModel()
}
