package extproc

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/quota"
	"github.com/azproc/azproc/routing"
)

// FirstToken is how long a request, or a list, waits for a credential that has
// never been had yet. It ends before Envoy's message_timeout of five seconds does,
// so that the client is told why.
const FirstToken = 4 * time.Second

var errUnexpected = errors.New("unexpected message from Envoy")

// stream is one HTTP request on its way through azproc. It belongs to one
// goroutine.
//
// What is asked of Envoy depends on the operation and the headers alone:
//
//	no body, bytes   headers ─▶ answer
//	WebSocket        headers ─▶ answer (socket.go)
//	JSON             headers ─▶ mode_override BUFFERED, body ─▶ answer
//	multipart form   headers ─▶ answer, where the path alone names the deployment; else
//	                 mode_override FULL_DUPLEX_STREAMED, chunks … model ─▶ answer, chunks ─▶ chunks (form.go)
//	file             the same, until it is known where it belongs (upload.go)
//	list             override_message_timeout, then the answer (lists.go)
//	later attempt    headers ─▶ mode_override BUFFERED, body ─▶ answer (retry.go)
//	translated       the same, and its response ─▶ response (translated.go)
//
// The stream ends as soon as the request is answered, so that a response which
// lasts for minutes needs nothing of this process; only one that may hold ids comes
// here too, headers and chunks ─▶ chunks (edit.go).
type stream struct {
	envoy   *stopwatch
	now     *snapshot
	options *Options
	in      message
	head    head
	route   azure.Route
	home    azure.Home // of the ids in the path
	about   about      // what is asked for, as far as it is known
	key     *quota.Key // of the client; nil until it is known
	begun   bool       // the key has limits
	charged bool       // the key has been charged
	hold    quota.Hold // what it has reserved, until Envoy has it
	batch   []byte     // the answer, where it describes a batch
	limits  string     // what is left of the key's limits per minute, as limits.lua reads it
	passed  *azure.Doc // the body of what passes through, where it is JSON
}

// run takes the stream from its first message to its last. It must not return
// nil before something was answered: Envoy takes that for leave to pass the
// request on unprocessed (envoy-facts, section 4).
func (s *stream) run() error {
	if err := s.recv(kindHeaders); err != nil {
		return err
	}
	s.head = s.in.head
	if s.in.cluster != "" {
		return s.retry()
	}
	if err := s.admit(); err != nil {
		return s.refuse(err)
	}
	switch {
	case s.route.Op == azure.OpModels:
		a := reply(s.now.table.Models(s.allowed()), "models")
		return s.send(a.with(&s.about))
	case s.route.Op == azure.OpKeyInfo:
		return s.keyInfo()
	case s.route.Op == azure.OpModel:
		body, err := s.now.table.Model(s.route.ID, s.allowed())
		if err != nil {
			return s.refuse(err)
		}
		a := reply(body, "model")
		return s.send(a.with(&s.about))
	case s.route.Op.Habit:
		return s.habit()
	case s.route.Socket:
		return s.socket()
	case s.route.Op.Below:
		return s.collection()
	case s.route.Op.Body == azure.BodyJSON:
		return s.json()
	case s.route.Op.Body == azure.BodyForm:
		return s.form()
	default:
		return fmt.Errorf("%w: %s has no body and is not answered here", errUnexpected, s.route.Op.Name)
	}
}

// admit says what the request is and whether its caller may make it. The path
// is read first: an error is in the shape that its dialect's SDK reads.
func (s *stream) admit() *azure.Error {
	preview := s.head.isSocket() && s.openSocket()
	path, lost := s.now.table.Tags.Path(s.head.path, &s.home)
	route, err := s.parse(path, preview)
	s.route = route
	if route.Op != nil {
		s.about = about{operation: route.Op.Name, model: route.Model}
	}
	if err == nil && (route.Op.Below || route.Socket) {
		err = lost
	}
	if err == nil && route.Op.Open {
		return nil
	}
	shown := s.head.authorization
	ephemeral := err == nil && route.Ephemeral(shown)
	if ephemeral {
		shown = ""
	}
	key, denied := s.now.keys.Find(shown, s.head.apiKey, s.head.xKey)
	if s.key = key; key != nil {
		s.about.key = key.Name
		s.begin()
	}
	switch {
	case denied != nil && ephemeral:
		return notForUs(denied)
	case denied != nil:
		return unauthorized(denied)
	}
	if err != nil {
		return err
	}
	return checkContent(&s.head, route.Op.Body, s.now.table.MaxBody())
}

// parse reads a path, without the tags of its ids.
func (s *stream) parse(path string, preview bool) (azure.Route, *azure.Error) {
	if s.head.isSocket() {
		return azure.ParseSocket(s.head.method, path, preview)
	}
	return azure.ParseRoute(s.head.method, path)
}

// json serves an operation with a JSON body.
func (s *stream) json() error {
	if s.in.end {
		return s.refuse(emptyBody())
	}
	ask := bufferedBody
	if s.route.HasIDs() {
		ask = bufferedBodyAnswered
	}
	if err := s.send(bytesAnswer(ask)); err != nil {
		return err
	}
	if err := s.recv(kindBody); err != nil {
		return err
	}
	f, err := s.decide(s.in.body)
	if err != nil {
		s.in.release()
		return s.refuse(err)
	}
	sent := s.forward(f, fieldBodyAnswer)
	s.in.release()
	if sent != nil {
		return sent
	}
	return s.edit(f.resource)
}

// decide takes a whole JSON body to the request that goes upstream.
func (s *stream) decide(body []byte) (*forward, *azure.Error) {
	if limit := s.now.table.MaxBody(); int64(len(body)) > limit {
		return nil, tooLarge(limit)
	}
	if s.route.Op.Below {
		return s.decideBelow(body)
	}
	length := len(body)
	body, err := s.now.table.Tags.Body(body, &s.home)
	if err != nil {
		return nil, err
	}
	var doc azure.Doc
	if err := doc.Scan(body); err != nil {
		return nil, err
	}
	model, _, err := doc.Model()
	if err != nil {
		return nil, err
	}
	s.about.terms = doc.Terms(s.route.Op)
	f, a, err := s.plan(&routing.Request{
		Model: model, Home: s.home, Op: s.route.Op, Doc: &doc, Tokens: doc.Estimate(s.route.Op), Size: int64(len(body)), Stream: doc.Stream(),
		Free: s.route.Op == azure.OpCountTokens,
	})
	if err != nil {
		return nil, err
	}
	if err := s.serve(f, a, &doc); err != nil {
		s.now.table.End(f.claim, 0)
		return nil, err
	}
	if f.body.Changed = f.body.Changed || len(body) != length; f.body.Changed {
		f.length = contentLength(int64(len(f.body.Bytes)))
	}
	return f, nil
}

// serve makes the request for its first deployment. One that has to be translated is
// sent as the client made it: it comes here once more from the deployment's cluster,
// so that what a later deployment gets does not depend on the first one's language.
func (s *stream) serve(f *forward, a *routing.Attempt, doc *azure.Doc) *azure.Error {
	f.plan.about.stream = doc.Stream()
	service, err := a.Rewrite.Manner.Serve(s.route.Op, f.plan.about.stream)
	if err != nil {
		return err
	}
	if s.route.Dialect == azure.DialectAnthropic {
		f.plan.shape = ShapeAnthropic
	}
	f.plan.hide = s.askUsage(a, service, doc)
	f.more = append(f.more, s.anthropicVersion(service)...)
	if !service.Changes(s.route.Op) {
		path, modelInBody := a.Target.Path(&s.route)
		f.path = path
		f.body, err = a.Rewrite.Apply(doc, s.route.Op, modelInBody)
		return err
	}
	f.path, _ = s.pathTo(a, service)
	f.body = azure.Body{Bytes: doc.Bytes()}
	f.more = append(f.more, azure.Header{Name: translateHeader, Value: "yes"})
	f.plan.translated = true
	if service.Op.Anthropic {
		f.plan.shape = ShapeOpenAI
	}
	return nil
}

// askUsage makes the request ask for the usage of its stream where the client does not
// and the deployment can tell it, and says that Envoy is to hide it from the client.
func (s *stream) askUsage(a *routing.Attempt, service azure.Service, doc *azure.Doc) (hide bool) {
	hide = s.route.Op.AsksUsage() && s.now.table.StreamUsage() && a.Rewrite.HidesUsage(doc)
	doc.AskUsage(hide && (service.Op != s.route.Op || a.Target.TellsUsage(&s.route)))
	return hide
}

// anthropicVersion is the header without which Anthropic's API takes no request: its
// first version, where a client of its own does not say one.
func (s *stream) anthropicVersion(service azure.Service) []azure.Header {
	if !s.route.Op.Anthropic || !service.Op.Anthropic || s.head.anthropicVersion != "" {
		return nil
	}
	return []azure.Header{{Name: "anthropic-version", Value: azure.AnthropicVersion}}
}

// pathTo is the path of the operation by which a deployment serves, and whether its
// body names the deployment.
func (s *stream) pathTo(a *routing.Attempt, service azure.Service) (path string, modelInBody bool) {
	route := s.route
	if service.Op != route.Op { // whatever the query said was for another operation
		route.Op, route.Query = service.Op, ""
	}
	return a.Target.Path(&route)
}

// plan picks the deployments. A model in the path beats the body's, as it does
// at Azure.
func (s *stream) plan(r *routing.Request) (*forward, *routing.Attempt, *azure.Error) {
	if s.route.Model != "" {
		r.Model = s.route.Model
	}
	if r.Model == "" {
		return nil, nil, missingModel()
	}
	s.about.model = r.Model
	p, err := s.planned(r)
	if err != nil {
		return nil, nil, err
	}
	return s.forwarding(&p, r.Model), &p.Attempt, nil
}

// planned is the plan for a request that names a model.
func (s *stream) planned(r *routing.Request) (routing.Plan, *azure.Error) {
	if err := s.charge(r); err != nil {
		return routing.Plan{}, err
	}
	ctx, cancel := context.WithTimeout(s.envoy.Context(), FirstToken)
	defer cancel()
	p, err := s.now.table.Plan(ctx, r)
	if err != nil {
		return p, err
	}
	if p.TooLarge {
		s.options.Observer.NotRepeatable()
	}
	if !utf8.ValidString(s.head.path) || !utf8.ValidString(r.Model) {
		// Metadata is UTF-8, and a later attempt could not be told.
		p.Next, p.Refused = nil, [azure.NumRefusals][][]*routing.Deployment{}
	}
	return p, nil
}

// forwarding begins what is sent on its way by a plan.
func (s *stream) forwarding(p *routing.Plan, model string) *forward {
	s.about.model = model
	first := s.now.fixed[p.Deployment.Index]
	f := &forward{
		credential: p.Header, fixed: first, claim: p.Claim, timeout: p.Timeout, repeat: p.Repeat,
		plan: &plan{first: first, next: p.Next, refused: p.Refused, fixed: s.now.fixed, claim: p.Claim, path: s.head.path, about: s.about},
	}
	f.plan.body = &f.body
	if f.plan.limits = s.limits; s.limits != "" {
		f.more = append(f.more, azure.Header{Name: limitsHeader, Value: "yes"})
	}
	if s.route.HasIDs() {
		f.resource = p.Deployment.Resource
	}
	return f
}

// forward sends a request on its way.
func (s *stream) forward(f *forward, field protowire.Number) error {
	return s.give(f, routing.Claim{}, field)
}

// give sends an answer with a claim in it, which takes the place of the one
// before. When Envoy is not there any more to take it, because the client has
// left, the room is given back; when it leaves in this moment, the log tells.
func (s *stream) give(f *forward, before routing.Claim, field protowire.Number) error {
	s.now.table.Give(s.head.requestID, before, f.claim)
	if !s.hold.Empty() {
		s.options.Quota.Give(s.head.requestID, s.hold)
	}
	a := f.answer(field)
	s.options.Observer.Decided(s.envoy.read())
	err := s.send(a)
	if err != nil {
		s.now.table.Lost(s.head.requestID, before)
		s.now.table.End(f.claim, 0)
		s.discharge()
	}
	s.hold = quota.Hold{}
	return err
}

// recv waits for the next message and insists on its kind.
func (s *stream) recv(want kind) error {
	if err := s.envoy.RecvMsg(&s.in); err != nil {
		return err
	}
	if s.in.kind != want {
		s.in.release()
		return unexpected(s.in.kind, fmt.Sprintf("where %d was due", want))
	}
	return nil
}

func unexpected(k kind, where string) error {
	return fmt.Errorf("%w: kind %d %s", errUnexpected, k, where)
}

func (s *stream) send(a answer) error { return s.envoy.SendMsg(&a) }

// refuse ends the request with an error of azproc's own.
func (s *stream) refuse(e *azure.Error) error {
	s.options.Observer.Refused(e)
	s.discharge()
	a := refusal(e, s.route.Dialect.Shape())
	s.options.Observer.Decided(s.envoy.read())
	return s.send(a.with(&s.about))
}

// answerHeaders is the field of an answer to the headers alone.
const answerHeaders = protowire.Number(fieldHeadersAnswer)
