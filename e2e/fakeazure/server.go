package fakeazure

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server plays the resources of its [Config]. Its methods may be called from
// any goroutine.
type Server struct {
	config    Config
	resources []*resource
	closing   chan struct{}  // closed by Close: ends stalls and gates
	serving   sync.WaitGroup // handlers and listeners

	mu          sync.Mutex // guards what follows
	closed      bool
	requests    []*Request
	arrived     chan struct{} // closed and renewed with every request
	violations  []string
	scripts     map[place][]Fault
	gates       map[place]*Gate
	paces       map[place]time.Duration
	counts      map[place]int
	limits      map[place]*limit
	disconnects chan Disconnect
	uploads     chan Upload
}

// place names a deployment, or with the deployment "" a whole resource.
type place struct{ resource, deployment string }

// resource is a Resource while it is served.
type resource struct {
	Resource
	server      *Server
	http        *http.Server
	listener    net.Listener
	authority   string // host:port of the listener
	deployments map[string]*Deployment
	memory      *memory
	ended       context.Context // until it is stopped: WebSockets end with it
	end         context.CancelFunc
	archive     archive
	bench       bool // only KindBench: nothing has to be found out per request
}

// New makes a server; [Server.Start] opens its listeners.
func New(c Config) *Server {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Server{
		config:      c,
		closing:     make(chan struct{}),
		arrived:     make(chan struct{}),
		scripts:     map[place][]Fault{},
		gates:       map[place]*Gate{},
		paces:       map[place]time.Duration{},
		counts:      map[place]int{},
		limits:      map[place]*limit{},
		disconnects: make(chan Disconnect, 1024),
		uploads:     make(chan Upload, 1024),
	}
	for _, configured := range c.Resources {
		r := &resource{Resource: configured, server: s, deployments: map[string]*Deployment{}, memory: newMemory(), bench: true}
		r.ended, r.end = context.WithCancel(context.Background())
		for _, d := range configured.Deployments {
			if d.Kind == KindAuto {
				d.Kind = kindOf(d.Model)
			}
			r.bench = r.bench && d.Kind == KindBench
			r.deployments[d.Name] = &d
		}
		r.bench = r.bench && len(r.deployments) > 0
		s.resources = append(s.resources, r)
	}
	return s
}

// Start opens a listener for each resource and serves until [Server.Close].
// When it fails, nothing is left open.
func (s *Server) Start() error {
	for _, r := range s.resources {
		address := r.Address
		if address == "" {
			address = "127.0.0.1:0"
		}
		listener, err := net.Listen("tcp", address)
		if err != nil {
			s.Close()
			return fmt.Errorf("fakeazure: listen for resource %s: %w", r.Name, err)
		}
		r.listener = listener
		r.authority = listener.Addr().String()
		r.http = &http.Server{
			Handler:  r,
			ErrorLog: log.New(io.Discard, "", 0), // aborted connections are scripted here
		}
		serve := r.http.Serve
		if r.TLS != nil {
			r.http.TLSConfig = r.TLS.Clone()
			serve = func(l net.Listener) error { return r.http.ServeTLS(l, "", "") }
		}
		s.serving.Go(func() { _ = serve(listener) })
	}
	return nil
}

// Close ends every listener, connection, stall and gate, and waits for them.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.closing)
	}
	s.mu.Unlock()
	for _, r := range s.resources {
		if r.listener != nil {
			_ = r.stop()
		}
	}
	s.serving.Wait()
}

// enter counts a handler in unless the server is closed.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.serving.Add(1)
	}
	return !s.closed
}

// URL is the base of a resource's API without a trailing slash: what stands as
// api_base in a configuration (with /v1 for [ProviderOpenAI]). It panics for a
// resource that is not configured: a mistake of the test, not a condition.
func (s *Server) URL(name string) string {
	r := s.resource(name)
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	if r.Provider == ProviderOpenAI {
		return scheme + r.authority + r.Prefix + "/v1"
	}
	return scheme + r.authority + r.Prefix
}

// Authority is the host:port that a resource listens on.
func (s *Server) Authority(name string) string { return s.resource(name).authority }

// Stop closes one resource's listener and connections while the others go on:
// an upstream that cannot be reached.
func (s *Server) Stop(name string) error {
	if err := s.resource(name).stop(); err != nil {
		return fmt.Errorf("fakeazure: stop resource %s: %w", name, err)
	}
	return nil
}

// stop closes the listener itself too: the HTTP server does not know it before
// its goroutine has begun.
func (r *resource) stop() error {
	r.end()
	for _, err := range []error{r.listener.Close(), r.http.Close()} {
		if err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
	}
	return nil
}

func (s *Server) resource(name string) *resource {
	for _, r := range s.resources {
		if r.Name == name {
			return r
		}
	}
	panic("fakeazure: no resource named " + name)
}

// Pace sets the time between two events of the streams of a deployment, or of
// a resource when deployment is "". It holds from the next event on.
func (s *Server) Pace(resource, deployment string, every time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paces[place{resource, deployment}] = every
}

func (s *Server) paceOf(at place) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range [...]place{at, {at.resource, ""}} {
		if every, ok := s.paces[p]; ok {
			return every
		}
	}
	return s.config.Pace
}

// wait sleeps for d, less when the request or the server ends.
func (s *Server) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-s.closing:
	}
	return false
}

// hosts reports whether a Host header is right for the resource.
func (r *resource) hosts(host string) bool {
	if strings.EqualFold(host, r.authority) || (r.Host != "" && strings.EqualFold(host, r.Host)) {
		return true
	}
	name, port, err := net.SplitHostPort(host)
	_, own, _ := net.SplitHostPort(r.authority)
	return err == nil && port == own && name == "localhost"
}

// resetConnection ends the client's connection with a TCP reset, where the
// protocol has one of its own (HTTP/2: a stream reset) with that.
func resetConnection(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // net/http's own way to reset an HTTP/2 stream
	}
	raw := connection
	if secure, ok := connection.(*tls.Conn); ok {
		raw = secure.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = raw.Close()
}
