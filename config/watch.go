package config

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a file must be left alone before it is read: editors and
// ConfigMaps change it in several steps.
const settle = 50 * time.Millisecond

// patience bounds that wait where the folder is never quiet.
const patience = time.Second

// Watch calls changed each time the file's content is another, until ctx ends.
// The folder is watched and not the file: an editor puts a new file in its
// place, and Kubernetes swaps a symbolic link beside it. It returns once it
// watches; changed is called from one goroutine.
func Watch(ctx context.Context, path string, changed func()) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch %s: %w", path, err)
	}
	folder := filepath.Dir(path)
	if err := w.Add(folder); err != nil {
		_ = w.Close()
		return fmt.Errorf("watch %s: %w", folder, err)
	}
	// What a symbolic link leads to may change where it is.
	if real, err := filepath.EvalSymlinks(path); err == nil && filepath.Dir(real) != folder {
		_ = w.Add(filepath.Dir(real)) // the link itself is watched anyway
	}
	last := digest(path)
	go func() {
		defer w.Close()
		timer := time.NewTimer(patience)
		timer.Stop()
		defer timer.Stop()
		var first time.Time // of the events that are not looked at yet
		look := func() {
			if first.IsZero() {
				first = time.Now()
			}
			timer.Reset(max(0, min(settle, patience-time.Since(first))))
		}
		for {
			select {
			case <-ctx.Done():
				return
			case _, ok := <-w.Events:
				if !ok {
					return
				}
				look()
			case _, ok := <-w.Errors:
				if !ok {
					return
				}
				look() // events were lost
			case <-timer.C:
				first = time.Time{}
				if now := digest(path); now != last && now != (content{}) {
					last = now
					changed()
				}
			}
		}
	}()
	return nil
}

// content tells one content of a file from another; a file that is not there
// has the zero content.
type content [sha256.Size]byte

func digest(path string) content {
	data, err := os.ReadFile(path)
	if err != nil {
		return content{}
	}
	return sha256.Sum256(data)
}
