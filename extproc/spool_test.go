package extproc

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"testing"
)

// drained collects what a spool gives back and checks that exactly the last
// piece is marked.
func drained(t *testing.T, s *spool) []byte {
	t.Helper()
	var got []byte
	ended := false
	if err := s.drain(func(b []byte, last bool) error {
		if ended {
			t.Error("a piece after the last one")
		}
		ended = last
		got = append(got, b...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if !ended {
		t.Error("no piece was the last one")
	}
	return got
}

func TestSpoolGivesBackWhatWasWritten(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, spoolMemory - 1, spoolMemory, spoolMemory + 1, 3*spoolMemory + 17} {
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(random.Uint32())
		}
		dir := t.TempDir()
		s := spool{dir: dir}
		for rest := want; len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(200_000))
			if err := s.write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if got := drained(t, &s); !bytes.Equal(got, want) {
			t.Errorf("%d bytes: got %d other bytes", size, len(got))
		}
		if len(s.memory) > spoolMemory {
			t.Errorf("%d bytes kept in memory", len(s.memory))
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%d bytes: a file is left behind: %v", size, left)
		}
		s.close()
	}
}

func TestSpoolReplacesOneRangeWhereverItIsKept(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 3*spoolMemory/16)
	for _, at := range []int{0, 100, spoolMemory - 3, spoolMemory, 2 * spoolMemory, len(body) - 6} {
		s := spool{dir: t.TempDir()}
		for rest := body; len(rest) > 0; rest = rest[min(len(rest), 100_000):] {
			if err := s.write(rest[:min(len(rest), 100_000)]); err != nil {
				t.Fatal(err)
			}
		}
		s.replace(int64(at), int64(at+6), "a longer name")
		want := append(append(append([]byte{}, body[:at]...), "a longer name"...), body[at+6:]...)
		if got := drained(t, &s); !bytes.Equal(got, want) {
			t.Errorf("replaced at %d: the rest is not what it was", at)
		}
		s.close()
	}
}

func TestSpoolStopsWhenItsReaderFails(t *testing.T) {
	s := spool{dir: t.TempDir()}
	if err := s.write(make([]byte, 3*spoolPiece)); err != nil {
		t.Fatal(err)
	}
	gone := errors.New("gone")
	calls := 0
	if err := s.drain(func([]byte, bool) error { calls++; return gone }); !errors.Is(err, gone) || calls != 1 {
		t.Errorf("error %v after %d calls", err, calls)
	}
}
