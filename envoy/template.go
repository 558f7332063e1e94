package envoy

import (
	"embed"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/goccy/go-yaml"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	// The types that the templates name in typed_config.
	_ "github.com/envoyproxy/go-control-plane/envoy/config/trace/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/filters/cel/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/open_telemetry/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/common/matching/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/common/matcher/action/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/header_mutation/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/lua/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/upstream_codec/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/http/early_header_mutation/header_mutation/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/request_id/uuid/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/router/cluster_specifiers/priority_group/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/tracers/opentelemetry/resource_detectors/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/tracers/opentelemetry/samplers/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/usage"
)

//go:embed template/*.yaml template/*.lua
var templateFiles embed.FS

var templates = func() *template.Template {
	t := template.New("")
	t.Funcs(template.FuncMap{
		"address": address,
		"quote":   func(s string) string { return encode(s) },
		"json":    func(v any) string { return encode(v) },
		"lua":     luaStrings,
		"escape":  func(s string) string { return strings.ReplaceAll(s, "%", "%%") },
		"include": func(name string, view any) (string, error) {
			var b strings.Builder
			err := t.ExecuteTemplate(&b, name, view)
			return b.String(), err
		},
		"indent": func(n int, text string) string {
			pad := strings.Repeat(" ", n)
			return pad + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+pad)
		},
	})
	return template.Must(t.ParseFS(templateFiles, "template/*.yaml", "template/*.lua"))
}()

// luaStrings gives texts as the elements of a Lua table.
func luaStrings(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = strconv.Quote(text)
	}
	return strings.Join(quoted, ", ")
}

// headersRead are the request headers that azproc reads; Envoy sends it no
// others (forward_rules).
var headersRead = []string{
	":method", ":path", "content-type", "content-length", "authorization", "api-key", "x-api-key",
	"upgrade", "sec-websocket-protocol", "openai-beta", "anthropic-version", "x-request-id",
	"x-litellm-model", "custom-llm-provider",
	"x-envoy-attempt-count",                              // of what comes from a cluster's own filters
	":status", "content-encoding", "x-azproc-deployment", // of a response that has to change
}

// bufferMargin is how much more of a body Envoy buffers than azproc takes, in
// bytes: far more than can come before the headers are answered.
const bufferMargin = 32 << 20

// Keepalive is how often Envoy pings azproc's gRPC service on a connection. The
// service must allow it: gRPC's default ends a connection that is pinged more
// often than every five minutes, and the requests on it.
const Keepalive = 30 * time.Second

// view is what the templates of the gateway see.
type view struct {
	Options
	BufferLimit   int64
	Keepalive     time.Duration
	Static        bool
	Type          string // of the cluster azproc
	Headers       []string
	AttemptLine   string // the formats of the logs
	RequestLine   string
	RetryStatuses string
	StatusRefused int
	LongestWait   int // in seconds
	Shapes        []shape
	LocalReplies  []localReply
	Clusters      []clusterView
	Collector     collectorView     // where Traces go
	Operations    map[string]string // the conventions' names of azure's operations
	Routes        []route           // the first that fits counts
	Limits        bool              // of a key are told with an answer
}

func newView(s *config.Snapshot, o Options, static bool) view {
	v := view{
		Options: o, BufferLimit: o.MaxBody + bufferMargin, Keepalive: Keepalive, Static: static, Type: grpcDiscovery(o.GRPC), Headers: headersRead,
		AttemptLine: lineFormat(attemptLog), RequestLine: lineFormat(requestLog), RetryStatuses: encode(azure.RepeatStatuses), StatusRefused: azure.StatusRefused,
		LongestWait: int(azure.MaxWait.Seconds()), Shapes: shapes, LocalReplies: localReplies(o.MaxBody), Routes: []route{{Sockets: true}, {Limits: limitsHeader}, {}},
	}
	if o.Traces != nil {
		v.Collector, v.Operations = o.collector(), usage.Operations
	}
	if s != nil {
		v.Clusters = clusterViews(s, o)
	}
	return v
}

// limitsHeader is the header of a request whose answer tells the limits of its key
// (limits.lua). azproc sets it, and it goes no further than the route.
const limitsHeader = "x-azproc-limits"

// route is what the template of the routes sees of one: of WebSockets, of requests with
// a header, or of all others.
type route struct {
	Sockets bool
	Limits  string
}

// WithLimits is the view of the script for those requests.
func (v view) WithLimits() view {
	v.Limits = true
	return v
}

// clusterView is what the template of a deployment's cluster sees.
type clusterView struct {
	Name, AltStatName     string
	Type, Host, Authority string
	Port                  int
	TLS                   bool
	Sockets               bool // and nothing else
	SANType, CAFile       string
	Headers               []string

	// Refuses says that a refused prompt may go to another group from here.
	Refuses       bool
	Refusals      []azure.Refusal
	StatusRefused int
}

// clusterViews has one view for each cluster, in the order of the deployments, that
// of a deployment's WebSockets behind its own.
func clusterViews(s *config.Snapshot, o Options) []clusterView {
	var views []clusterView
	seen := make(map[string]bool)
	refusing := refusingGroups(s)
	for _, d := range s.Reachable() {
		if seen[d.Cluster] {
			continue
		}
		seen[d.Cluster] = true
		e := &d.Target.Endpoint
		v := clusterView{
			Name: d.Cluster, AltStatName: d.Name, Type: discovery(e.Host),
			Host: e.Host, Authority: e.Authority(), Port: e.Port,
			TLS: e.Scheme == "https", SANType: "DNS", CAFile: roots(o.CAFile), Headers: headersRead,
			Refuses: refusing[d.Group], Refusals: []azure.Refusal{azure.RefusalContext, azure.RefusalContent}, StatusRefused: azure.StatusRefused,
		}
		if _, err := netip.ParseAddr(e.Host); err == nil {
			v.SANType = "IP_ADDRESS"
		}
		views = append(views, v)
		if name := d.SocketCluster(); name != d.Cluster {
			v.Name, v.AltStatName, v.Sockets = name, d.Name+strings.TrimPrefix(name, d.Cluster), true
			views = append(views, v)
		}
	}
	return views
}

// refusingGroups are the groups that have fallbacks for refused prompts, and those
// that a request of theirs may come to.
func refusingGroups(s *config.Snapshot) map[string]bool {
	groups := make(map[string]bool)
	for _, g := range s.Groups {
		r := &s.Router
		refused := append(slices.Clone(r.ContextWindow.For(g.Name)), r.ContentPolicy.For(g.Name)...)
		if len(refused) == 0 {
			continue
		}
		groups[g.Name] = true
		for _, name := range append(refused, r.Fallbacks.For(g.Name)...) {
			if other, _, ok := s.Find(name); ok {
				groups[other.Name] = true
			}
		}
	}
	return groups
}

// render executes a template.
func render(name string, view any) (string, error) {
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, name, view); err != nil {
		return "", fmt.Errorf("envoy template %s: %w", name, err)
	}
	return b.String(), nil
}

// parse executes a template and reads the result as a resource.
func parse(name string, view any, into proto.Message) error {
	text, err := render(name, view)
	if err != nil {
		return err
	}
	var made any
	if err := yaml.Unmarshal([]byte(text), &made); err != nil {
		return fmt.Errorf("envoy template %s: %w", name, err)
	}
	if err := protojson.Unmarshal([]byte(encode(made)), into); err != nil {
		return fmt.Errorf("envoy template %s: %w", name, err)
	}
	return nil
}

// Bootstrap is the file that an Envoy is started with when azproc tells it
// everything else at run time.
func Bootstrap(o Options) ([]byte, error) {
	text, err := render("bootstrap.yaml", newView(nil, o, false))
	return []byte(text), err
}

// Static is one file with everything, for an Envoy that takes nothing from
// azproc at run time.
func Static(s *config.Snapshot, o Options) ([]byte, error) {
	text, err := render("static.yaml", newView(s, o, true))
	return []byte(text), err
}
