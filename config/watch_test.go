package config

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// change waits for Watch to say that the file has changed.
func change(t *testing.T, changes <-chan struct{}) {
	t.Helper()
	select {
	case <-changes:
	case <-time.After(5 * time.Second):
		t.Fatal("the change was not seen")
	}
}

func watching(t *testing.T, path string) <-chan struct{} {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	changes := make(chan struct{}, 16)
	if err := Watch(ctx, path, func() { changes <- struct{}{} }); err != nil {
		t.Fatal(err)
	}
	return changes
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAChangedFileIsSeenHoweverItIsChanged(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	write(t, path, "one")
	changes := watching(t, path)

	write(t, path, "two")
	change(t, changes)

	write(t, filepath.Join(dir, "new"), "three")
	if err := os.Rename(filepath.Join(dir, "new"), path); err != nil {
		t.Fatal(err)
	}
	change(t, changes)

	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	write(t, path, "four")
	change(t, changes)
}

func TestASwappedConfigMapIsSeen(t *testing.T) {
	dir := t.TempDir()
	for _, v := range []string{"v1", "v2"} {
		if err := os.Mkdir(filepath.Join(dir, v), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, v, "config.yaml"), v)
	}
	for from, to := range map[string]string{"..data": "v1", "config.yaml": filepath.Join("..data", "config.yaml")} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	changes := watching(t, filepath.Join(dir, "config.yaml"))
	if err := os.Symlink("v2", filepath.Join(dir, "..next")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "..next"), filepath.Join(dir, "..data")); err != nil {
		t.Fatal(err)
	}
	change(t, changes)
}

func TestTheSameContentAgainIsNoChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	write(t, path, "one")
	changes := watching(t, path)
	write(t, path, "one")
	write(t, path, "two")
	change(t, changes)
	select {
	case <-changes:
		t.Error("two changes were seen where there was one")
	default:
	}
}

func TestAFolderThatIsNotThereCannotBeWatched(t *testing.T) {
	if Watch(t.Context(), filepath.Join(t.TempDir(), "no", "config.yaml"), func() {}) == nil {
		t.Error("no error")
	}
}

func TestAChangeIsSeenInAFolderThatIsNeverQuiet(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	write(t, path, "one")
	changes := watching(t, path)
	ended := make(chan struct{})
	noise := time.NewTicker(settle / 5)
	t.Cleanup(func() { noise.Stop(); <-ended })
	quiet, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go func() {
		defer close(ended)
		for {
			select {
			case <-quiet.Done():
				return
			case <-noise.C:
				_ = os.WriteFile(filepath.Join(dir, "log"), []byte(time.Now().String()), 0o600)
			}
		}
	}()
	write(t, path, "two")
	change(t, changes)
}
