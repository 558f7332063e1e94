package usage

import (
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// flushEvery is how long a line waits at most before it is written.
	flushEvery = 200 * time.Millisecond
	// flushAt is how many bytes are written at once, and mostHeld how many are held
	// back at most for a reader that does not read.
	flushAt  = 32 << 10
	mostHeld = 4 << 20
)

// AccessLog writes the record of every request as a line of JSON. Nobody waits for the
// writer: lines that it does not take are lost, and counted. It is safe for concurrent
// use.
type AccessLog struct {
	to   io.Writer
	lost atomic.Int64
	full chan struct{}
	end  chan struct{}
	done chan struct{}

	mu   sync.Mutex
	held []byte
}

// NewAccessLog makes a log that writes to a writer. Close it.
func NewAccessLog(to io.Writer) *AccessLog {
	l := &AccessLog{to: to, full: make(chan struct{}, 1), end: make(chan struct{}), done: make(chan struct{})}
	go l.run()
	return l
}

// Ended implements Books.
func (l *AccessLog) Ended(r *Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.held) > mostHeld {
		l.lost.Add(1)
		return
	}
	l.held = r.Append(l.held)
	if len(l.held) >= flushAt {
		select {
		case l.full <- struct{}{}:
		default:
		}
	}
}

// Lost is how many lines were lost.
func (l *AccessLog) Lost() int64 { return l.lost.Load() }

// Close writes what is held and ends the log.
func (l *AccessLog) Close() {
	close(l.end)
	<-l.done
}

func (l *AccessLog) run() {
	defer close(l.done)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	var spare []byte
	for open := true; open; {
		select {
		case <-tick.C:
		case <-l.full:
		case <-l.end:
			open = false
		}
		l.mu.Lock()
		held := l.held
		l.held = spare[:0]
		l.mu.Unlock()
		spare = held
		if len(held) > 0 {
			_, _ = l.to.Write(held) // whoever reads has gone: there is nobody to tell
		}
	}
}
