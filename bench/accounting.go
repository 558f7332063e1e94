package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/goccy/go-yaml"
)

// streamEvents are the chunks of a stream (scenarios).
const streamEvents = 100

// accounting measures what it costs to count: azproc with an Envoy of its own on one
// side, the same azproc and Envoy without what counts on the other: no access log to Go,
// no script that reads answers, no usage asked of streams, no lines on stdout.
func accounting(o options, dir string) error {
	b := &bench{options: o}
	defer b.stop()
	up, err := free()
	if err != nil {
		return err
	}
	b.upstream = command(os.Args[0], "upstream", up)
	if err := b.upstream.Start(); err != nil {
		return err
	}
	sides := [2]struct {
		name   string
		counts bool
	}{{"without", false}, {"with", true}}
	var targets [2]target
	for i, side := range sides {
		t, stop, err := counting(o, path(dir, side.name), up, side.counts)
		defer stop()
		if err != nil {
			return err
		}
		targets[i] = t
	}
	fmt.Printf("%-38s %9s %9s %6s | %8s %8s | %8s %8s\n", "", "without", "with", "ratio", "Envoy µs", "with", "Go µs", "with")
	for _, s := range scenarios {
		if s.name != "2 KB, 16 connections" && !s.stream || s.ids {
			continue
		}
		var rounds [2][]figures
		for range o.rounds {
			for side, t := range targets {
				f, err := b.round(s, t)
				if err != nil {
					return err
				}
				rounds[side] = append(rounds[side], f)
			}
		}
		without, with := median(rounds[0]), median(rounds[1])
		fmt.Printf("%-38s %9.0f %9.0f %6.2f | %8.0f %8.0f | %8.0f %8.0f\n", s.name, without.rps, with.rps, with.rps/without.rps, without.envoyCPU, with.envoyCPU, without.goCPU, with.goCPU)
		if s.stream {
			fmt.Printf("counting costs %.1f µs of CPU a chunk (at most 10 is asked)\n", (with.envoyCPU+with.goCPU-without.envoyCPU-without.goCPU)/streamEvents)
			continue
		}
		fmt.Printf("counting costs %.0f %% of the throughput (at most 15 is asked)\n", 100*(1-with.rps/without.rps))
	}
	return nil
}

// counting starts an azproc and its Envoy, and gives how to end them.
func counting(o options, dir, up string, counts bool) (t target, stop func(), err error) {
	side := &bench{options: o}
	stop = side.stop
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return t, stop, err
	}
	address, err := free()
	if err != nil {
		return t, stop, err
	}
	admin, err := free()
	if err != nil {
		return t, stop, err
	}
	text := fmt.Sprintf(azprocFile, up)
	log := "stdout"
	if !counts {
		text += "general_settings: {always_include_stream_usage: false}\n"
		log = "off"
	}
	file, socket, envoyFile := path(dir, "azproc.yaml"), "unix:"+path(dir, "azproc.sock"), path(dir, "envoy.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return t, stop, err
	}
	static := command(o.azproc, "envoy-config", "--config", file, "--static", "--listen", address, "--grpc", socket)
	made, err := static.Output()
	if err != nil {
		return t, stop, err
	}
	if made, err = adapted(made, counts); err != nil {
		return t, stop, err
	}
	if err := os.WriteFile(envoyFile, made, 0o600); err != nil {
		return t, stop, err
	}
	side.azproc = command(o.azproc, "serve", "--config", file, "--grpc", socket, "--admin", admin, "--log-level", "error", "--access-log", log, "--drain", "1s")
	if err := side.azproc.Start(); err != nil {
		return t, stop, err
	}
	side.bare = command(o.envoy, "-c", envoyFile, "--use-dynamic-base-id", "--disable-hot-restart", "-l", "error", "--concurrency", strconv.Itoa(o.concurrency))
	if err := side.bare.Start(); err != nil {
		return t, stop, err
	}
	return target{address: address, envoy: side.bare.Process.Pid, service: side.azproc.Process.Pid}, stop, answers(address)
}

// adapted takes the admin port out of Envoy's file, and where nothing is to count what
// counts: its access logs, and the script that reads answers.
func adapted(text []byte, counts bool) ([]byte, error) {
	var file map[string]any
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	delete(file, "admin")
	if counts {
		return yaml.Marshal(file)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			delete(v, "access_log")
			delete(v, "upstream_log")
			if filters, ok := v["http_filters"].([]any); ok {
				var kept []any
				for _, f := range filters {
					if m, ok := f.(map[string]any); !ok || m["name"] != "answer" {
						kept = append(kept, f)
					}
				}
				v["http_filters"] = kept
			}
			for _, inner := range v {
				walk(inner)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(file)
	return yaml.Marshal(file)
}
