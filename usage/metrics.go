package usage

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
)

// Metrics are azproc's instruments. All methods are safe for concurrent use and
// none of them waits.
type Metrics struct {
	handler  http.Handler
	provider *sdk.MeterProvider
	genAI    *genAI

	reloads   metric.Int64Counter
	panics    metric.Int64Counter
	refused   metric.Int64Counter
	restarts  metric.Int64Counter
	failed    metric.Int64Counter
	further   metric.Int64Counter
	cooldowns metric.Int64Counter
	store     metric.Int64Counter
	large     metric.Int64Counter
	lacking   metric.Int64Counter
	batches   metric.Int64Counter
	batched   metric.Int64Counter
	batchCost metric.Int64Counter
	batchRest sync.Map // of purses, by key
	unpriced  metric.Int64Counter
	limited   metric.Int64Counter
	fallbacks metric.Int64Counter
	decision  metric.Float64Histogram

	configGood    atomic.Bool
	configSince   atomic.Int64 // Unix seconds of the last good load
	configWarned  atomic.Int64
	configRefused atomic.Int64
	deployments   atomic.Int64
}

// NewMetrics makes the instruments and their registry. credentials is asked at
// every scrape which credentials there are, by name, and whether each can be
// used now; nil leaves them out. more are further readers, and who tells them (OTLP).
func NewMetrics(credentials func() map[string]bool, more ...sdk.Option) (*Metrics, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo(), exporter.WithoutTargetInfo())
	if err != nil {
		return nil, fmt.Errorf("prometheus exporter: %w", err)
	}
	m := &Metrics{
		handler:  promhttp.HandlerFor(registry, promhttp.HandlerOpts{}),
		provider: sdk.NewMeterProvider(append(more, sdk.WithReader(reader))...),
	}
	meter := m.provider.Meter("azproc")
	if m.genAI, err = newGenAI(meter); err != nil {
		return nil, err
	}
	for _, c := range []struct {
		into       *metric.Int64Counter
		name, what string
	}{
		{&m.reloads, "azproc_config_loads", "Times the configuration was read, by result: good or bad."},
		{&m.panics, "azproc_stream_panics", "ext_proc streams that ended in a recovered panic."},
		{&m.refused, "azproc_refused_requests", "Requests that azproc answered with an error of its own, by status and code."},
		{&m.restarts, "azproc_envoy_restarts", "Times Envoy ended by itself and was started again."},
		{&m.failed, "azproc_failed_attempts", "Attempts at a deployment that failed, by fault: throttled, server or config."},
		{&m.further, "azproc_further_attempts", "Attempts after a request's first."},
		{&m.cooldowns, "azproc_cooldowns", "Times a deployment was cooled or its rest made longer, by deployment and fault."},
		{&m.store, "azproc_store_failures", "Decisions in which the store of shared limits could not take part."},
		{&m.lacking, "azproc_incomplete_lists", "Lists of several resources that lack a resource because it failed, by collection and resource."},
		{&m.batches, "azproc_batches", "Batches that have ended, by status."},
		{&m.batched, "azproc_batch_tokens", "Tokens that ended batches have used, by key and type: input, cached (a part of it) or output."},
		{&m.batchCost, "azproc_batch_cost_microdollars", "What ended batches have cost, in millionths of a US dollar, where their price is known, by key."},
		{&m.unpriced, "azproc_batches_of_unknown_cost", "Ended batches whose price nobody knows."},
		{&m.limited, "azproc_limited_requests", "Requests that a limit refused, by limit: key_requests, key_tokens, key_budget, or deployments for want of room at all of them."},
		{&m.fallbacks, "azproc_fallbacks", "Requests that another model than the one asked for served last, by both."},
		{&m.large, "azproc_unrepeatable_requests", "Requests that one deployment alone could be asked with, because their body is larger than the retry buffer."},
	} {
		if *c.into, err = meter.Int64Counter(c.name, metric.WithDescription(c.what)); err != nil {
			return nil, fmt.Errorf("metric %s: %w", c.name, err)
		}
	}
	if m.decision, err = meter.Float64Histogram("azproc_decision_duration", metric.WithUnit("s"), metric.WithExplicitBucketBoundaries(decisionBounds...),
		metric.WithDescription("How long the Go service had a request in hand until it sent it on or refused it; a later attempt is another one.")); err != nil {
		return nil, fmt.Errorf("metric azproc_decision_duration: %w", err)
	}
	for _, g := range []struct {
		name, what string
		value      func() int64
	}{
		{"azproc_config_last_load_good", "1 while the configuration file as it stands is the one that serves, 0 after a bad one.", func() int64 { return one(m.configGood.Load()) }},
		{"azproc_config_last_good_timestamp_seconds", "Unix time at which the configuration that serves was loaded.", m.configSince.Load},
		{"azproc_config_warnings", "Warnings about the configuration file as it stands.", m.configWarned.Load},
		{"azproc_config_refusals", "Refused entries of the configuration file as it stands.", m.configRefused.Load},
		{"azproc_config_deployments", "Deployments that are served.", m.deployments.Load},
	} {
		_, err := meter.Int64ObservableGauge(g.name, metric.WithDescription(g.what),
			metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
				o.Observe(g.value())
				return nil
			}))
		if err != nil {
			return nil, fmt.Errorf("metric %s: %w", g.name, err)
		}
	}
	if credentials != nil {
		_, err := meter.Int64ObservableGauge("azproc_credential_ready",
			metric.WithDescription("1 while the credential can be used, 0 while it cannot be had."),
			metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
				for name, ready := range credentials() {
					o.Observe(one(ready), metric.WithAttributes(attribute.String("credential", name)))
				}
				return nil
			}))
		if err != nil {
			return nil, fmt.Errorf("metric azproc_credential_ready: %w", err)
		}
	}
	return m, nil
}

// Handler serves the metrics in Prometheus' text format.
func (m *Metrics) Handler() http.Handler { return m.handler }

// Close ends the instruments.
func (m *Metrics) Close(ctx context.Context) error { return m.provider.Shutdown(ctx) }

// ConfigLoaded tells of a configuration that serves from now on: how many
// deployments it has, and what was said against the file.
func (m *Metrics) ConfigLoaded(deployments, warnings, refusals int) {
	m.configGood.Store(true)
	m.configSince.Store(time.Now().Unix())
	m.deployments.Store(int64(deployments))
	m.configWarned.Store(int64(warnings))
	m.configRefused.Store(int64(refusals))
	m.reloads.Add(context.Background(), 1, metric.WithAttributes(attribute.String("result", "good")))
}

// ConfigRefused tells of a configuration file that was not taken.
func (m *Metrics) ConfigRefused(warnings, refusals int) {
	m.configGood.Store(false)
	m.configWarned.Store(int64(warnings))
	m.configRefused.Store(int64(refusals))
	m.reloads.Add(context.Background(), 1, metric.WithAttributes(attribute.String("result", "bad")))
}

// StreamPanicked counts a recovered panic.
func (m *Metrics) StreamPanicked() { m.panics.Add(context.Background(), 1) }

// RequestRefused counts a request that azproc answered itself. code is one of
// azproc's own words, so the set is bounded.
func (m *Metrics) RequestRefused(status int, code string) {
	m.refused.Add(context.Background(), 1, metric.WithAttributes(
		attribute.String("status", strconv.Itoa(status)), attribute.String("code", code)))
}

// decisionBounds are from what a decision takes to what a wait for a credential or
// for Redis does, in seconds.
var decisionBounds = []float64{10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.25, 0.5, 1, 2.5, 5}

// Decided counts a decision of the Go service, and how long it took.
func (m *Metrics) Decided(d time.Duration) { m.decision.Record(context.Background(), d.Seconds()) }

// Limited counts a request that a limit refused. limit is one of azproc's own words.
func (m *Metrics) Limited(limit string) {
	m.limited.Add(context.Background(), 1, metric.WithAttributes(attribute.String("limit", limit)))
}

// FellBack counts a request for one model that another served last. Both are model
// groups of the configuration.
func (m *Metrics) FellBack(model, to string) {
	m.fallbacks.Add(context.Background(), 1, metric.WithAttributes(attribute.String("model", model), attribute.String("to", to)))
}

// AttemptFailed counts an attempt at a deployment that failed. fault is one of
// azure's few.
func (m *Metrics) AttemptFailed(fault string) {
	m.failed.Add(context.Background(), 1, metric.WithAttributes(attribute.String("fault", fault)))
}

// BatchEnded counts a batch that has ended, and what it used; key is the name of the
// one that is charged.
func (m *Metrics) BatchEnded(status, key string, used Tokens) {
	m.batches.Add(context.Background(), 1, metric.WithAttributes(attribute.String("status", status)))
	for _, one := range [...]struct {
		kind string
		n    int64
	}{{"input", used.Input}, {"cached", used.Cached}, {"output", used.Output}} {
		if one.n > 0 {
			m.batched.Add(context.Background(), one.n, metric.WithAttributes(attribute.String("type", one.kind), attribute.String("key", key)))
		}
	}
}

// BatchCost counts what an ended batch has cost, in pico-dollars.
func (m *Metrics) BatchCost(key string, picodollars int64) {
	rest, _ := m.batchRest.LoadOrStore(key, new(purse))
	m.batchCost.Add(context.Background(), rest.(*purse).add(picodollars), metric.WithAttributes(attribute.String("key", key)))
}

// BatchCostUnknown counts an ended batch without a price.
func (m *Metrics) BatchCostUnknown() { m.unpriced.Add(context.Background(), 1) }

// RequestEnded counts the attempts of a request.
func (m *Metrics) RequestEnded(attempts int) {
	if attempts > 1 {
		m.further.Add(context.Background(), int64(attempts-1))
	}
}

// CooledDown counts a cool-down. The deployments are those of the configuration, so
// the set is bounded.
func (m *Metrics) CooledDown(deployment, fault string) {
	m.cooldowns.Add(context.Background(), 1, metric.WithAttributes(attribute.String("deployment", deployment), attribute.String("fault", fault)))
}

// StoreFailed counts a decision without the shared store.
func (m *Metrics) StoreFailed() { m.store.Add(context.Background(), 1) }

// NotRepeatable counts a request whose body is too large to be kept.
func (m *Metrics) NotRepeatable() { m.large.Add(context.Background(), 1) }

// ListLacks counts a list of several resources that has nothing of one because that
// failed. Both names are of the configuration or azproc's own, so the set is bounded.
func (m *Metrics) ListLacks(collection, resource string) {
	m.lacking.Add(context.Background(), 1, metric.WithAttributes(attribute.String("collection", collection), attribute.String("resource", resource)))
}

// EnvoyRestarted counts an Envoy that ended by itself.
func (m *Metrics) EnvoyRestarted() { m.restarts.Add(context.Background(), 1) }

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
