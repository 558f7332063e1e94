package config

import (
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/azproc/azproc/azure"
)

func TestEverythingOfAnEntryIsRead(t *testing.T) {
	s := mustParse(t, `
model_list:
- model_name: team
  tpm: 10
  rpm: "20"
  litellm_params:
    model: azure/o_series/thinker
    base_url: https://one.openai.azure.com/
    api_key: k
    tpm: 1_000
    weight: "2.5"
    order: 3
    timeout: "600"
    stream_timeout: 0.5
    max_retries: 0
    temperature: 0
    max_tokens: 100
    reasoning_effort: low
    tools: [{type: function, function: {name: f, strict: true}}]
    extra_body: {zeta: 1, alpha: {b: [1.50]}}
    extra_headers: {X-Team: Blue, x-team: Red}
    headers: {X-Other: 1}
    drop_params: "True"
    additional_drop_params: logit_bias
    base_model: o3-mini
    realtime_protocol: ga
  model_info: {id: one, mode: chat, base_model: gpt-4o, released: 2024-08-06, cost: 0.5, tags: [a]}
`, nil)
	d := s.Deployments[0]
	want := &Deployment{
		Name: "one", Cluster: d.Cluster, Group: "team", Model: "azure/o_series/thinker", RoutePrefix: "o_series", BaseModel: "o3-mini",
		Target: azure.Target{
			Endpoint:   azure.Endpoint{Scheme: "https", Host: "one.openai.azure.com", Port: 443},
			Deployment: "thinker", Realtime: azure.RealtimeGA,
		},
		Rewrite: azure.Rewrite{
			Model: "thinker", Family: azure.FamilyOf("o3-mini", "", ""), Base: "o3-mini", DropParams: true, Drop: []string{"logit_bias"},
			Defaults: []azure.Param{
				{Name: "temperature", Value: []byte("0")},
				{Name: "max_tokens", Value: []byte("100")},
				{Name: "reasoning_effort", Value: []byte(`"low"`)},
				{Name: "tools", Value: []byte(`[{"type":"function","function":{"name":"f","strict":true}}]`)},
			},
			Extra: []azure.Param{{Name: "zeta", Value: []byte("1")}, {Name: "alpha", Value: []byte(`{"b":[1.50]}`)}},
		},
		Credential:   Credential{Kind: CredentialKey, Key: "k"},
		ExtraHeaders: []azure.Header{{Name: "x-other", Value: "1"}, {Name: "x-team", Value: "Red"}},
		TPM:          1000, RPM: 20, Weight: 2.5, Order: 3, Timeout: 600 * time.Second, StreamTimeout: 500 * time.Millisecond, MaxRetries: 0, Cost: -1,
		Mode: "chat", Info: d.Info, Position: Position{File: "config.yaml", Line: 3, Col: 3},
	}
	if diff := gocmp.Diff(want, d, gocmp.Comparer(func(a, b *azure.Family) bool { return a == b })); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if d.Info["released"] != "2024-08-06" || len(d.Info) != 6 {
		t.Errorf("model_info: %v", d.Info)
	}
	if g := s.Groups[0]; g.Name != "team" || g.Wildcard || len(g.Deployments) != 1 || g.Deployments[0] != d {
		t.Errorf("group: %+v", g)
	}
}

func TestAnEntrysOwnParameterReplacesAMergedOne(t *testing.T) {
	s := mustParse(t, `
x-shared: &shared {temperature: 0.1, top_p: 0.2, extra_headers: {x-team: merged}}
model_list:
- model_name: m
  litellm_params:
    <<: *shared
    model: azure/gpt-4o
    api_base: https://one.openai.azure.com
    api_key: k
    temperature: 0.5
    top_p:
`, nil)
	got := s.Deployments[0].Rewrite.Defaults
	if diff := gocmp.Diff([]azure.Param{{Name: "temperature", Value: []byte("0.5")}}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWhatAnEntryDoesNotSayIsUnset(t *testing.T) {
	d := mustParse(t, oneEntry, nil).Deployments[0]
	if d.MaxRetries != -1 || d.TPM != 0 || d.RPM != 0 || d.Weight != 0 || d.Timeout != 0 || d.Info != nil || d.Rewrite.DropParams || d.Rewrite.Defaults != nil {
		t.Errorf("%+v", d)
	}
}

func TestSettingsOfRequestsAreReadInTheirOrder(t *testing.T) {
	s := mustParse(t, strings.Replace(oneEntry, "api_key: k", "api_key: k\n    drop_params: false", 1)+strings.TrimPrefix(oneEntry, "model_list:\n")+`
litellm_settings: {drop_params: true, request_timeout: 100}
router_settings: {timeout: 7.5}
general_settings: {max_request_size_mb: 0.5}
`, nil)
	if s.Deployments[0].Rewrite.DropParams || !s.Deployments[1].Rewrite.DropParams {
		t.Error("drop_params of the entry does not win over litellm_settings")
	}
	if s.Timeout != 7500*time.Millisecond || s.MaxBody != 512<<10 {
		t.Errorf("timeout %s, body %d", s.Timeout, s.MaxBody)
	}
	if s := mustParse(t, oneEntry+"litellm_settings: {request_timeout: 100}", nil); s.Timeout != 100*time.Second || s.MaxBody != 32<<20 {
		t.Errorf("timeout %s, body %d", s.Timeout, s.MaxBody)
	}
}

func TestTheVersionOfADeployment(t *testing.T) {
	const base = "api_base: https://one.openai.azure.com"
	env := map[string]string{"AZURE_API_VERSION": "2024-06-01"}
	for name, c := range map[string]struct {
		params []string
		env    map[string]string
		want   string
	}{
		"its own before its base's":              {[]string{base + "?api-version=2024-10-21", `api_version: "2024-02-01"`}, env, "2024-02-01"},
		"its base's before the environment's":    {[]string{base + "?api-version=2024-10-21"}, env, "2024-10-21"},
		"that of a v1 base":                      {[]string{base + "/openai/v1"}, env, "v1"},
		"the environment's":                      {[]string{base}, env, "2024-06-01"},
		"none":                                   {[]string{base}, nil, ""},
		"the environment's where its own is odd": {[]string{base, "api_version: newest"}, env, "2024-06-01"},
		"one of a variable":                      {[]string{base, "api_version: os.environ/AZURE_API_VERSION"}, env, "2024-06-01"},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustParse(t, entryWith(append([]string{"model: azure/gpt-4o", "api_key: k"}, c.params...)...), c.env).Deployments[0].Target.Version
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestParseModel(t *testing.T) {
	for model, want := range map[string]modelRoute{
		"azure/gpt-4o":           {deployment: "gpt-4o"},
		"azure/a/b":              {deployment: "a/b"},
		"azure/o_series/x":       {prefix: "o_series", deployment: "x"},
		"azure/gpt5_series/x":    {prefix: "gpt5_series", deployment: "x"},
		"azure/responses/x":      {responses: true, deployment: "x"},
		"azure_text/x":           {prefix: "azure_text", deployment: "x"},
		"azure_ai/x":             {foundry: true, deployment: "x"},
		"azure/claude-sonnet":    {deployment: "claude-sonnet"},
		"azure/*":                {deployment: "*"},
		"openai/gpt-4o":          {provider: azure.ProviderOpenAI, deployment: "gpt-4o"},
		"openai/org/llama":       {provider: azure.ProviderOpenAI, deployment: "org/llama"},
		"gpt-4o":                 {provider: azure.ProviderOpenAI, deployment: "gpt-4o"},
		"o3-mini":                {provider: azure.ProviderOpenAI, deployment: "o3-mini"},
		"text-embedding-3-small": {provider: azure.ProviderOpenAI, deployment: "text-embedding-3-small"},
	} {
		t.Run(model, func(t *testing.T) {
			got, foreign, err := parseModel(model, "")
			if got != want || foreign != "" || err != nil {
				t.Errorf("%+v %q %v", got, foreign, err)
			}
		})
	}
	for _, model := range []string{"bedrock/x", "gemini/x", "command-r", "*", "vertex_ai/claude"} {
		if _, foreign, err := parseModel(model, ""); foreign == "" || err != nil {
			t.Errorf("%s is served: %v", model, err)
		}
	}
	for _, model := range []string{"azure/", "azure/*-*", "azure/o_series/", "openai/"} {
		if _, _, err := parseModel(model, ""); err == nil {
			t.Errorf("%s is accepted", model)
		}
	}
	if r, foreign, _ := parseModel("my-deployment", "azure"); r.deployment != "my-deployment" || foreign != "" {
		t.Errorf("custom_llm_provider does not speak for a bare name: %+v %q", r, foreign)
	}
}

func TestNamesAreUniqueAndClustersFollowThePlace(t *testing.T) {
	entry := func(base, id string) string {
		return "- model_name: m\n  litellm_params: {model: azure/gpt-4o, api_base: '" + base + "', api_key: k}\n  model_info: {" + id + "}\n"
	}
	s := mustParse(t, "model_list:\n"+entry("https://one.openai.azure.com", "")+entry("https://two.openai.azure.com", "")+
		entry("https://two.openai.azure.com/", "")+entry("http://127.0.0.1:81", "")+entry("http://[::1]:82", "")+entry("https://x.example", "id: gpt-4o@one"), nil)
	var names []string
	for _, d := range s.Deployments {
		names = append(names, d.Name)
	}
	want := []string{"gpt-4o@one#2", "gpt-4o@two", "gpt-4o@two#2", "gpt-4o@127.0.0.1:81", "gpt-4o@[::1]:82", "gpt-4o@one"}
	if diff := gocmp.Diff(want, names); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	cluster := func(base string) string {
		return mustParse(t, "model_list:\n"+entry(base, "id: i"), nil).Deployments[0].Cluster
	}
	one := cluster("https://one.openai.azure.com")
	if !strings.HasPrefix(one, "i~") || len(one) != len("i~")+8 {
		t.Errorf("cluster %s", one)
	}
	if one != cluster("https://one.openai.azure.com:443/openai/v1?api-version=preview") {
		t.Error("the cluster depends on more than the place")
	}
	for _, other := range []string{"http://one.openai.azure.com", "https://one.openai.azure.com:444", "https://two.openai.azure.com"} {
		if one == cluster(other) {
			t.Errorf("%s has the same cluster", other)
		}
	}
}

func TestTheFormOfTheRealtimeAPIIsInLiteLLMsWords(t *testing.T) {
	for word, want := range map[string]azure.RealtimeProtocol{
		"GA": azure.RealtimeGA, "ga": azure.RealtimeGA, "v1": azure.RealtimeGA, "beta": azure.RealtimePreview, "Beta": azure.RealtimePreview,
		"": azure.RealtimeAsked, "null": azure.RealtimeAsked,
	} {
		s := mustParse(t, "model_list: [{model_name: m, litellm_params: {model: azure/gpt-realtime, api_base: 'https://a', api_key: k, realtime_protocol: "+word+"}, model_info: {mode: realtime}}]", nil)
		if got := s.Deployments[0].Target.Realtime; got != want {
			t.Errorf("%q: %d, want %d", word, got, want)
		}
	}
}

func TestADeploymentsWebSocketsHaveAClusterOfTheirOwnWhereItsOwnSpeaksTLS(t *testing.T) {
	s := mustParse(t, `
model_list:
- {model_name: m, litellm_params: {model: azure/gpt-4o, api_base: "https://a", api_key: k}}
- {model_name: m, litellm_params: {model: azure/gpt-4o, api_base: "http://a", api_key: k}, model_info: {id: "x#ws"}}
`, nil)
	secure, plain := s.Deployments[0], s.Deployments[1]
	if secure.SocketCluster() == secure.Cluster || plain.SocketCluster() != plain.Cluster {
		t.Errorf("%q has %q, %q has %q", secure.Cluster, secure.SocketCluster(), plain.Cluster, plain.SocketCluster())
	}
	for _, d := range s.Deployments {
		for _, name := range []string{d.Cluster, d.SocketCluster()} {
			if got := ClusterOf(name); got != d.Cluster {
				t.Errorf("%q is taken for a cluster of %q", name, got)
			}
		}
	}
}
