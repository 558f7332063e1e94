package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAGoodFileServesFromTheNextRequestAndNoStreamIsDropped(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	resp, gate := running(t, azure, g)
	added := fmt.Sprintf("- model_name: added\n  litellm_params: {model: openai/dep-chat, api_base: %q, api_key: %s}\n", strings.Replace(azure.URL("o"), "127.0.0.1", "localhost", 1), openAIKey)
	g.write(modelList(azure) + added)
	const ask = `{"model":"added","messages":[{"role":"user","content":"hi"}]}`
	eventually(t, "the new model is served", func() bool {
		return strings.Contains(do(t, "GET", g.url+"/v1/models", "").body, `"added"`)
	})
	if got := do(t, "POST", g.url+"/v1/chat/completions", ask); got.status != 200 {
		t.Errorf("the first request to the new model: %d %s", got.status, got.body)
	}
	gate.Open()
	if text, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(text), "[DONE]") {
		t.Errorf("the stream was cut: %v", err)
	}
	// The first file again, by SIGHUP: the model is gone.
	if err := os.WriteFile(g.config, []byte(modelList(azure)), 0o600); err != nil {
		t.Fatal(err)
	}
	_ = g.cmd.Process.Signal(syscall.SIGHUP)
	eventually(t, "the model is gone", func() bool {
		return do(t, "POST", g.url+"/v1/chat/completions", ask).status == 404
	})
}

func TestABadFileIsReportedAndTheOldOneServesOn(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	g.write("model_list: [\n  - broken")
	eventually(t, "the metrics say so", func() bool {
		return strings.Contains(do(t, "GET", g.admin+"/metrics", "").body, "azproc_config_last_load_good 0")
	})
	eventually(t, "the log gives the position", func() bool { return strings.Contains(g.log.String(), "config.yaml:") })
	if got := do(t, "POST", g.url+"/v1/chat/completions", streamBody); got.status != 200 {
		t.Errorf("the old file: %d %s", got.status, got.body)
	}
	// A file without its key would open the gateway: it is no better.
	g.write(strings.Replace(modelList(azure), "master_key: "+clientKey, "master_key: os.environ/NOT_SET_ANYWHERE", 1))
	eventually(t, "the second bad file is counted", func() bool {
		return strings.Contains(do(t, "GET", g.admin+"/metrics", "").body, `azproc_config_loads_total{result="bad"} 2`)
	})
	if got := do(t, "GET", g.url+"/v1/models", "", "authorization", "Bearer wrong"); got.status != 401 {
		t.Errorf("a wrong key: %d", got.status)
	}
	g.write(modelList(azure) + "\n# mended\n")
	eventually(t, "the mended file is taken", func() bool {
		return strings.Contains(do(t, "GET", g.admin+"/metrics", "").body, "azproc_config_last_load_good 1")
	})
}

func TestAFileWhoseRedisCannotBeUsedLeavesEnvoyAsItWas(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	clusters := func() int { return len(g.envoyStat(t, "cluster.")) }
	before := clusters()
	added := fmt.Sprintf("- model_name: added\n  litellm_params: {model: openai/dep-chat, api_base: %q, api_key: %s}\n", strings.Replace(azure.URL("o"), "127.0.0.1", "localhost", 1), openAIKey)
	g.write(modelList(azure) + added + "router_settings: {redis_host: 127.0.0.1, redis_ssl: true, redis_ssl_ca_certs: /no/such/file}\n")
	eventually(t, "it is refused", func() bool { return g.metric("azproc_config_last_load_good") == 0 })
	if !strings.Contains(g.log.String(), "redis_ssl_ca_certs") {
		t.Error("the log does not say why")
	}
	if now := clusters(); now != before {
		t.Errorf("Envoy has %d counters of clusters, had %d", now, before)
	}
	if got := do(t, "POST", g.url+"/v1/chat/completions", streamBody); got.status != 200 {
		t.Errorf("the old file: %d %s", got.status, got.body)
	}
}

func TestSIGTERMLetsARunningStreamFinish(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	resp, gate := running(t, azure, g)
	_ = g.cmd.Process.Signal(syscall.SIGTERM)
	eventually(t, "no new connection is taken", func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(g.url, "http://"))
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	gate.Open()
	if text, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(text), "[DONE]") {
		t.Errorf("the stream was cut: %v, %q", err, text)
	}
	<-g.ended
	if g.err != nil {
		t.Errorf("azproc ended with %v", g.err)
	}
}

func TestNoEnvoyIsLeftBehindWhenAzprocIsKilled(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	pid := g.envoyPID(t)
	_ = g.cmd.Process.Kill()
	<-g.ended
	eventually(t, "Envoy has ended too", func() bool { return !alive(pid) })
}

func TestAnEnvoyThatDiesIsStartedAgain(t *testing.T) {
	azure := fake(t)
	g := start(t, modelList(azure))
	pid := g.envoyPID(t)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the gateway serves again", g.serves)
	if g.envoyPID(t) == pid {
		t.Error("it is the same Envoy")
	}
	if !strings.Contains(do(t, "GET", g.admin+"/metrics", "").body, "azproc_envoy_restarts_total 1") {
		t.Error("the restart is not counted")
	}
}

func TestAPortThatIsTakenIsNamedWithItsFlag(t *testing.T) {
	azure := fake(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().String()
	for _, flag := range []string{"--listen", "--admin"} {
		g := launch(t, modelList(azure), nil, flag, taken)
		<-g.ended
		if log := g.log.String(); g.err == nil || !strings.Contains(log, taken) || !strings.Contains(log, "choose another address with "+flag) {
			t.Errorf("%s: %v\n%s", flag, g.err, log)
		}
	}
}

func TestWithoutAKeyOnlyLoopbackIsListenedOn(t *testing.T) {
	azure := fake(t)
	open := strings.Replace(modelList(azure), "general_settings: {master_key: "+clientKey+"}", "", 1)
	_, port, _ := net.SplitHostPort(freeAddress(t))
	g := launch(t, open, nil, "--listen", "0.0.0.0:"+port)
	<-g.ended
	if log := g.log.String(); g.err == nil || !strings.Contains(log, "--allow-anonymous") {
		t.Errorf("%v\n%s", g.err, log)
	}
	g = start(t, open)
	if got := do(t, "GET", g.url+"/v1/models", "", "authorization", ""); got.status != 200 {
		t.Errorf("without a key on loopback: %d", got.status)
	}
}

func TestAnOldEnvoyIsRefused(t *testing.T) {
	azure := fake(t)
	old := filepath.Join(t.TempDir(), "envoy")
	if err := os.WriteFile(old, []byte("#!/bin/sh\necho 'envoy  version: abc/1.39.2/Clean/RELEASE/BoringSSL'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	g := launch(t, modelList(azure), nil, "--envoy", old)
	<-g.ended
	if log := g.log.String(); g.err == nil || !strings.Contains(log, "is 1.39.2: azproc needs 1.40 or newer") {
		t.Errorf("%v\n%s", g.err, log)
	}
}

// ownEnvoy runs azproc serve, and an Envoy of one's own with a printed file, in
// which one has edited what stands in edits: old, new, ….
func ownEnvoy(t *testing.T, config string, static bool, edits ...string) *gateway {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	listen, grpc, admin := freeAddress(t), "unix:"+filepath.Join(dir, "azproc.sock"), freeAddress(t)
	args := []string{"envoy-config", "--config", file, "--listen", listen, "--grpc", grpc, "--envoy-admin", "unix:" + filepath.Join(dir, "envoy.sock")}
	if static {
		args = append(args, "--static")
	}
	printed, err := exec.Command(binary, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	envoyFile := filepath.Join(dir, "envoy.yaml")
	edited := strings.NewReplacer(edits...).Replace(string(printed))
	if err := os.WriteFile(envoyFile, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	envoy := os.Getenv("ENVOY")
	if envoy == "" {
		envoy = "envoy"
	}
	if out, err := exec.Command(envoy, "--mode", "validate", "-c", envoyFile).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, command := range [][]string{
		{binary, "serve", "--config", file, "--listen", listen, "--grpc", grpc, "--admin", admin},
		{envoy, "-c", envoyFile, "--use-dynamic-base-id", "--disable-hot-restart", "-l", "error"},
	} {
		cmd := exec.Command(command[0], command[1:]...)
		out := &logs{ready: make(chan struct{})}
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Signal(syscall.SIGTERM)
			done := make(chan error, 1)
			go func() { done <- cmd.Wait() }()
			select {
			case <-done:
			case <-time.After(patience):
				_ = cmd.Process.Kill()
				t.Errorf("%s did not end", command[0])
			}
			if t.Failed() {
				t.Log(out)
			}
		})
	}
	return &gateway{t: t, url: "http://" + listen, admin: "http://" + admin, config: file}
}

func TestAnEnvoyOfOnesOwnIsServedByEitherPrintedFile(t *testing.T) {
	azure := fake(t)
	for name, static := range map[string]bool{"bootstrap": false, "static": true} {
		t.Run(name, func(t *testing.T) {
			g := ownEnvoy(t, modelList(azure), static)
			eventually(t, "the gateway serves", func() bool {
				r, _ := http.NewRequest("POST", g.url+"/v1/chat/completions", strings.NewReader(streamBody))
				r.Header.Set("api-key", clientKey)
				r.Header.Set("content-type", "application/json")
				resp, err := http.DefaultClient.Do(r)
				if err != nil {
					return false
				}
				defer resp.Body.Close()
				text, _ := io.ReadAll(resp.Body)
				return resp.StatusCode == 200 && strings.Contains(string(text), "[DONE]")
			})
		})
	}
}
