package main

import (
	"context"
	"flag"
	"io"

	"github.com/azproc/azproc/envoy"
)

// envoyConfig is azproc envoy-config.
func envoyConfig(_ context.Context, args []string, stdout, stderr io.Writer) error {
	var s settings
	fs := flag.NewFlagSet("envoy-config", flag.ContinueOnError)
	s.configFlag(fs, " (default: the AZURE_* environment)")
	s.listenFlag(fs)
	s.grpcFlag(fs)
	s.caFlag(fs)
	fs.BoolVar(&s.static, "static", false, "print everything in one file, for an Envoy that takes nothing from azproc at run time")
	envoyAdmin := fs.String("envoy-admin", "127.0.0.1:4003", "`address` (host:port or unix:PATH) of Envoy's own admin page")
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	snap, err := s.first(stderr)
	if err != nil {
		return err
	}
	o, err := s.envoyOptions(snap)
	if err != nil {
		return err
	}
	o.Admin = *envoyAdmin
	var file []byte
	if s.static {
		file, err = envoy.Static(snap, o)
	} else {
		file, err = envoy.Bootstrap(o)
	}
	if err != nil {
		return err
	}
	_, err = stdout.Write(file)
	return err
}
