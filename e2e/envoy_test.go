package e2e

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// envoyStat reads counters of the gateway's own Envoy, by what follows a
// prefix. Envoy's admin page is a socket in the folder that azproc made for it.
func (g *gateway) envoyStat(t testing.TB, prefix string) map[string]int {
	t.Helper()
	return envoyStats(t, g.envoyDir(t), prefix)
}

// envoyStats is envoyStat by the folder of Envoy's socket.
func envoyStats(t testing.TB, dir, prefix string) map[string]int {
	t.Helper()
	socket := filepath.Join(dir, "envoy.sock")
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		},
	}}
	resp, err := client.Get("http://envoy/stats")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	stats := make(map[string]int)
	for line := range strings.SplitSeq(string(text), "\n") {
		name, value, _ := strings.Cut(line, ": ")
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			stats[rest], _ = strconv.Atoi(value)
		}
	}
	return stats
}

// envoyPID is the process id of the gateway's Envoy.
func (g *gateway) envoyPID(t testing.TB) int {
	t.Helper()
	task := filepath.Join("/proc", strconv.Itoa(g.cmd.Process.Pid), "task")
	threads, err := os.ReadDir(task)
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		children, _ := os.ReadFile(filepath.Join(task, thread.Name(), "children"))
		for _, child := range strings.Fields(string(children)) {
			name, _ := os.ReadFile(filepath.Join("/proc", child, "comm"))
			if pid, err := strconv.Atoi(child); err == nil && strings.HasPrefix(string(name), "envoy") {
				return pid
			}
		}
	}
	t.Fatal("the gateway has no Envoy")
	return 0
}

// envoyDir is the private folder of the gateway, from its Envoy's command line.
func (g *gateway) envoyDir(t testing.TB) string {
	t.Helper()
	line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(g.envoyPID(t)), "cmdline"))
	if err != nil {
		t.Fatal(err)
	}
	for arg := range strings.SplitSeq(string(line), "\x00") {
		if strings.HasSuffix(arg, "bootstrap.yaml") {
			return filepath.Dir(arg)
		}
	}
	t.Fatalf("no bootstrap in %q", line)
	return ""
}

// alive is whether a process runs.
func alive(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z")
}

// rss is a process's memory in bytes.
func rss(t testing.TB, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kib << 10
		}
	}
	t.Fatal("no VmRSS")
	return 0
}

// cpuSeconds is the processor time that a process has used.
func cpuSeconds(t testing.TB, pid int) float64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(rest)
	user, _ := strconv.ParseFloat(f[11], 64)
	system, _ := strconv.ParseFloat(f[12], 64)
	return (user + system) / 100 // clock ticks
}
