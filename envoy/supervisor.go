package envoy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// SupervisorOptions say which Envoy to run and how.
type SupervisorOptions struct {
	Binary  Binary
	Options Options
	// Concurrency is Envoy's number of worker threads; 0 is one per CPU.
	Concurrency int
	// LogLevel is Envoy's: debug, info, warn or error.
	LogLevel string
	// Log gets Envoy's log, each line at its own level.
	Log *slog.Logger
	// Dir is a folder that only this user can enter: the bootstrap and the
	// sockets stand there.
	Dir string
	// Drain is how long requests may go on in Stop.
	Drain time.Duration
	// Restarted, when set, is called each time Envoy is started again.
	Restarted func()
}

// Supervisor runs one Envoy: it starts it, starts it again when it dies, and
// ends it after the requests it has in hand. It never leaves an Envoy behind,
// not even when azproc is killed.
type Supervisor struct {
	options SupervisorOptions
	admin   *adminClient

	stopping atomic.Bool
	done     chan struct{} // closed when no Envoy runs and none will

	mu      sync.Mutex
	process *os.Process // nil while none runs
	err     error       // why the last one ended, once done is closed
}

// The pauses between an Envoy's death and the next start: doubled each time, and
// back to the first after an Envoy that lived for longer than the last.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 10 * time.Second
)

// PortTaken says that the listener's address is in use.
type PortTaken struct {
	Addr string
	Err  error
}

// Error implements error.
func (e *PortTaken) Error() string { return e.Addr + ": " + e.Err.Error() }

// Unwrap gives the system's error.
func (e *PortTaken) Unwrap() error { return e.Err }

// NewSupervisor makes a supervisor; nothing runs yet.
func NewSupervisor(o SupervisorOptions) *Supervisor {
	return &Supervisor{options: o, admin: newAdminClient(o.Options.Admin), done: make(chan struct{})}
}

// Start starts Envoy and returns when it serves. It fails with a PortTaken when
// the listener's address is in use, and when Envoy ends before it is ready.
// Envoy then runs until Stop.
func (s *Supervisor) Start(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		s.stopping.Store(true)
		close(s.done)
		return err
	}
	return nil
}

func (s *Supervisor) start(ctx context.Context) error {
	// Envoy binds with SO_REUSEPORT, so two gateways would share a port without
	// a word; a plain bind tells.
	l, err := net.Listen("tcp", s.options.Options.Listen)
	if err != nil {
		return &PortTaken{Addr: s.options.Options.Listen, Err: err}
	}
	_ = l.Close()
	file, err := Bootstrap(s.options.Options)
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.bootstrap(), file, 0o600); err != nil {
		return fmt.Errorf("envoy bootstrap: %w", err)
	}
	ended, err := s.spawn()
	if err != nil {
		return err
	}
	ready, cancel := context.WithCancel(ctx)
	defer cancel()
	live := make(chan error, 1)
	go func() { live <- s.admin.waitLive(ready) }()
	select {
	case err := <-live:
		if err != nil {
			s.kill()
			<-ended
			return fmt.Errorf("envoy did not become ready: %w", err)
		}
	case err := <-ended:
		return fmt.Errorf("envoy ended before it was ready (its log says why): %w", err)
	}
	go s.keep(ended)
	return nil
}

func (s *Supervisor) bootstrap() string { return filepath.Join(s.options.Dir, "bootstrap.yaml") }

// keep starts Envoy again whenever it ends by itself.
func (s *Supervisor) keep(ended <-chan error) {
	defer close(s.done)
	pause := firstPause
	for {
		began := time.Now()
		err := <-ended
		if s.stopping.Load() {
			return
		}
		if time.Since(began) > lastPause {
			pause = firstPause
		}
		s.options.Log.Error("envoy ended by itself: it is started again", "error", err, "pause", pause)
		for {
			time.Sleep(pause)
			pause = min(2*pause, lastPause)
			if s.stopping.Load() {
				return
			}
			if ended, err = s.spawn(); err == nil {
				break
			}
			s.options.Log.Error("envoy cannot be started", "error", err, "pause", pause)
		}
		if s.options.Restarted != nil {
			s.options.Restarted()
		}
	}
}

// spawn starts one Envoy. The channel gives why it ended, once.
func (s *Supervisor) spawn() (<-chan error, error) {
	o := &s.options
	args := []string{
		"-c", s.bootstrap(),
		"--log-level", envoyLevel(o.LogLevel),
		"--log-format", logFormat,
		"--use-dynamic-base-id",
		"--disable-hot-restart",
		// A changed listener (another body limit) would cut its streams after this.
		"--drain-time-s", "86400",
	}
	if o.Concurrency > 0 {
		args = append(args, "--concurrency", strconv.Itoa(o.Concurrency))
	}
	logs := newLogWriter(o.Log)
	cmd := exec.Command(o.Binary.Path, args...)
	cmd.Stderr = logs
	cmd.SysProcAttr = attributes()
	ended := make(chan error, 1)
	started := make(chan error, 1)
	go func() {
		unlock := lockForChild()
		defer unlock()
		if err := cmd.Start(); err != nil {
			started <- fmt.Errorf("start envoy at %s: %w", o.Binary.Path, err)
			return
		}
		s.mu.Lock()
		s.process = cmd.Process
		s.mu.Unlock()
		started <- nil
		err := cmd.Wait()
		logs.flush()
		s.mu.Lock()
		s.process, s.err = nil, err
		s.mu.Unlock()
		if err == nil {
			err = errors.New("exit status 0")
		}
		ended <- err
	}()
	return ended, <-started
}

// Wait returns when no Envoy runs any more and none will.
func (s *Supervisor) Wait() error {
	<-s.done
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Settled waits until Envoy can use every cluster it was given: a host name
// that is new has to be looked up first.
func (s *Supervisor) Settled(ctx context.Context) error { return s.admin.waitSettled(ctx) }

// Stop ends Envoy: it no longer says that it is healthy, takes no new
// connections, gets the drain time to finish what it has in hand, and is ended
// then. When ctx ends first, it is killed.
func (s *Supervisor) Stop(ctx context.Context) error {
	if s.stopping.Swap(true) {
		<-s.done
		return nil
	}
	drain, cancel := context.WithTimeout(ctx, s.options.Drain)
	defer cancel()
	if err := s.admin.drain(drain); err != nil && ctx.Err() == nil {
		s.options.Log.Warn("requests still ran at the end of the drain", "error", err)
	}
	s.signal(syscall.SIGTERM)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	select {
	case <-s.done:
		return nil
	case <-grace.Done():
		s.kill()
		<-s.done
		return errors.New("envoy had to be killed")
	}
}

func (s *Supervisor) kill() { s.signal(syscall.SIGKILL) }

func (s *Supervisor) signal(sig syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		_ = s.process.Signal(sig) // it ended a moment ago
	}
}
