package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/azproc/azproc/admin"
	"github.com/azproc/azproc/config"
)

// The addresses that the commands agree on when nothing is said.
const (
	defaultListen = "127.0.0.1:4000"
	defaultAdmin  = "127.0.0.1:4001"
	defaultGRPC   = "127.0.0.1:4002"
	defaultDrain  = 30 * time.Second
)

// settings are the flags of all commands; each command registers those it
// takes.
type settings struct {
	config         string
	listen         string
	admin          string
	adminToken     string // "" is none
	grpc           string
	envoy          string
	caFile         string
	concurrency    int
	drain          time.Duration
	allowAnonymous bool
	static         bool
	live           bool
	logLevel       string
	logFormat      string
	accessLog      string // accessLogStdout or accessLogOff
}

func (s *settings) configFlag(fs *flag.FlagSet, what string) {
	fs.StringVar(&s.config, "config", "", "the model list: a LiteLLM-compatible YAML `file`"+what)
}

func (s *settings) listenFlag(fs *flag.FlagSet) {
	fs.StringVar(&s.listen, "listen", defaultListen, "`address` that clients call")
	fs.BoolVar(&s.allowAnonymous, "allow-anonymous", false, "listen beyond loopback although neither master_key nor keys are set: anyone who reaches the port can spend")
}

func (s *settings) adminFlag(fs *flag.FlagSet) {
	fs.StringVar(&s.admin, "admin", defaultAdmin, "`address` of the page for people, /healthz, /readyz, /deployments and /metrics")
	fs.StringVar(&s.adminToken, "admin-token", "", "`token` that the admin port asks for (default: $AZPROC_ADMIN_TOKEN, where other users of the machine do not see it); beyond loopback there is no page without one")
}

// guardOfAdmin says who may see what on the admin port. The token of the environment is
// no flag's default: the help would show it.
func (s *settings) guardOfAdmin() admin.Guard {
	return admin.Guard{Loopback: loopback(s.admin), Token: cmp.Or(s.adminToken, os.Getenv("AZPROC_ADMIN_TOKEN"))}
}

func (s *settings) grpcFlag(fs *flag.FlagSet) {
	fs.StringVar(&s.grpc, "grpc", defaultGRPC, "`address` (host:port or unix:PATH) at which Envoy reaches the Go service")
}

func (s *settings) caFlag(fs *flag.FlagSet) {
	fs.StringVar(&s.caFile, "upstream-ca", "", "PEM `file` with the roots that upstream certificates are checked against (default: $SSL_CERT_FILE, then the system's)")
}

func (s *settings) liveFlag(fs *flag.FlagSet) {
	fs.BoolVar(&s.live, "live", false, "ask each deployment something cheap, and print what it answers instead")
}

func (s *settings) envoyFlags(fs *flag.FlagSet) {
	fs.StringVar(&s.envoy, "envoy", "", "`path` of the Envoy binary (default: $ENVOY, envoy on PATH, the fetched one)")
	fs.IntVar(&s.concurrency, "concurrency", 0, "Envoy's worker threads (default: one per CPU)")
	fs.DurationVar(&s.drain, "drain", defaultDrain, "how long running requests may go on after SIGTERM or SIGINT")
}

func (s *settings) logFlags(fs *flag.FlagSet) {
	fs.StringVar(&s.logLevel, "log-level", "info", "debug, info, warn or error; also Envoy's")
	fs.StringVar(&s.logFormat, "log-format", "text", "text or json")
}

// The values of --access-log.
const (
	accessLogStdout = "stdout"
	accessLogOff    = "off"
)

func (s *settings) accessLogFlag(fs *flag.FlagSet, value string) {
	s.accessLog = value
	fs.Func("access-log", "stdout: a line of JSON for each request; off: none (default "+value+")", func(text string) error {
		if text != accessLogStdout && text != accessLogOff {
			return fmt.Errorf("want %s or %s", accessLogStdout, accessLogOff)
		}
		s.accessLog = text
		return nil
	})
}

// logger makes the log that the flags ask for.
func (s *settings) logger(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.logLevel)); err != nil {
		return nil, fmt.Errorf("--log-level %q: want debug, info, warn or error", s.logLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	switch s.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	default:
		return nil, fmt.Errorf("--log-format %q: want text or json", s.logFormat)
	}
}

// load reads the configuration file, or without one the AZURE_* environment.
func (s *settings) load() (*config.Snapshot, *config.Report) {
	o := config.Options{Getenv: os.LookupEnv, ReadFile: os.ReadFile, AllowAnonymous: s.allowAnonymous, Prices: readPrices}
	if s.config == "" {
		return config.FromEnv(o)
	}
	return config.Load(s.config, o)
}

// guard refuses to open a port to the world that asks for no key.
func (s *settings) guard(snap *config.Snapshot) error {
	if !snap.Open() || s.allowAnonymous || loopback(s.listen) {
		return nil
	}
	return fmt.Errorf("--listen %s would be open to anyone: set general_settings.master_key or keys, listen on 127.0.0.1, or say --allow-anonymous", s.listen)
}

// loopback is whether an address can be reached from this machine alone.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
