package config

import (
	"slices"
	"testing"
)

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "abd", 1}, {"kitten", "sitting", 3}, {"api_verison", "api_version", 1},
	} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestTheTableHasEveryKeyOnce(t *testing.T) {
	for _, s := range sections {
		seen := slices.Clone(requestParams)
		if s != &litellmParams {
			seen = nil
		}
		for _, k := range s.keys {
			if slices.Contains(seen, k.name) {
				t.Errorf("%s.%s stands there twice", s.name, k.name)
			}
			seen = append(seen, k.name)
			if k.what == "" && k.fate != ignored && k.fate != later {
				t.Errorf("%s.%s does not say what it means", s.name, k.name)
			}
		}
	}
}

// The keys that public configurations use most (the design's survey) are all
// known.
func TestTheKeysPeopleUseAreKnown(t *testing.T) {
	for s, keys := range map[*section][]string{
		&litellmParams: {
			"model", "api_base", "api_key", "api_version", "rpm", "tpm", "litellm_credential_name", "azure_scope", "timeout", "tenant_id",
			"client_id", "client_secret", "drop_params", "order", "weight", "stream_timeout", "max_parallel_requests", "extra_body",
			"additional_drop_params", "tags", "base_model", "region_name", "cooldown_time", "azure_ad_token",
		},
		&modelInfo:       {"base_model", "mode", "id", "access_groups", "supported_environments"},
		&litellmSettings: {"drop_params", "enable_azure_ad_token_refresh", "num_retries", "request_timeout", "fallbacks", "context_window_fallbacks", "default_fallbacks", "callbacks", "cache"},
		&routerSettings: {
			"routing_strategy", "num_retries", "timeout", "fallbacks", "cooldown_time", "redis_host", "redis_port", "allowed_fails", "retry_after",
			"enable_pre_call_checks", "optional_pre_call_checks", "redis_password", "context_window_fallbacks", "retry_policy",
			"model_group_alias", "content_policy_fallbacks", "allowed_fails_policy", "redis_url", "cache_kwargs",
		},
		&generalSettings: {"master_key", "database_url", "store_model_in_db", "alerting"},
		&topLevel:        {"credential_list", "guardrails", "environment_variables", "files_settings", "mcp_servers"},
	} {
		for _, key := range keys {
			if s.find(key) == nil {
				t.Errorf("%s.%s is unknown", s.name, key)
			}
		}
	}
}
