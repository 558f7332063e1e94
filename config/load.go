package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"regexp"
	"strings"
)

// Options are what reading a configuration depends on beside the file.
type Options struct {
	// Getenv looks a variable up; nil is os.LookupEnv.
	Getenv func(string) (string, bool)
	// ReadFile reads the file; nil is os.ReadFile.
	ReadFile func(string) ([]byte, error)
	// AllowAnonymous accepts a file whose master_key is without effect: it says
	// that the gateway may be open.
	AllowAnonymous bool
	// Prices reads prices; nil leaves them out of the snapshot.
	Prices PriceReader
}

// Load reads a configuration file. The snapshot is nil when the report says
// that the file is refused.
func Load(path string, o Options) (*Snapshot, *Report) {
	data, err := o.readFile(path)
	if err != nil {
		return nil, &Report{Diagnostics: []Diagnostic{{
			Position: Position{File: path}, Severity: Refused, Message: "the file cannot be read: " + err.Error(),
		}}}
	}
	return Parse(path, data, o)
}

func (o Options) readFile(path string) ([]byte, error) {
	if o.ReadFile == nil {
		return os.ReadFile(path)
	}
	return o.ReadFile(path)
}

// Parse is Load for a file's content.
func Parse(path string, data []byte, o Options) (*Snapshot, *Report) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // a byte order mark
	l := newLoader(path, string(data), o)
	l.snapshot.Path = path
	l.mix(data)
	if root := l.read(data); root != nil && !l.report.Refused() {
		l.root(root)
	}
	return l.finish()
}

// mix makes the snapshot's hash one of some more bytes that it is made of.
func (l *loader) mix(data []byte) {
	sum := sha256.Sum256(data)
	both := sha256.Sum256(append(sum[:], l.snapshot.Hash...))
	l.snapshot.Hash = hex.EncodeToString(both[:8])
}

// loader makes a snapshot of a file's nodes.
type loader struct {
	*reader
	options  Options
	snapshot *Snapshot
	// variables are those of the file's environment_variables.
	variables map[string]string
	// said are the keys that were already talked about.
	said map[string]bool

	credentials map[string]*node // credential_values by credential_name
	refresh     bool             // enable_azure_ad_token_refresh
	dropParams  bool

	groups map[string]*groupState // by model_name
	ids    map[string]*node       // model_info.id of the entries so far
	models map[*Deployment]*node  // where an entry says its model: base_model, else model
	// entries are the mappings whose unset variables are worth a word.
	entries []*node
	// asked are the models of client keys.
	asked []*node
	// second is the reader of keys_file, nil where there is none.
	second *reader
}

// groupState is what became of the entries of one model_name.
type groupState struct {
	first   *node // the model_name where it first stands
	refused int
	foreign []foreignModel
	models  []string // litellm_params.model of its entries
}

func newLoader(path, text string, o Options) *loader {
	if o.Getenv == nil {
		o.Getenv = os.LookupEnv
	}
	l := &loader{
		options:     o,
		snapshot:    &Snapshot{MaxBody: defaultMaxBody, StreamUsage: true, Router: defaultRouter()},
		variables:   make(map[string]string),
		said:        make(map[string]bool),
		credentials: make(map[string]*node),
		groups:      make(map[string]*groupState),
		ids:         make(map[string]*node),
		models:      make(map[*Deployment]*node),
	}
	l.reader = &reader{file: path, lines: splitLines(text), getenv: l.lookup, report: &Report{}}
	return l
}

// lookup finds a variable in the file's environment_variables, else in the
// environment.
func (l *loader) lookup(name string) (string, bool) {
	if value, ok := l.variables[name]; ok {
		return value, true
	}
	return l.options.Getenv(name)
}

func splitLines(text string) []string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSuffix(lines[i], "\r")
	}
	return lines
}

// root reads the whole file.
func (l *loader) root(root *node) {
	if root = l.unwrap(root); l.report.Refused() {
		return
	}
	if root.kind != mapping && root.kind != null {
		l.at(root, Refused, "the file must be a mapping with model_list, not %s", root.kind)
		return
	}
	l.environmentVariables(root.get("environment_variables"))
	l.environ(root)
	l.checkKeys(root, &topLevel)
	l.credentialList(root.get("credential_list"))
	l.litellmSettings(l.section(root, &litellmSettings))
	l.routerSettings(l.section(root, &routerSettings))
	l.snapshot.Keyed = keyed(root)
	l.generalSettings(l.section(root, &generalSettings))
	l.guardKey(root)
	l.clientKeys(root)
	l.modelList(root)
	l.askedModels()
	l.fallbacks(root)
	l.passthrough(root.get("passthrough"))
	l.modelPrices(root.get("model_prices"))
	l.unsetVariables()
}

// unwrap finds the configuration inside of Helm values, and says where it is in
// a Kubernetes ConfigMap, whose text would have other lines.
func (l *loader) unwrap(root *node) *node {
	if root.kind != mapping || root.has("model_list") {
		return root
	}
	if inner := root.get("proxy_config"); inner.kind == mapping {
		l.at(inner, Warning, "these are Helm values: what stands under proxy_config is read")
		return inner
	}
	if root.get("kind").text == "ConfigMap" {
		for _, e := range root.get("data").entries {
			if strings.Contains(e.value.text, "model_list") {
				l.at(e.at, Refused, "this is a ConfigMap: write the text under %s into a file of its own", e.key)
			}
		}
	}
	return root
}

// environmentVariables reads the section of that name, which wins over the
// environment as it does with LiteLLM.
func (l *loader) environmentVariables(n *node) {
	for _, e := range n.entries {
		if e.value.kind != scalar {
			continue
		}
		if e.key != "" && isSecret(e.key) {
			l.secrets = append(l.secrets, e.value.text)
		}
		if name, ok := strings.CutPrefix(e.value.text, "os.environ/"); ok {
			if value, set := l.options.Getenv(name); set {
				l.variables[e.key] = value
			}
			continue
		}
		l.variables[e.key] = e.value.text
	}
}

// section gives a section that must be a mapping; null is an empty one.
func (l *loader) section(root *node, s *section) *node {
	n := root.get(s.name)
	switch n.kind {
	case mapping:
		l.checkKeys(n, s)
		return n
	case null:
		return &node{}
	}
	l.at(n, Warning, "%s must be a mapping, not %s: it has no effect as it stands (write its keys without dashes)", s.name, n.kind)
	return &node{}
}

// unsetVariables warns of variables without a value in the entries that are
// served all the same.
func (l *loader) unsetVariables() {
	said := make(map[Position]bool)
	for _, d := range l.report.Diagnostics {
		said[d.Position] = true
	}
	var walk func(key string, n *node)
	walk = func(key string, n *node) {
		if name := n.unset(); name != "" && !said[n.pos] {
			said[n.pos] = true
			l.at(n, Warning, "%s: %s has no value", noValue(name), key)
		}
		for _, e := range n.entries {
			walk(e.key, e.value)
		}
		for _, item := range n.items {
			walk(key, item)
		}
	}
	for _, n := range l.entries {
		walk("", n)
	}
}

// variableName is what the name of a variable looks like.
var variableName = regexp.MustCompile(`^\w+$`)

// noValue says why a variable has no value.
func noValue(name string) string {
	if !variableName.MatchString(name) {
		return "os.environ/" + name + " is no variable (os.environ/NAME must be the whole value)"
	}
	return "the environment variable " + name + " is not set"
}

// finish completes the snapshot and the report.
func (l *loader) finish() (*Snapshot, *Report) {
	if l.second != nil { // what is secret in one file is so in the other
		l.second.secrets = append(l.second.secrets, l.secrets...)
		l.secrets = l.second.secrets
		l.second.quote()
	}
	l.quote()
	l.report.sort(l.file)
	if l.report.Refused() {
		return nil, l.report
	}
	nameDeployments(l.snapshot.Reachable())
	return l.snapshot, l.report
}
