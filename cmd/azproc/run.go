package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/envoy"
)

// runGateway is azproc run.
func runGateway(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var s settings
	fs := flag.NewFlagSet("run", flag.ContinueOnError)
	s.configFlag(fs, " (default: one wildcard group from the AZURE_* environment)")
	s.listenFlag(fs)
	s.adminFlag(fs)
	s.envoyFlags(fs)
	s.caFlag(fs)
	s.logFlags(fs)
	s.accessLogFlag(fs, accessLogStdout)
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	log, err := s.logger(stderr)
	if err != nil {
		return err
	}
	return s.run(ctx, log, stdout, stderr, func(snap *config.Snapshot) {
		fmt.Fprintf(stdout, "azproc is ready at http://%s (%s; admin http://%s)\n", s.listen, summary(snap), s.admin)
	})
}

// run is the gateway from its first file to its last request: it returns when a
// signal asked it to end and everything was drained.
func (s *settings) run(ctx context.Context, log *slog.Logger, stdout, stderr io.Writer, ready func(*config.Snapshot)) error {
	ctx, cancel := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer cancel()
	snap, err := s.first(stderr)
	if err != nil {
		return err
	}
	binary, err := envoy.Find(s.envoy, os.LookupEnv)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "azproc-")
	if err != nil {
		return fmt.Errorf("folder for the sockets: %w", err)
	}
	defer os.RemoveAll(dir)

	o, err := s.envoyOptions(snap)
	if err != nil {
		return err
	}
	// The gRPC service hands out credentials and Envoy's admin page stops it:
	// both are sockets that only this user can reach.
	o.GRPC = "unix:" + filepath.Join(dir, "azproc.sock")
	o.Admin = "unix:" + filepath.Join(dir, "envoy.sock")
	g, err := newGateway(s, o, stdout, log)
	if err != nil {
		return err
	}
	if err := g.start(ctx, o.GRPC, snap); err != nil {
		return err
	}
	supervisor := envoy.NewSupervisor(envoy.SupervisorOptions{
		Binary: binary, Options: o, Concurrency: s.concurrency,
		LogLevel: s.logLevel, Log: log, Dir: dir, Drain: s.drain,
		Restarted: g.metrics.EnvoyRestarted,
	})
	defer func() {
		// Envoy first: what it still has in hand may need the service.
		stop, cancel := afterSignal(s.drain)
		defer cancel()
		if err := supervisor.Stop(stop); err != nil {
			log.Warn("envoy did not end in time", "error", err)
		}
		g.stop(stop)
	}()
	if err := supervisor.Start(ctx); err != nil {
		if port := (*envoy.PortTaken)(nil); errors.As(err, &port) {
			return taken("--listen", s.listen, port)
		}
		return err
	}
	g.settled = supervisor.Settled
	g.watch(ctx, snap)
	ready(snap)
	ended := make(chan error, 1)
	go func() { ended <- supervisor.Wait() }()
	select {
	case <-ctx.Done():
		cancel() // from here on a second signal ends the drain
		log.Info("stopping: running requests may finish", "drain", s.drain)
		return nil
	case err := <-ended:
		return err
	}
}

// afterSignal gives a context that ends when a drain has lasted long enough, or
// when a second signal says that it has.
func afterSignal(drain time.Duration) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, drain+5*time.Second)
	return ctx, func() { cancel(); stop() }
}

// first loads the configuration that the process starts with and prints
// everything there is to say about it.
func (s *settings) first(stderr io.Writer) (*config.Snapshot, error) {
	snap, report := s.load()
	report.Print(stderr)
	if snap == nil {
		return nil, errSaid
	}
	return snap, s.guard(snap)
}

// envoyOptions are the settings that Envoy's configuration depends on.
func (s *settings) envoyOptions(snap *config.Snapshot) (envoy.Options, error) {
	traces, err := envoy.TracesFrom(os.Getenv)
	return envoy.Options{Listen: s.listen, GRPC: s.grpc, MaxBody: snap.MaxBody, CAFile: s.caFile, Traces: traces}, err
}

// start opens the ports and puts the first configuration to use.
func (g *gateway) start(ctx context.Context, grpcAddress string, snap *config.Snapshot) error {
	if err := g.listen(grpcAddress); err != nil {
		return err
	}
	if err := g.use(ctx, snap); err != nil {
		g.stop(ctx)
		return err
	}
	g.metrics.ConfigLoaded(len(snap.Deployments), 0, 0)
	return nil
}

func summary(snap *config.Snapshot) string {
	return fmt.Sprintf("%s, %s", plural(len(snap.Groups), "model"), plural(len(snap.Deployments), "deployment"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
