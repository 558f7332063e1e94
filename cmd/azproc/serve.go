package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// serve is azproc serve.
func serve(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var s settings
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	s.configFlag(fs, " (default: one wildcard group from the AZURE_* environment)")
	s.grpcFlag(fs)
	s.adminFlag(fs)
	s.listenFlag(fs)
	s.caFlag(fs)
	s.logFlags(fs)
	s.accessLogFlag(fs, accessLogStdout)
	fs.DurationVar(&s.drain, "drain", defaultDrain, "how long requests in hand may go on after SIGTERM or SIGINT")
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	log, err := s.logger(stderr)
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer cancel()
	snap, err := s.first(stderr)
	if err != nil {
		return err
	}
	o, err := s.envoyOptions(snap)
	if err != nil {
		return err
	}
	g, err := newGateway(&s, o, stdout, log)
	if err != nil {
		return err
	}
	if err := g.start(ctx, s.grpc, snap); err != nil {
		return err
	}
	defer func() {
		stop, cancel := afterSignal(s.drain)
		defer cancel()
		g.stop(stop)
	}()
	g.watch(ctx, snap)
	fmt.Fprintf(stdout, "azproc serves Envoy at %s (%s; admin http://%s)\n", s.grpc, summary(snap), s.admin)
	<-ctx.Done()
	return nil
}
