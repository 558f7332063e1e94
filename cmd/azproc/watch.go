package main

import (
	"context"
	"slices"

	"github.com/azproc/azproc/config"
)

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
