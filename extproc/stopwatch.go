package extproc

import "time"

// stopwatch is a stream of Envoy's that measures how long this process has a request
// in hand: what Envoy takes for the next message does not count, nor what it takes to
// accept one.
type stopwatch struct {
	peer
	began time.Time // of the time in hand
	spent time.Duration
}

// RecvMsg implements peer.
func (w *stopwatch) RecvMsg(m any) error {
	err := w.peer.RecvMsg(m)
	w.began = time.Now()
	return err
}

// SendMsg implements peer.
func (w *stopwatch) SendMsg(m any) error {
	w.spent = w.read()
	err := w.peer.SendMsg(m)
	w.began = time.Now()
	return err
}

// read is the time in hand until now.
func (w *stopwatch) read() time.Duration { return w.spent + time.Since(w.began) }
