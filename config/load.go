package config

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"time"
)

// Options are what reading a configuration depends on beside the file.
type Options struct {
	// Getenv looks a variable up; nil is os.LookupEnv.
	Getenv func(string) (string, bool)
	// ReadFile reads the file; nil is os.ReadFile.
	ReadFile func(string) ([]byte, error)
	// AllowAnonymous accepts a file whose master_key stands where it has no
	// effect.
	AllowAnonymous bool
}

// defaultMaxBody is the largest JSON body where nothing is said, in bytes.
const defaultMaxBody = 32 << 20

// maxMaxBody is the largest limit that makes sense: Envoy counts buffers in 32
// bits.
const maxMaxBody = 1 << 30

// Load reads a configuration file. The snapshot is nil when the report says
// that the file is refused.
func Load(path string, o Options) (*Snapshot, *Report) {
	read := o.ReadFile
	if read == nil {
		read = os.ReadFile
	}
	data, err := read(path)
	if err != nil {
		r := &Report{}
		(&reader{file: path, report: r}).at(&node{}, Refused, "the file cannot be read: %s", err)
		return nil, r
	}
	return Parse(path, data, o)
}

// Parse is Load for a file's content.
func Parse(path string, data []byte, o Options) (*Snapshot, *Report) {
	l := newLoader(path, string(data), o)
	sum := sha256.Sum256(data)
	l.snapshot.Hash = hex.EncodeToString(sum[:8])
	if root := l.read(data); root != nil {
		l.root(root)
	}
	return l.finish()
}

// loader makes a snapshot of a file's nodes.
type loader struct {
	*reader
	options  Options
	snapshot *Snapshot
	said     map[string]bool

	credentials  map[string]*node // credential_list by name
	refresh      bool             // enable_azure_ad_token_refresh
	dropParams   bool
	misplacedKey *node          // a master_key where it has no effect
	lost         map[string]int // entries refused, by model_name
	names        map[string]*node
}

func newLoader(path, text string, o Options) *loader {
	if o.Getenv == nil {
		o.Getenv = os.LookupEnv
	}
	return &loader{
		reader:      &reader{file: path, lines: splitLines(text), getenv: o.Getenv, report: &Report{}},
		options:     o,
		snapshot:    &Snapshot{Path: path, MaxBody: defaultMaxBody},
		said:        make(map[string]bool),
		credentials: make(map[string]*node),
		lost:        make(map[string]int),
		names:       make(map[string]*node),
	}
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
	root = l.unwrap(root)
	if root.kind != mapping {
		if root.kind != null {
			l.at(root, Refused, "the file must be a mapping with model_list, not %s", root.kind)
			return
		}
	} else {
		l.checkKeys(root, &topLevel)
	}
	l.note(root, "master_key")
	l.credentialList(root.get("credential_list"))
	l.litellmSettings(l.section(root, &litellmSettings))
	l.routerSettings(l.section(root, &routerSettings))
	l.generalSettings(l.section(root, &generalSettings))
	l.modelList(root.get("model_list"))
	l.guardKey()
}

// unwrap finds the configuration inside of a Kubernetes ConfigMap or Helm
// values.
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

// section gives a section that must be a mapping; null is an empty one.
func (l *loader) section(root *node, s *section) *node {
	n := root.get(s.name)
	switch n.kind {
	case mapping:
		l.checkKeys(n, s)
		if s != &generalSettings {
			l.note(n, "master_key")
		}
		return n
	case null:
		return &node{}
	default:
		l.at(n, Warning, "%s must be a mapping, not %s: it has no effect as it stands", s.name, n.kind)
		return &node{}
	}
}

// note remembers a master_key that stands where it does not count.
func (l *loader) note(n *node, key string) {
	if found := n.get(key); found.kind == scalar {
		l.misplacedKey = found
	}
}

func (l *loader) litellmSettings(n *node) {
	l.dropParams = l.boolean(n, "drop_params")
	l.refresh = l.boolean(n, "enable_azure_ad_token_refresh")
	l.snapshot.Timeout = l.seconds(n, "request_timeout")
}

func (l *loader) routerSettings(n *node) {
	if t := l.seconds(n, "timeout"); t > 0 {
		l.snapshot.Timeout = t
	}
}

func (l *loader) generalSettings(n *node) {
	key := n.get("master_key")
	l.snapshot.MasterKey = Secret(key.text)
	switch {
	case key.kind == mapping || key.kind == sequence:
		l.at(key, Refused, "master_key must be a text, not %s", key.kind)
	case key.unset != "":
		l.at(key, Refused, "the environment variable %s is not set, and it is the only key: the gateway would be open to anyone", key.unset)
	case l.unfilled(key, "master_key"):
	case key.text == "sk-1234":
		l.at(key, Warning, "master_key is the example of LiteLLM's documentation, which anyone would try first")
	}
	if key.kind == null && key.unset == "" {
		if value, ok := l.getenv("LITELLM_MASTER_KEY"); ok {
			l.snapshot.MasterKey = Secret(value)
		}
	}
	if mib, ok := l.positive(n, "max_request_size_mb"); ok {
		l.snapshot.MaxBody = int64(mib * (1 << 20))
		if l.snapshot.MaxBody > maxMaxBody || l.snapshot.MaxBody < 1 {
			l.at(n.get("max_request_size_mb"), Warning, "max_request_size_mb must be between 0 and %d: it stays 32", maxMaxBody>>20)
			l.snapshot.MaxBody = defaultMaxBody
		}
	}
}

// guardKey refuses a file whose writer believes that a key is asked for.
func (l *loader) guardKey() {
	if l.snapshot.MasterKey != "" || l.misplacedKey == nil || l.options.AllowAnonymous {
		return
	}
	l.at(l.misplacedKey, Refused, "master_key has no effect here, and there is none where it has: the gateway would be open to anyone; write it as general_settings.master_key")
}

// finish completes the snapshot and the report.
func (l *loader) finish() (*Snapshot, *Report) {
	l.emptyGroups()
	l.report.sort()
	if l.report.Refused() {
		return nil, l.report
	}
	nameDeployments(l.snapshot.Deployments)
	return l.snapshot, l.report
}

// emptyGroups refuses a file that leaves a model without any deployment because
// its entries are wrong: clients would get 404 for a model that its writer
// believes served.
func (l *loader) emptyGroups() {
	served := make(map[string]bool)
	for _, g := range l.snapshot.Groups {
		served[g.Name] = true
	}
	for name := range l.lost {
		if served[name] || name == "" {
			continue
		}
		if at := l.names[name]; at != nil && len(l.snapshot.Groups) == 0 {
			l.at(at, Refused, "no entry of %q can be served, and nothing else is left", name)
		} else if at != nil {
			l.at(at, EntryRefused, "no entry of %q can be served: clients get 404 for it", name)
		}
	}
}

// boolean reads a switch; it is off when it is not there.
func (l *loader) boolean(n *node, key string) bool {
	v := n.get(key)
	b, ok := v.boolean()
	if !ok && v.kind != null {
		l.at(v, Warning, "%s must be true or false: it counts as false", key)
	}
	return b
}

// positive reads a number above zero.
func (l *loader) positive(n *node, key string) (float64, bool) {
	v := n.get(key)
	if v.kind == null {
		l.unsetWarning(v, key)
		return 0, false
	}
	f, ok := v.number()
	if !ok || f < 0 {
		l.at(v, Warning, "%s must be a number: it has no effect as it stands", key)
		return 0, false
	}
	return f, f > 0
}

func (l *loader) seconds(n *node, key string) time.Duration {
	f, _ := l.positive(n, key)
	return time.Duration(min(f, 86400*30) * float64(time.Second))
}

// unsetWarning says that a variable which a key names has no value.
func (l *loader) unsetWarning(n *node, key string) {
	if n.unset != "" {
		l.at(n, Warning, "the environment variable %s is not set: %s has no value", n.unset, key)
	}
}

// unfilled warns of a text that its writer meant to be replaced and LiteLLM
// would take as it stands.
func (l *loader) unfilled(n *node, key string) bool {
	t := n.text
	if n.kind != scalar {
		return false
	}
	name := ""
	switch {
	case strings.HasPrefix(t, "${") && strings.HasSuffix(t, "}"):
		name, _, _ = strings.Cut(t[2:len(t)-1], ":")
	case strings.HasPrefix(t, "$") && len(t) > 1:
		name = t[1:]
	case strings.HasPrefix(t, "env:"):
		name = t[4:]
	case strings.HasPrefix(t, "env/"):
		name = t[4:]
	case strings.HasPrefix(t, "{{") || strings.HasPrefix(t, "__") && strings.HasSuffix(t, "__"),
		strings.HasPrefix(t, "REPLACE"), strings.HasPrefix(t, "<") && strings.HasSuffix(t, ">"):
		l.at(n, Warning, "%s is a placeholder that nothing fills in: it is taken as it stands", key)
		return true
	case strings.Contains(t, "${"), strings.Contains(t, "os.environ/"):
		l.at(n, Warning, "%s: a variable inside of a longer text is not replaced; os.environ/NAME must be the whole value", key)
		return true
	default:
		return false
	}
	l.at(n, Warning, "%s: %q is taken as it stands; an environment variable is written os.environ/%s", key, t, name)
	return true
}
