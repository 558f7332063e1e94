package extproc

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/quota"
	"github.com/azproc/azproc/routing"
)

// Keys says who may call. It is safe for concurrent use and answers in constant
// time for equal lengths.
type Keys interface {
	// Find gives the key that one of the three values shows in which a client may
	// show it; an empty string is a header that was not sent. The error says that
	// none of them is a key that may be used. A key without a name is of a gateway
	// that asks for none.
	Find(authorization, apiKey, xAPIKey string) (*quota.Key, error)
}

// Observer is told what the log and the metrics should know. It must not block.
type Observer interface {
	// StreamPanicked counts a stream that ended in a recovered panic.
	StreamPanicked()
	// Refused counts a request that azproc answered itself, by its error.
	Refused(*azure.Error)
	// NotRepeatable counts a request that no second deployment can be asked
	// with, because its body is too large to be kept.
	NotRepeatable()
	// Decided is told how long this process had a request in hand until it sent it on,
	// or refused it; a later attempt is another one.
	Decided(time.Duration)
	// BatchRead is told of a batch that a client has asked a resource for, as Azure
	// describes it. It is the last thing that its request does.
	BatchRead(resource, key string, batch []byte)
}

// Options is what a Server needs.
type Options struct {
	Log      *slog.Logger
	Observer Observer
	// SpoolDir is where a form is kept while its model is still unknown and it
	// is too large for memory; "" is the system's temporary folder.
	SpoolDir string
	// Quota holds the limits of keys, and Prices says what a request may cost; without
	// them no key has any.
	Quota  Quota
	Prices Prices
	// Lists merges the lists of several resources; without it a list is that of the
	// default resource.
	Lists Lists
}

// Server is the external processor. Make it with New, register it, and give it
// a configuration with Use before it serves; without one every request is
// answered 503.
type Server struct {
	options Options
	current atomic.Pointer[snapshot]
}

// snapshot is what a stream decides against, from its first message to its
// last.
type snapshot struct {
	table *routing.Table
	keys  Keys
	fixed []*fixed // by Deployment.Index
	// before is the snapshot before, for second attempts of what was planned
	// with it; its own before is nil.
	before *snapshot
}

// New makes a Server that serves nothing yet.
func New(o Options) *Server { return &Server{options: o} }

// Use makes the server decide every request that comes from now on against
// this configuration. Requests already in hand end as they began.
func (s *Server) Use(table *routing.Table, keys Keys) {
	next := &snapshot{table: table, keys: keys}
	others := extraNames(table)
	for _, d := range table.Deployments {
		next.fixed = append(next.fixed, newFixed(d, others))
	}
	if now := s.current.Load(); now != nil {
		before := *now
		before.before = nil
		next.before = &before
	}
	s.current.Store(next)
}

// of is the snapshot that a deployment's cluster belongs to: this one, or for a
// request that was planned earlier the one before; nil when neither has it.
func (s *snapshot) of(cluster string) *snapshot {
	for ; s != nil; s = s.before {
		if s.table.Has(cluster) {
			return s
		}
	}
	return nil
}

// Register adds the service to a gRPC server that was made with ServerOptions.
func (s *Server) Register(r grpc.ServiceRegistrar) {
	r.RegisterService(&grpc.ServiceDesc{
		ServiceName: "envoy.service.ext_proc.v3.ExternalProcessor",
		HandlerType: (*any)(nil),
		Streams: []grpc.StreamDesc{{
			StreamName:    "Process",
			Handler:       func(_ any, gs grpc.ServerStream) error { return s.serve(gs) },
			ServerStreams: true,
			ClientStreams: true,
		}},
	}, s)
}

// serve runs one stream and is the edge where everything that went wrong inside
// becomes a gRPC status. Envoy then answers 500, and the mapper for it is in
// OpenAI's shape.
func (s *Server) serve(gs grpc.ServerStream) (err error) {
	var x stream
	defer func() {
		if r := recover(); r != nil {
			s.options.Observer.StreamPanicked()
			s.options.Log.Error("recovered in an ext_proc stream", "panic", r, "stack", string(debug.Stack()))
			err = status.Error(codes.Internal, "recovered")
		}
		x.end()
	}()
	now := s.current.Load()
	if now == nil {
		return status.Error(codes.Unavailable, "no configuration yet")
	}
	x = stream{envoy: &stopwatch{peer: gs}, now: now, options: &s.options}
	switch err = x.run(); {
	case err == nil, errors.Is(err, io.EOF), gs.Context().Err() != nil:
		return nil // the request ended, or its client left
	case status.Code(err) != codes.Unknown:
		return err
	default:
		return status.Error(codes.Internal, err.Error())
	}
}

// peer is the part of a gRPC stream that the state machine uses.
type peer interface {
	Context() context.Context
	RecvMsg(any) error
	SendMsg(any) error
}
