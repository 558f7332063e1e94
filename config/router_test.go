package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// router reads router_settings, and litellm_settings when given, of a file with
// the groups a, b and c.
func router(t *testing.T, settings ...string) (Router, string) {
	t.Helper()
	var b strings.Builder
	b.WriteString("model_list:\n")
	for _, name := range []string{"a", "b", "c"} {
		b.WriteString("- {model_name: " + name + ", litellm_params: {model: azure/gpt-4o, api_key: k, api_base: 'https://" + name + ".openai.azure.com'}}\n")
	}
	for i, section := range []string{"router_settings", "litellm_settings"} {
		if i < len(settings) && settings[i] != "" {
			b.WriteString(section + ": " + settings[i] + "\n")
		}
	}
	s, report := Parse("test.yaml", []byte(b.String()), Options{Getenv: environment(map[string]string{"REDIS_PASSWORD": "secret of redis"})})
	if s == nil {
		t.Fatal(report.Diagnostics)
	}
	var said strings.Builder
	for _, d := range report.Diagnostics {
		said.WriteString(d.String() + "\n")
	}
	return s.Router, said.String()
}

func TestTheRouterHasDefaults(t *testing.T) {
	got, said := router(t)
	want := Router{
		Strategy: StrategyUsage, NumRetries: -1, MaxFallbacks: 5, AllowedFails: 2, Cooldown: 5 * time.Second,
		RetryBuffer: 8 << 20, OnStoreFailure: StoreLocal,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Fallbacks{})); diff != "" || said != "" {
		t.Errorf("-want +got\n%s%s", diff, said)
	}
}

func TestLiteLLMsNamesOfStrategiesAreTaken(t *testing.T) {
	for name, want := range map[string]Strategy{
		"simple-shuffle": StrategyShuffle, "least-busy": StrategyBusy, "usage-based-routing": StrategyUsage, "usage-based-routing-v2": StrategyUsage,
		"latency-based-routing": StrategyLatency, "cost-based-routing": StrategyCost,
		"usage-based": StrategyUsage, "latency": StrategyLatency, "cost": StrategyCost,
	} {
		if got, said := router(t, "{routing_strategy: "+name+"}"); got.Strategy != want || said != "" {
			t.Errorf("%s is %s, %s", name, got.Strategy, said)
		}
	}
}

func TestTheRoutersSettingsWinOverLiteLLMs(t *testing.T) {
	got, said := router(t, "{num_retries: 0, allowed_fails: 7}", "{num_retries: 4, allowed_fails: 1}")
	if got.NumRetries != 0 || got.AllowedFails != 7 || said != "" {
		t.Errorf("%+v %s", got, said)
	}
	got, _ = router(t, "", "{num_retries: 4, allowed_fails: 0}")
	if got.NumRetries != 4 || got.AllowedFails != 0 {
		t.Errorf("%+v", got)
	}
}

func TestFallbacksAreOfAModelElseOfEverybody(t *testing.T) {
	got, said := router(t, "{fallbacks: [{a: [b, c]}], default_fallbacks: [c], context_window_fallbacks: [{b: [a]}]}", "{content_policy_fallbacks: [{'*': [a]}]}")
	if said != "" {
		t.Error(said)
	}
	for _, tt := range []struct {
		of    Fallbacks
		model string
		want  []string
	}{
		{got.Fallbacks, "a", []string{"b", "c"}},
		{got.Fallbacks, "b", []string{"c"}},
		{got.ContextWindow, "b", []string{"a"}},
		{got.ContextWindow, "a", nil},
		{got.ContentPolicy, "c", []string{"a"}},
	} {
		if diff := cmp.Diff(tt.want, tt.of.For(tt.model)); diff != "" {
			t.Errorf("%s: %s", tt.model, diff)
		}
	}
}

func TestAFallbackToAGroupThatIsNotThereIsLeftOut(t *testing.T) {
	got, said := router(t, "{fallbacks: [{a: [nope, b]}]}")
	if diff := cmp.Diff([]string{"b"}, got.Fallbacks.For("a")); diff != "" || !strings.Contains(said, `"nope" is no model_name`) {
		t.Errorf("%s%s", diff, said)
	}
}

func TestRedisIsFoundInEveryForm(t *testing.T) {
	for text, want := range map[string]Redis{
		"{redis_host: r.example}":                                                     {Addresses: []string{"r.example:6379"}},
		"{redis_host: r, redis_port: '6380', redis_password: p}":                      {Addresses: []string{"r:6380"}, Password: "p"},
		"{redis_host: r, redis_password: os.environ/REDIS_PASSWORD, redis_ssl: true}": {Addresses: []string{"r:6379"}, Password: "secret of redis", TLS: true},
		"{redis_url: 'redis://r'}":                                                    {Addresses: []string{"r:6379"}},
		"{redis_url: 'rediss://u:p%21@r:7000/3', redis_ssl_ca_certs: /ca.pem}":        {Addresses: []string{"r:7000"}, Username: "u", Password: "p!", DB: 3, TLS: true, CAFile: "/ca.pem"},
		"{redis_startup_nodes: [{host: a, port: 7001}, {host: b}]}":                   {Addresses: []string{"a:7001", "b:6379"}, Cluster: true},
		"{redis_host: '::1'}":                                                         {Addresses: []string{"[::1]:6379"}},
	} {
		got, said := router(t, text)
		if diff := cmp.Diff(want, got.Redis, cmp.Comparer(func(a, b Secret) bool { return a.Reveal() == b.Reveal() })); diff != "" || said != "" {
			t.Errorf("%s: -want +got\n%s%s", text, diff, said)
		}
	}
}

func TestSettingsOfTheRouterThatAreNoneAreSaid(t *testing.T) {
	for text, want := range map[string]string{
		"{redis_url: 'http://r'}":                         "limits are not shared",
		"{redis_password: os.environ/NOT_SET}":            "NOT_SET is not set",
		"{when_all_cooled: wait}":                         "reject, try_soonest",
		"{on_store_failure: fail}":                        "local, allow, reject",
		"{routing_strategy: fastest}":                     "usage-based is used",
		"{default_fallbacks: a}":                          "list of model_names",
		"{num_retries: many}":                             "must be a number",
		"{redis_startup_nodes: [{port: 1}]}":              "{host: NAME, port: NUMBER}",
		"{redis_startup_nodes: 'a:1'}":                    "must be a list of {host: NAME, port: NUMBER}",
		"{redis_url: 'redis://r/one'}":                    "the number of a database",
		"{redis_port: 6379}":                              "redis_port has no effect without redis_host",
		"{redis_host: r, redis_ssl_ca_certs: f}":          "no effect without redis_ssl",
		"{redis_startup_nodes: [{host: r}], redis_db: 1}": "a cluster has one database",
		"{retry_policy: 3}":                               "must be a mapping",
		"{model_group_alias: {x: a}}":                     "not acted on yet",
		"{retry_after: 3}":                                "not provided",
		"{fallbacks: [{a: [b]}], fallback: [a]}":          "did you mean fallbacks?",
	} {
		if _, said := router(t, text); !strings.Contains(said, want) {
			t.Errorf("%s: said %q", text, said)
		}
	}
}

func TestTheRetryBufferIsInMebibytes(t *testing.T) {
	for text, want := range map[string]int64{"{retry_buffer_mb: 0.5}": 512 << 10, "{retry_buffer_mb: 0}": 0, "{retry_buffer_mb: 20}": 20 << 20} {
		if got, said := router(t, text); got.RetryBuffer != want || said != "" {
			t.Errorf("%s: %d %s", text, got.RetryBuffer, said)
		}
	}
}

func TestWhatADeploymentCostsIsTheSumOfItsTokens(t *testing.T) {
	const base = "model: azure/gpt-4o, api_key: k, api_base: 'https://a.openai.azure.com'"
	for entry, want := range map[string]float64{
		"{model_name: m, litellm_params: {" + base + "}}":                                                                            -1,
		"{model_name: m, litellm_params: {" + base + ", input_cost_per_token: 0.25, output_cost_per_token: 0.5}}":                    0.75,
		"{model_name: m, litellm_params: {" + base + ", input_cost_per_token: 0}}":                                                   0,
		"{model_name: m, litellm_params: {" + base + "}, model_info: {input_cost_per_token: 2.5e-6, output_cost_per_token: 1.0e-5}}": 1.25e-5,
	} {
		s, report := Parse("test.yaml", []byte("model_list:\n- "+entry+"\n"), Options{Getenv: environment(nil)})
		if s == nil {
			t.Fatal(report.Diagnostics)
		}
		if got := s.Deployments[0].Cost; got != want {
			t.Errorf("%s costs %v, want %v", entry, got, want)
		}
	}
}
