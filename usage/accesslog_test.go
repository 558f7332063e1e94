package usage

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// blocked is a writer that takes nothing until it is let go.
type blocked struct {
	began, free chan struct{}
	once        sync.Once
	got         bytes.Buffer
}

func (b *blocked) Write(p []byte) (int, error) {
	b.once.Do(func() { close(b.began) })
	<-b.free
	return b.got.Write(p)
}

func TestEveryRecordIsALineOfTheAccessLogOnce(t *testing.T) {
	defer goleak.VerifyNone(t)
	var out bytes.Buffer
	l := NewAccessLog(&out)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				l.Ended(&Record{Status: 200})
			}
		})
	}
	all.Wait()
	l.Close()
	if n := strings.Count(out.String(), `"status":200`); n != 8000 || strings.Count(out.String(), "\n") != 8000 || l.Lost() != 0 {
		t.Errorf("%d lines, %d lost", n, l.Lost())
	}
}

func TestNobodyWaitsForAReaderOfTheAccessLogThatDoesNotRead(t *testing.T) {
	w := &blocked{began: make(chan struct{}), free: make(chan struct{})}
	l := NewAccessLog(w)
	long := strings.Repeat("x", 64<<10)
	l.Ended(&Record{Model: long})
	<-w.began
	for range 200 {
		l.Ended(&Record{Model: long}) // none of these waits, or the test hangs
	}
	if l.Lost() == 0 {
		t.Error("nothing was lost: everything is held in memory")
	}
	close(w.free)
	l.Close()
	if n := int64(strings.Count(w.got.String(), "\n")); n+l.Lost() != 201 {
		t.Errorf("%d lines and %d lost are not 201", n, l.Lost())
	}
}
