package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/azproc/azproc/config"
)

// watch reloads when a file changes and on SIGHUP, until ctx ends. snap is what
// serves: a change since it was read is seen too.
func (g *gateway) watch(ctx context.Context, snap *config.Snapshot) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hup)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hup:
				g.reload(ctx)
			}
		}
	}()
	if g.settings.config == "" {
		return
	}
	if err := config.Watch(ctx, g.settings.config, func() { g.reload(ctx) }); err != nil {
		g.log.Warn("the configuration file is not watched: send SIGHUP after a change", "error", err)
		return
	}
	g.mu.Lock()
	g.second = &secondFile{ctx: ctx, log: g.log, changed: func() { g.reload(ctx) }}
	g.second.watch(snap.KeysFile)
	g.mu.Unlock()
	if now, _ := g.settings.load(); now == nil || now.Hash != snap.Hash {
		g.reload(ctx)
	}
}

// secondFile is the file beside the configuration that keys are read from: one at
// a time. Its owner's lock guards it.
type secondFile struct {
	ctx     context.Context // ends the watching
	log     *slog.Logger
	changed func()

	path string
	stop context.CancelFunc
}

// watch calls changed when the file of a path changes, and no more for the one
// before; "" is none.
func (s *secondFile) watch(path string) {
	if path == s.path {
		return
	}
	if s.stop != nil {
		s.stop()
		s.stop = nil
	}
	s.path = path
	if path == "" {
		return
	}
	ctx, stop := context.WithCancel(s.ctx)
	s.stop = stop
	if err := config.Watch(ctx, path, s.changed); err != nil {
		s.log.Warn("the keys_file is not watched: send SIGHUP after a change", "error", err)
	}
}
