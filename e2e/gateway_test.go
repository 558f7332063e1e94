package e2e

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/azproc/azproc/e2e/fakeazure"
)

// patience bounds every wait for an event; no test waits this long when all is
// well.
const patience = 20 * time.Second

// binary is the azproc under test.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if os.Getenv("GORACE") == "" { // a binary with the race detector waits a second when it ends, and here are many
		_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
	if binary = os.Getenv("AZPROC_BIN"); binary == "" {
		dir, err := os.MkdirTemp("", "azproc-e2e-")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "azproc")
		build := exec.Command("go", "build", "-race", "-o", binary, "./cmd/azproc")
		build.Dir = ".."
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build azproc: %v\n%s", err, out)
			return 1
		}
	}
	if os.Getenv("ENVOY") == "" {
		if fetched, err := filepath.Abs("../bin/envoy"); err == nil {
			if _, err := os.Stat(fetched); err == nil {
				_ = os.Setenv("ENVOY", fetched)
			}
		}
	}
	return m.Run()
}

// gateway is one running azproc with its Envoy.
type gateway struct {
	t      testing.TB
	url    string // of the listener
	admin  string // of the admin port
	config string // the file that it reads
	cmd    *exec.Cmd
	log    *logs
	ended  chan struct{}
	err    error // of the process, once ended is closed
}

// freeAddress is a loopback address that nobody listens on. Its port is below
// those that the kernel gives to connections: one of these would often be taken
// before it is listened on.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(10_000+rand.IntN(22_000)))
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal("no free address")
	return ""
}

// start runs azproc with a configuration and waits for the line that says that
// it is ready. The process is ended, and its end checked, when the test ends.
func start(t testing.TB, config string, args ...string) *gateway {
	t.Helper()
	return startWith(t, config, nil, args...)
}

// startWith is start with more variables in the environment.
func startWith(t testing.TB, config string, env []string, args ...string) *gateway {
	t.Helper()
	g := launch(t, config, env, args...)
	g.await()
	return g
}

// await waits until the gateway is ready.
func (g *gateway) await() {
	g.t.Helper()
	select {
	case <-g.log.ready:
	case <-g.ended:
		g.t.Fatalf("azproc ended: %v\n%s", g.err, g.log)
	case <-time.After(patience):
		g.t.Fatalf("azproc is not ready\n%s", g.log)
	}
}

// serves is whether the gateway answers; one that does not answer soon does not.
func (g *gateway) serves() bool {
	g.t.Helper()
	ctx, cancel := context.WithTimeout(g.t.Context(), time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", g.url+"/v1/models", nil)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("api-key", clientKey)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == 200
}

// launch is start without the wait.
func launch(t testing.TB, config string, env []string, args ...string) *gateway {
	t.Helper()
	listen, admin := freeAddress(t), freeAddress(t)
	g := &gateway{
		t: t, url: "http://" + listen, admin: "http://" + admin, config: filepath.Join(t.TempDir(), "config.yaml"),
		log: &logs{ready: make(chan struct{})}, ended: make(chan struct{}),
	}
	g.write(config)
	g.cmd = exec.Command(binary, append([]string{"run", "--config", g.config, "--listen", listen, "--admin", admin, "--concurrency", "2", "--drain", "5s"}, args...)...)
	g.cmd.Env = append(os.Environ(), env...)
	stdout, err := g.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	g.cmd.Stderr = g.log
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			fmt.Fprintln(g.log, "stdout:", lines.Text())
			if strings.Contains(lines.Text(), g.url) {
				g.log.isReady()
			}
		}
		g.err = g.cmd.Wait()
		close(g.ended)
	}()
	t.Cleanup(g.stop)
	return g
}

// write puts a configuration where the gateway reads it.
func (g *gateway) write(config string) {
	g.t.Helper()
	if err := os.WriteFile(g.config, []byte(config), 0o600); err != nil {
		g.t.Fatal(err)
	}
}

// stop ends the gateway as an operator does and checks that it ends well.
func (g *gateway) stop() {
	select {
	case <-g.ended:
	default:
		_ = g.cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-g.ended:
			if g.err != nil {
				g.t.Errorf("azproc ended badly: %v", g.err)
			}
		case <-time.After(patience):
			_ = g.cmd.Process.Kill()
			g.t.Error("azproc did not end")
		}
	}
	if strings.Contains(g.log.String(), "DATA RACE") {
		g.t.Error("the race detector spoke up")
	}
	if g.t.Failed() {
		g.t.Logf("azproc's log:\n%s", g.log)
	}
}

// logs collects what a gateway prints.
type logs struct {
	mu    sync.Mutex
	text  bytes.Buffer
	once  sync.Once
	ready chan struct{}
}

func (l *logs) isReady() { l.once.Do(func() { close(l.ready) }) }

// Write implements io.Writer.
func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// String is everything so far.
func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// eventually polls until f says yes: for what has no event to wait for.
func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not in time: %s", what)
		}
	}
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

// clientKey is what clients show to the gateways of these tests.
const clientKey = "sk-client-of-the-gateway"

// do sends one request and reads the answer; header is name, value, ….
func do(t testing.TB, method, url, body string, header ...string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("authorization", "Bearer "+clientKey)
	if body != "" {
		r.Header.Set("content-type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i+1] == "" {
			r.Header.Del(header[i])
		}
	}
	return finish(t, r)
}

// finish sends a request and reads the answer.
func finish(t testing.TB, r *http.Request) answer {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// The fake Azure's keys.
const (
	azureKey  = "key-of-resource-a"
	openAIKey = "key-of-the-openai-service"
)

// kinds are the deployments that every resource of the fake has, by what they
// do.
var kinds = map[string]string{
	"chat": "gpt-4o", "instruct": "gpt-35-turbo-instruct", "embed": "text-embedding-3-small", "image": "gpt-image-1",
	"speech": "tts", "listen": "whisper", "o3": "o3-mini", "gpt5": "gpt-5-mini", "batch": "gpt-4o-mini", "video": "sora-2", "realtime": "gpt-realtime",
	"claude": "claude-sonnet-4-5", "o1": "o1", "o3-pro": "o3-pro", "gpt-5-codex": "gpt-5-codex",
}

// fake starts an Azure resource "a" and an OpenAI-compatible service "o" with
// one deployment of each kind, and fails the test on what must not arrive.
func fake(t testing.TB) *fakeazure.Server {
	t.Helper()
	var deployments []fakeazure.Deployment
	for kind, model := range kinds {
		deployments = append(deployments, fakeazure.Deployment{Name: "dep-" + kind, Model: model})
	}
	return azureOf(t, fakeazure.Config{Resources: []fakeazure.Resource{
		{Name: "a", Keys: []string{azureKey}, Deployments: deployments},
		{Name: "o", Provider: fakeazure.ProviderOpenAI, Keys: []string{openAIKey}, Deployments: deployments},
	}})
}

// azureOf starts an Azure for the clients of these tests, and fails the test on
// what must not arrive.
func azureOf(t testing.TB, config fakeazure.Config) *fakeazure.Server {
	t.Helper()
	config.GatewayKeys = []string{clientKey}
	s := fakeazure.New(config)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Check(t)
		s.Close()
	})
	return s
}

// classic is an api-version that has every operation.
const classic = "2025-04-01-preview"

// surfaces are the ways in which the same deployments are configured: the
// ending of the model_name and what goes with it.
var surfaces = []struct{ ending, version, resource string }{
	{"", classic, "a"},
	{"-v1", "v1", "a"},
	{"-preview", "preview", "a"},
	{"-openai", "", "o"},
}

// modelList is a configuration with every kind on every surface.
func modelList(s *fakeazure.Server) string {
	var b strings.Builder
	fmt.Fprintf(&b, "general_settings: {master_key: %s}\nmodel_list:\n", clientKey)
	for kind, model := range kinds {
		for _, surface := range surfaces {
			provider, key := "azure", azureKey
			if surface.resource == "o" {
				provider, key = "openai", openAIKey
			}
			fmt.Fprintf(&b, "- model_name: %s%s\n  litellm_params: {model: %s/dep-%s, api_base: %q, api_key: %s", kind, surface.ending, provider, kind, s.URL(surface.resource), key)
			if surface.version != "" {
				fmt.Fprintf(&b, ", api_version: %q", surface.version)
			}
			fmt.Fprintf(&b, "}\n  model_info: {base_model: %s, id: %s%s}\n", model, kind, surface.ending)
		}
	}
	fmt.Fprintf(&b, "- model_name: team/gpt 4o:v1\n  litellm_params: {model: azure/dep-chat, api_base: %q, api_key: %s, api_version: %q, base_model: gpt-4o}\n  model_info: {id: odd}\n", s.URL("a"), azureKey, classic)
	return b.String()
}
