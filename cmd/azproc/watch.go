package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
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
	_, report := g.settings.load()
	g.mu.Lock()
	g.watchToo(ctx, report.Files)
	g.mu.Unlock()
	if now, _ := g.settings.load(); now == nil || now.Hash != snap.Hash {
		g.reload(ctx)
	}
}

// watchToo watches the files that the configuration names, and no longer those
// that it did name, until ctx ends. more is whether one of them was not watched
// before: it may have changed since it was read. The caller holds mu.
func (g *gateway) watchToo(ctx context.Context, files []string) (more bool) {
	if g.others == nil {
		g.others = make(map[string]context.CancelFunc)
	}
	for file, end := range g.others {
		if !slices.Contains(files, file) {
			end()
			delete(g.others, file)
		}
	}
	for _, file := range files {
		if g.others[file] != nil {
			continue
		}
		until, end := context.WithCancel(ctx)
		if err := config.Watch(until, file, func() { g.reload(ctx) }); err != nil {
			end()
			g.log.Warn("a file of the configuration is not watched: send SIGHUP after a change", "error", err)
			continue
		}
		g.others[file] = end
		more = true
	}
	return more
}
