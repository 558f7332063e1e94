package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bench is the set of processes under measurement.
type bench struct {
	options                options
	upstream, bare, azproc *exec.Cmd
	bareAddress, address   string
}

// target is one side: where it listens, and whose CPU counts.
type target struct {
	address string
	envoy   int
	service int // 0: none
}

func (b *bench) targets() [2]target {
	return [2]target{
		{address: b.bareAddress, envoy: b.bare.Process.Pid},
		{address: b.address, envoy: child(b.azproc.Process.Pid), service: b.azproc.Process.Pid},
	}
}

const bareFile = `
admin: {address: {pipe: {path: %q}}}
static_resources:
  listeners:
  - address: {socket_address: {address: 127.0.0.1, port_value: %s}}
    filter_chains:
    - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: bare
          route_config: {virtual_hosts: [{name: v, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: up, timeout: 0s}}]}]}
          http_filters: [{name: r, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
  clusters:
  - name: up
    type: STATIC
    circuit_breakers: {thresholds: [{max_connections: 10000, max_requests: 10000, max_pending_requests: 10000}]}
    load_assignment: {cluster_name: up, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %s}}}}]}]}
`

const azprocFile = `
model_list:
- model_name: classic
  litellm_params: {model: azure/gpt-4o, api_base: "http://%[1]s", api_version: "2024-10-21", api_key: bench}
- model_name: v1
  litellm_params: {model: azure/gpt-4o-deployment, api_base: "http://%[1]s", api_version: v1, api_key: bench}
  model_info: {base_model: gpt-4o}
`

// start starts everything and waits until it serves.
func start(o options, dir string) (*bench, error) {
	b := &bench{options: o}
	up, err := free()
	if err != nil {
		return b, err
	}
	b.upstream = command(os.Args[0], "upstream", up)
	if err := b.upstream.Start(); err != nil {
		return b, err
	}
	if b.bareAddress, err = free(); err != nil {
		return b, err
	}
	bareConfig := fmt.Sprintf(bareFile, path(dir, "bare.sock"), port(b.bareAddress), port(up))
	if err := os.WriteFile(path(dir, "bare.yaml"), []byte(bareConfig), 0o600); err != nil {
		return b, err
	}
	b.bare = command(o.envoy, "-c", path(dir, "bare.yaml"), "--use-dynamic-base-id", "--disable-hot-restart", "-l", "error", "--concurrency", strconv.Itoa(o.concurrency))
	if err := b.bare.Start(); err != nil {
		return b, err
	}
	if b.address, err = free(); err != nil {
		return b, err
	}
	admin, err := free()
	if err != nil {
		return b, err
	}
	if err := os.WriteFile(path(dir, "azproc.yaml"), fmt.Appendf(nil, azprocFile, up), 0o600); err != nil {
		return b, err
	}
	b.azproc = command(o.azproc, "run", "--config", path(dir, "azproc.yaml"), "--listen", b.address, "--admin", admin, "--envoy", o.envoy,
		"--concurrency", strconv.Itoa(o.concurrency), "--log-level", "error", "--drain", "1s")
	if err := b.azproc.Start(); err != nil {
		return b, err
	}
	return b, errors.Join(answers(b.bareAddress), answers(b.address))
}

func (b *bench) stop() {
	for _, c := range []*exec.Cmd{b.azproc, b.bare, b.upstream} {
		if c != nil && c.Process != nil {
			_ = c.Process.Signal(syscall.SIGTERM)
			_ = c.Wait()
		}
	}
}

// answers waits until an address serves a request.
func answers(address string) error {
	var err error
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		var f figures
		if f, err = load(address, request(scenario{size: 1 << 10}), 1, time.Millisecond); err == nil && f.failed == 0 {
			return nil
		}
	}
	return fmt.Errorf("%s does not serve: %w", address, err)
}

func free() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address)
	return p
}

// child is the process that azproc started: its Envoy.
func child(pid int) int {
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, t := range tasks {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, t.Name()))
		for _, c := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(c); err == nil {
				return n
			}
		}
	}
	return 0
}

// cpu is the processor time that a process has used.
func cpu(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // clock ticks of 1/100 s
}

// rss is a process's memory in bytes.
func rss(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	f := strings.Fields(string(text))
	if len(f) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(f[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
