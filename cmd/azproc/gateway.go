package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	"github.com/azproc/azproc/admin"
	"github.com/azproc/azproc/auth"
	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/client"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/envoy"
	"github.com/azproc/azproc/extproc"
	"github.com/azproc/azproc/quota"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/usage"
	"github.com/azproc/azproc/wire"
)

// gateway is the Go service: everything of azproc but Envoy itself.
type gateway struct {
	settings *settings
	log      *slog.Logger
	envoy    envoy.Options

	credentials *auth.Credentials
	fleet       *routing.Fleet
	quota       *quota.Books
	processor   *extproc.Server
	ads         *envoy.ADS
	metrics     *usage.Metrics
	grpc        *grpc.Server
	admin       *http.Server
	client      *client.Client
	checker     *client.Checker
	accessLog   *usage.AccessLog // nil: none is written
	history     *usage.History

	// settled, when set, waits until Envoy can use the clusters it was given.
	settled func(context.Context) error

	mu    sync.Mutex // one reload at a time
	store *sharedStore
	once  atomic.Pointer[sharedStore] // store, for those who do not hold mu
	table atomic.Pointer[routing.Table]
	// others are the files that the configuration names, each with the end of its
	// watch; guarded by mu.
	others map[string]context.CancelFunc
	snap   atomic.Pointer[config.Snapshot] // that of table
}

// newGateway makes the service; nothing listens yet.
func newGateway(s *settings, o envoy.Options, stdout io.Writer, log *slog.Logger) (*gateway, error) {
	g := &gateway{settings: s, log: log, envoy: o, client: client.New(s.caFile), history: usage.NewHistory()}
	g.checker = client.NewChecker(g.client)
	if s.accessLog == accessLogStdout {
		g.accessLog = usage.NewAccessLog(stdout)
	}
	otlp, err := usage.OTLP(context.Background(), version, os.Getenv)
	if err != nil {
		return nil, err
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("metrics are not sent", "error", err) }))
	if g.metrics, err = usage.NewMetrics(g.credentialsReady, otlp...); err != nil {
		return nil, err
	}
	g.credentials = auth.NewCredentials(auth.Options{Log: log})
	watch := observer{g.metrics, log, usage.NewBatches(g.metrics, g.batchCost, g.firstOfAll)}
	g.fleet = routing.NewFleet(watch, nil)
	g.quota = quota.NewBooks(watch, nil)
	g.processor = extproc.New(extproc.Options{Log: log, Observer: watch, Lists: lists{g.client, g.metrics, log}, Quota: g.quota, Prices: g})
	g.ads = envoy.NewADS(log)
	g.grpc = newGRPC()
	g.processor.Register(g.grpc)
	g.ads.Register(g.grpc)
	envoy.NewAccessLog(ledger{g.fleet, g.metrics, g.books(), g.table.Load, g.quota}, log).Register(g.grpc)
	page := admin.Page(g, admin.NewTry(nearURL(s.listen)), admin.Handler(g, g.metrics.Handler()))
	g.admin = admin.NewServer(s.guardOfAdmin().Wrap(page))
	return g, nil
}

// books are those who hear of every request.
func (g *gateway) books() usage.Books {
	all := usage.AllBooks{g.metrics, g.history}
	if g.accessLog != nil {
		all = append(all, g.accessLog)
	}
	return all
}

// lastMetrics is how long the last values may take to be sent, where they are sent.
const lastMetrics = 3 * time.Second

// keepalivePolicy allows Envoy's pings, whether a request is in hand or not.
var keepalivePolicy = keepalive.EnforcementPolicy{MinTime: envoy.Keepalive / 2, PermitWithoutStream: true}

// streamWorkers are goroutines that take one stream after another: their stacks have
// grown already, which each stream's own would have to do anew. Streams that find none
// free get one of their own.
const streamWorkers = 64

// newGRPC makes the server that Envoy calls. A stream lives as long as the
// request's own processing, so their number is the number of requests that
// come in at once; a message is at most a buffered body.
func newGRPC() *grpc.Server {
	return grpc.NewServer(append(wire.ServerOptions(),
		grpc.MaxConcurrentStreams(1<<20),
		grpc.NumStreamWorkers(streamWorkers),
		grpc.MaxRecvMsgSize(1<<30),
		grpc.MaxSendMsgSize(1<<30),
		grpc.KeepaliveEnforcementPolicy(keepalivePolicy),
		grpc.InitialWindowSize(4<<20),
		grpc.InitialConnWindowSize(16<<20),
		grpc.ReadBufferSize(64<<10),
		grpc.WriteBufferSize(64<<10),
	)...)
}

// use makes a snapshot the one that serves: first its clusters reach Envoy, so
// that no plan names one that Envoy does not have, then requests are decided
// against it. What can fail comes before what changes anything: a snapshot that is
// refused leaves everything as it was.
func (g *gateway) use(ctx context.Context, snap *config.Snapshot) error {
	resources, err := envoy.Resources(snap, g.envoy)
	if err != nil {
		return fmt.Errorf("envoy configuration: %w", err)
	}
	store, err := g.open(snap.Router.Redis)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := g.ads.Push(ctx, resources); err != nil {
		if store != g.store {
			store.close()
		}
		return fmt.Errorf("envoy did not take the configuration: %w", err)
	}
	var all []config.Credential
	for _, d := range snap.Reachable() {
		all = append(all, d.Credential)
	}
	g.credentials.Use(all)
	if g.settled != nil {
		if err := g.settled(ctx); err != nil {
			g.log.Warn("envoy still looks up the names of new deployments", "error", err)
		}
	}
	table := routing.New(snap, func(c config.Credential) routing.Credential { return g.credentials.Source(c) }, g.fleet, store.shared())
	table.Takes = extproc.Takes
	g.processor.Use(table, auth.NewClients(snap, nil))
	g.table.Store(table)
	g.snap.Store(snap)
	old := g.store
	g.store = store
	g.once.Store(store)
	store.useFor(g.quota, snap.Router.OnStoreFailure)
	if old != store {
		old.close()
	}
	return nil
}

// reload reads the configuration again. A bad one changes nothing: it is
// reported, and the old one serves on.
func (g *gateway) reload(ctx context.Context) {
	g.mu.Lock()
	defer g.mu.Unlock()
	snap, report := g.settings.load()
	if g.others != nil && g.watchToo(ctx, report.Files) {
		snap, report = g.settings.load()
	}
	warnings, refusals := count(report)
	logReport(g.log, report)
	if snap == nil {
		g.metrics.ConfigRefused(warnings, refusals)
		g.log.Error("configuration not taken: the old one serves on", "file", g.settings.config)
		return
	}
	if err := errors.Join(g.settings.guard(snap), g.use(ctx, snap)); err != nil {
		g.metrics.ConfigRefused(warnings, refusals)
		g.log.Error("configuration not taken: the old one serves on", "file", g.settings.config, "error", err)
		return
	}
	g.metrics.ConfigLoaded(len(snap.Deployments), warnings, refusals)
	g.log.Info("configuration reloaded", "file", g.settings.config, "models", len(snap.Groups), "deployments", len(snap.Deployments))
}

// listen opens the gRPC and the admin port and serves them until stop.
func (g *gateway) listen(grpcAddress string) error {
	network, address := "tcp", grpcAddress
	if path, ok := strings.CutPrefix(grpcAddress, "unix:"); ok {
		network, address = "unix", path
	}
	rpc, err := net.Listen(network, address)
	if err != nil {
		return taken("--grpc", grpcAddress, err)
	}
	web, err := net.Listen("tcp", g.settings.admin)
	if err != nil {
		_ = rpc.Close()
		return taken("--admin", g.settings.admin, err)
	}
	go func() {
		if err := g.grpc.Serve(rpc); err != nil {
			g.log.Error("gRPC service ended", "error", err)
		}
	}()
	go func() {
		if err := g.admin.Serve(web); err != nil && !errors.Is(err, http.ErrServerClosed) {
			g.log.Error("admin port ended", "error", err)
		}
	}()
	return nil
}

// taken says which flag changes an address that cannot be had.
func taken(flag, address string, err error) error {
	return fmt.Errorf("cannot listen on %s: %w; choose another address with %s", address, err, flag)
}

// stop ends the service. Requests in hand get until ctx ends.
func (g *gateway) stop(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		g.grpc.GracefulStop()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		g.grpc.Stop()
	}
	_ = g.admin.Close()
	g.client.Close()
	g.credentials.Close()
	g.store.close()
	flush, cancel := context.WithTimeout(context.Background(), lastMetrics)
	defer cancel()
	_ = g.metrics.Close(flush) // it has told the log
	if g.accessLog != nil {
		g.accessLog.Close()
	}
}

// observer tells the metrics and the log what the processor did on its own.
type observer struct {
	*usage.Metrics
	log     *slog.Logger
	batches *usage.Batches
}

// BatchRead implements extproc.Observer.
func (o observer) BatchRead(resource string, batch []byte) { o.batches.Read(resource, batch) }

// Refused implements extproc.Observer.
func (o observer) Refused(e *azure.Error) {
	o.RequestRefused(e.Status, e.Code)
	if e.Limit != "" {
		o.Limited(e.Limit)
	}
	if o.log.Enabled(context.Background(), slog.LevelDebug) {
		o.log.Debug("request refused", "status", e.Status, "code", e.Code, "error", e.Error())
	}
}

// CooledDown implements routing.Observer.
func (o observer) CooledDown(deployment string, fault azure.Fault) {
	o.Metrics.CooledDown(deployment, fault.String())
	o.log.Info("deployment cools down", "deployment", deployment, "fault", fault.String())
}

// StoreFailed implements routing.Observer.
func (o observer) StoreFailed(err error) {
	o.Metrics.StoreFailed()
	if o.log.Enabled(context.Background(), slog.LevelDebug) {
		o.log.Debug("decided without the shared store", "error", err)
	}
}

// count says how many warnings and refusals a report holds.
func count(r *config.Report) (warnings, refusals int) {
	for _, d := range r.Diagnostics {
		if d.Severity == config.Warning {
			warnings++
		} else {
			refusals++
		}
	}
	return warnings, refusals
}

// logReport puts every diagnostic of a reload into the log.
func logReport(log *slog.Logger, r *config.Report) {
	for _, d := range r.Diagnostics {
		level := slog.LevelError
		if d.Severity == config.Warning {
			level = slog.LevelWarn
		}
		log.Log(context.Background(), level, d.String())
	}
}
