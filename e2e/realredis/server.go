// Package realredis runs real redis-servers for tests.
package realredis

import (
	"bufio"
	"context"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience bounds every wait; no test waits this long when all is well.
const patience = 15 * time.Second

// Server is a redis-server on 127.0.0.1 that keeps nothing on disk. It ends with
// its test.
type Server struct {
	t    testing.TB
	port int
	args []string
	cmd  *exec.Cmd
}

// Start runs a server with settings beside its own, written as on its command
// line, and waits until it takes commands.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	return start(t, freePort(t), args)
}

func start(t testing.TB, port int, args []string) *Server {
	t.Helper()
	s := &Server{t: t, port: port}
	s.args = append([]string{"--port", s.Port(), "--bind", "127.0.0.1", "--dir", t.TempDir(), "--save", "", "--appendonly", "no"}, args...)
	t.Cleanup(s.Kill)
	s.Restart()
	return s
}

// binary is $REDIS_SERVER, what `make redis` has fetched, or the one on PATH.
func binary(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("REDIS_SERVER"); path != "" {
		return path
	}
	_, here, _, _ := runtime.Caller(0)
	fetched := filepath.Join(filepath.Dir(here), "..", "..", "bin", "redis-server")
	if _, err := os.Stat(fetched); err == nil {
		return fetched
	}
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("these tests need a redis-server: make redis")
	}
	return path
}

// freePort is one that nobody listens on, and neither ten thousand above it,
// where the nodes of a cluster talk to each other. Both are below those that the
// kernel gives to connections.
func freePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		port := 10_000 + rand.IntN(10_000)
		if free(port) && free(port+10_000) {
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

func free(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	_ = l.Close()
	return true
}

// Address is where it listens.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", s.Port()) }

// Port is the port of Address.
func (s *Server) Port() string { return strconv.Itoa(s.port) }

// Restart runs a server that was killed again, at the same address and empty.
func (s *Server) Restart() {
	s.t.Helper()
	s.cmd = exec.Command(binary(s.t), s.args...)
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("redis-server: %v", err)
	}
	said, ready := make(chan string, 1), make(chan struct{})
	go func() {
		var all strings.Builder
		for lines := bufio.NewScanner(out); lines.Scan(); {
			all.WriteString(lines.Text() + "\n")
			if strings.Contains(lines.Text(), "Ready to accept connections") {
				close(ready)
				break
			}
		}
		_, _ = bufio.NewReader(out).WriteTo(&all)
		said <- all.String()
	}()
	select {
	case <-ready:
	case text := <-said:
		s.t.Fatalf("redis-server ended:\n%s", text)
	case <-time.After(patience):
		s.t.Fatal("redis-server is not ready")
	}
}

// Kill ends it at once, as a crash does.
func (s *Server) Kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}

// Freeze stops it without ending it: connections stay open and nothing is
// answered until Thaw.
func (s *Server) Freeze() { _ = s.cmd.Process.Signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (s *Server) Thaw() { _ = s.cmd.Process.Signal(syscall.SIGCONT) }

// Client speaks with the server beside what is tested, as the user and with the
// password that the test gives it.
func (s *Server) Client(credentials ...string) *redis.Client {
	o := &redis.Options{Addr: s.Address(), DisableIdentity: true}
	if len(credentials) == 2 {
		o.Username, o.Password = credentials[0], credentials[1]
	}
	c := redis.NewClient(o)
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// Calls is how often each command was called, scripts' commands too, since the
// server began or its statistics were reset.
func Calls(t testing.TB, c *redis.Client) map[string]int {
	t.Helper()
	text, err := c.Info(context.Background(), "commandstats").Result()
	if err != nil {
		t.Fatal(err)
	}
	calls := make(map[string]int)
	for line := range strings.SplitSeq(text, "\r\n") {
		name, rest, ok := strings.Cut(strings.TrimPrefix(line, "cmdstat_"), ":calls=")
		if number, _, _ := strings.Cut(rest, ","); ok {
			calls[name], _ = strconv.Atoi(number)
		}
	}
	return calls
}
