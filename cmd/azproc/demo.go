package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/e2e/fakeazure"
)

// demoModels is what the demo's fake Azure has deployed: one of each kind, each
// under its own name.
var demoModels = []fakeazure.Deployment{
	{Name: "gpt-4o", Model: "gpt-4o", Version: "2024-11-20"},
	{Name: "gpt-4o-mini", Model: "gpt-4o-mini", Version: "2024-07-18"},
	{Name: "gpt-5-mini", Model: "gpt-5-mini", Version: "2025-08-07"},
	{Name: "o3-mini", Model: "o3-mini", Version: "2025-01-31"},
	{Name: "o1", Model: "o1", Version: "2024-12-17"},
	{Name: "gpt-5-codex", Model: "gpt-5-codex", Version: "2025-09-15"},
	{Name: "claude-sonnet-4-5", Model: "claude-sonnet-4-5"},
	{Name: "gpt-35-turbo-instruct", Model: "gpt-35-turbo-instruct"},
	{Name: "text-embedding-3-small", Model: "text-embedding-3-small"},
	{Name: "gpt-image-1", Model: "gpt-image-1"},
	{Name: "tts", Model: "tts"},
	{Name: "whisper", Model: "whisper"},
}

const demoKey = "fake-azure-key"

// demo is azproc demo: the gateway in front of a fake Azure in this process.
func demo(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var s settings
	fs := flag.NewFlagSet("demo", flag.ContinueOnError)
	s.listenFlag(fs)
	s.adminFlag(fs)
	s.envoyFlags(fs)
	s.logFlags(fs)
	s.accessLogFlag(fs, accessLogOff)
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	log, err := s.logger(stderr)
	if err != nil {
		return err
	}
	azure := fakeazure.New(fakeazure.Config{Resources: []fakeazure.Resource{
		{Name: "demo", Keys: []string{demoKey}, Deployments: demoModels},
	}})
	if err := azure.Start(); err != nil {
		return err
	}
	defer azure.Close()
	dir, err := os.MkdirTemp("", "azproc-demo-")
	if err != nil {
		return fmt.Errorf("folder for the demo's configuration: %w", err)
	}
	defer os.RemoveAll(dir)
	s.config = filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(s.config, demoConfig(azure.URL("demo")), 0o600); err != nil {
		return fmt.Errorf("the demo's configuration: %w", err)
	}
	return s.run(ctx, log, stdout, stderr, func(*config.Snapshot) { printDemo(stdout, &s) })
}

// demoConfig is the model list of the demo: what an operator would write for
// these deployments.
func demoConfig(base string) []byte {
	var b strings.Builder
	b.WriteString("model_list:\n")
	for _, d := range demoModels {
		route := "azure/"
		switch {
		case strings.HasSuffix(d.Name, "-instruct"):
			route = "azure_text/"
		case strings.HasPrefix(d.Name, "claude-"):
			route = "azure_ai/"
		}
		fmt.Fprintf(&b, "  - model_name: %s\n    litellm_params:\n      model: %s%s\n      api_base: %s\n      api_key: %s\n", d.Name, route, d.Name, base, demoKey)
		if d.Name == "tts" {
			b.WriteString("      base_model: tts-1\n") // whose price it has
		}
	}
	return []byte(b.String())
}

func printDemo(w io.Writer, s *settings) {
	names := make([]string, len(demoModels))
	for i, d := range demoModels {
		names[i] = d.Name
	}
	fmt.Fprintf(w, `azproc is ready at http://%[1]s: a real Envoy in front of a fake Azure (admin http://%[2]s). Any key is accepted.

Models: %[3]s

Try:

  curl -s http://%[1]s/v1/chat/completions -H 'content-type: application/json' -d '{"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello!"}]}'

Or point an SDK at it: OpenAI(base_url="http://%[1]s/v1", api_key="any"), Anthropic(base_url="http://%[1]s", api_key="any")

Ctrl-C ends it.
`, s.listen, s.admin, strings.Join(names, ", "))
}
