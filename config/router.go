package config

import (
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Router says how deployments are picked, tried and rested: router_settings,
// and what of litellm_settings means the same.
type Router struct {
	// Strategy picks among the deployments of a group.
	Strategy Strategy
	// NumRetries is how many other deployments of a group are asked after the
	// first; -1 is unset: all of them.
	NumRetries int
	// MaxFallbacks is how many other groups are asked.
	MaxFallbacks int
	// AllowedFails is how many failures in a row a deployment may have before it
	// is rested.
	AllowedFails int
	// Cooldown is the first of its rests.
	Cooldown time.Duration
	// DisableCooldowns leaves failing deployments in their place.
	DisableCooldowns bool
	// TrySoonest sends a request to the deployment that is rested for the
	// shortest time when all of a group are; otherwise it is answered 429.
	TrySoonest bool
	// StreamTimeout is for a streamed request; 0 is unset.
	StreamTimeout time.Duration
	// RetryBuffer is the largest body that a second deployment is asked with,
	// in bytes.
	RetryBuffer int64
	// Fallbacks are other groups to ask when all of a group fail, when a prompt
	// is too long for it, and when its content filter refuses.
	Fallbacks, ContextWindow, ContentPolicy Fallbacks
	// Redis is where limits and cool-downs are shared.
	Redis Redis
	// OnStoreFailure says what to do without Redis when it is configured.
	OnStoreFailure StorePolicy
}

// Strategy is how a deployment is picked among those that may serve.
type Strategy string

// The strategies.
const (
	StrategyUsage   Strategy = "usage-based"
	StrategyShuffle Strategy = "simple-shuffle"
	StrategyBusy    Strategy = "least-busy"
	StrategyLatency Strategy = "latency"
	StrategyCost    Strategy = "cost"
)

// strategyNames are the values of routing_strategy, azproc's and LiteLLM's.
var strategyNames = []struct {
	name string
	is   Strategy
}{
	{"usage-based", StrategyUsage},
	{"simple-shuffle", StrategyShuffle},
	{"least-busy", StrategyBusy},
	{"latency", StrategyLatency},
	{"cost", StrategyCost},
	{"usage-based-routing", StrategyUsage},
	{"usage-based-routing-v2", StrategyUsage},
	{"latency-based-routing", StrategyLatency},
	{"cost-based-routing", StrategyCost},
}

// StorePolicy is what becomes of a decision while the shared store is gone.
type StorePolicy string

// The policies.
const (
	StoreLocal  StorePolicy = "local"  // this process counts by itself, from what it last knew
	StoreAllow  StorePolicy = "allow"  // limits are not enforced
	StoreReject StorePolicy = "reject" // what has a limit is answered 503
)

var storePolicies = []string{string(StoreLocal), string(StoreAllow), string(StoreReject)}

// Redis is a Redis server or cluster; the zero value is none.
type Redis struct {
	// Addresses are host:port, of any nodes of a cluster.
	Addresses []string
	Username  string
	Password  Secret
	DB        int
	TLS       bool
	// CAFile has the roots its certificate is checked against; "" is the
	// system's.
	CAFile string
	// Cluster says that the addresses are nodes of a cluster.
	Cluster bool
}

// Defaults of the router.
const (
	defaultMaxFallbacks = 5
	defaultAllowedFails = 2
	defaultCooldown     = 5 * time.Second
	defaultRetryBuffer  = 8 << 20
	defaultRedisPort    = "6379"
)

func defaultRouter() Router {
	return Router{
		Strategy: StrategyUsage, NumRetries: -1, MaxFallbacks: defaultMaxFallbacks, AllowedFails: defaultAllowedFails,
		Cooldown: defaultCooldown, RetryBuffer: defaultRetryBuffer, OnStoreFailure: StoreLocal,
	}
}

// retrying reads what stands in litellm_settings or router_settings alike. The
// router's are read last and win.
func (l *loader) retrying(n *node) {
	r := &l.snapshot.Router
	if v, ok := l.count(n, "num_retries"); ok {
		r.NumRetries = v
	}
	if v, ok := l.count(n, "allowed_fails"); ok {
		r.AllowedFails = v
	}
}

func (l *loader) routerSettings(n *node) {
	r := &l.snapshot.Router
	if t := l.seconds(n, "timeout"); t > 0 {
		l.snapshot.Timeout = t
	}
	r.StreamTimeout = l.seconds(n, "stream_timeout")
	l.strategy(n.get("routing_strategy"))
	l.retrying(n)
	if v, ok := l.count(n, "max_fallbacks"); ok {
		r.MaxFallbacks = v
	}
	if t := l.seconds(n, "cooldown_time"); t > 0 {
		r.Cooldown = t
	}
	r.DisableCooldowns = l.boolean(n, "disable_cooldowns")
	r.TrySoonest = l.oneOf(n, "when_all_cooled", []string{"reject", "try_soonest"}) == "try_soonest"
	if p := l.oneOf(n, "on_store_failure", storePolicies); p != "" {
		r.OnStoreFailure = StorePolicy(p)
	}
	if mib, ok := l.positive(n, "retry_buffer_mb"); ok {
		r.RetryBuffer = int64(min(mib, maxMaxBody>>20) * (1 << 20))
	} else if n.get("retry_buffer_mb").text == "0" {
		r.RetryBuffer = 0
	}
	if p := n.get("retry_policy"); p.kind != null && p.kind != mapping {
		l.at(p, Warning, "retry_policy must be a mapping, not %s: it has no effect as it stands", p.kind)
	}
	l.redis(n)
}

func (l *loader) strategy(n *node) {
	if n.kind != scalar {
		return
	}
	var names []string
	for _, s := range strategyNames {
		if s.name == n.text {
			l.snapshot.Router.Strategy = s.is
			return
		}
		names = append(names, s.name)
	}
	l.at(n, Warning, "routing_strategy %q is none of %s; %s is used%s", n.text, strings.Join(names, ", "), StrategyUsage, meant(nearestOf(n.text, names)))
}

// oneOf reads a word out of a few; "" is none.
func (l *loader) oneOf(n *node, key string, words []string) string {
	v := n.get(key)
	if v.kind == null {
		return ""
	}
	if !slices.Contains(words, v.text) {
		l.at(v, Warning, "%s must be one of %s: it counts as %s", key, strings.Join(words, ", "), words[0])
		return ""
	}
	return v.text
}

// count reads a whole number, zero too.
func (l *loader) count(n *node, key string) (int, bool) {
	f, positive := l.positive(n, key)
	if zero, ok := n.get(key).number(); !positive && (!ok || zero != 0) {
		return 0, false
	}
	return int(min(f, 1<<20)), true
}

// redis reads where Redis is. redis_url comes first; host and port stand for
// what it leaves open.
func (l *loader) redis(n *node) {
	r := &l.snapshot.Router.Redis
	r.Username, r.Password = n.get("redis_username").text, Secret(n.get("redis_password").text)
	if v, ok := l.count(n, "redis_db"); ok {
		r.DB = v
	}
	r.TLS, r.CAFile = l.boolean(n, "redis_ssl"), n.get("redis_ssl_ca_certs").text
	if host := strings.TrimSpace(n.get("redis_host").text); host != "" {
		port := defaultRedisPort
		if v, ok := l.count(n, "redis_port"); ok {
			port = strconv.Itoa(v)
		}
		r.Addresses = []string{net.JoinHostPort(host, port)}
	}
	switch nodes := n.get("redis_startup_nodes"); nodes.kind {
	case null:
	case sequence:
		r.Addresses, r.Cluster = nil, true
		for _, item := range nodes.items {
			host, port := item.get("host").text, item.get("port").text
			if host == "" {
				l.at(item, Warning, "redis_startup_nodes: each item is written {host: NAME, port: NUMBER}")
				continue
			}
			if port == "" {
				port = defaultRedisPort
			}
			r.Addresses = append(r.Addresses, net.JoinHostPort(host, port))
		}
	default:
		l.at(nodes, Warning, "redis_startup_nodes must be a list of {host: NAME, port: NUMBER}: it has no effect as it stands")
	}
	if u := n.get("redis_url"); u.kind == scalar {
		l.redisURL(u, r)
	}
	for _, key := range []string{"redis_host", "redis_url", "redis_password"} {
		if v := n.get(key); v.unset() != "" {
			l.at(v, Warning, "%s: %s has no value", noValue(v.unset()), key)
		}
	}
	l.redisEffect(n, r)
}

// redisEffect says which settings of Redis have no effect.
func (l *loader) redisEffect(n *node, r *Redis) {
	if len(r.Addresses) == 0 {
		for _, key := range []string{"redis_port", "redis_password", "redis_ssl"} {
			if v := n.get(key); v.kind != null {
				l.at(v, Warning, "%s has no effect without redis_host, redis_url or redis_startup_nodes: limits are not shared", key)
				return
			}
		}
		return
	}
	if r.CAFile != "" && !r.TLS {
		l.at(n.get("redis_ssl_ca_certs"), Warning, "redis_ssl_ca_certs has no effect without redis_ssl: true or a redis_url that begins with rediss://")
	}
	if db := n.get("redis_db"); r.Cluster && r.DB != 0 && db.kind != null {
		l.at(db, Warning, "redis_db has no effect: a cluster has one database")
	}
}

// redisURL reads redis://user:password@host:port/db; rediss is with TLS.
func (l *loader) redisURL(n *node, r *Redis) {
	u, err := url.Parse(strings.TrimSpace(n.text))
	if err != nil || (u.Scheme != "redis" && u.Scheme != "rediss") || u.Hostname() == "" {
		l.at(n, Warning, "redis_url must be redis://HOST:PORT or rediss://HOST:PORT: limits are not shared as it stands")
		return
	}
	port := u.Port()
	if port == "" {
		port = defaultRedisPort
	}
	r.Addresses = []string{net.JoinHostPort(u.Hostname(), port)}
	r.TLS = r.TLS || u.Scheme == "rediss"
	if u.User != nil {
		r.Username = u.User.Username()
		if p, ok := u.User.Password(); ok {
			r.Password = Secret(p)
		}
	}
	if db := strings.Trim(u.Path, "/"); db != "" {
		number, err := strconv.Atoi(db)
		if err != nil || number < 0 {
			l.at(n, Warning, "redis_url must end in the number of a database, or in none: %d is used", r.DB)
			return
		}
		r.DB = number
	}
}
