package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

func TestTheSecondFileIsWatchedWhereverItIsNow(t *testing.T) {
	dir := t.TempDir()
	first, second := filepath.Join(dir, "a.yaml"), filepath.Join(dir, "b.yaml")
	n := 0
	put := func(path string) {
		t.Helper()
		n++
		if err := os.WriteFile(path, []byte(strconv.Itoa(n)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(first)
	put(second)
	changes := make(chan struct{}, 16)
	s := secondFile{ctx: t.Context(), log: slog.New(slog.DiscardHandler), changed: func() { changes <- struct{}{} }}
	seen := func() {
		t.Helper()
		select {
		case <-changes:
		case <-time.After(5 * time.Second):
			t.Fatal("the change was not seen")
		}
	}
	s.watch(first)
	put(first)
	seen()
	s.watch(second)
	put(first) // seen by nobody
	put(second)
	seen()
	s.watch("")
	put(second)
	s.watch(first)
	put(first)
	seen()
	if len(changes) != 0 {
		t.Errorf("%d changes more", len(changes))
	}
}
