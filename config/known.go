package config

//go:generate go test -run TestTheDocumentationListsEveryKey -update .

// fate is what becomes of a key.
type fate uint8

const (
	used       fate = iota
	later           // understood and accepted; what it asks for is not built yet
	ignored         // LiteLLM's own business, which azproc does not have
	protection      // something people believe protects them, and azproc does not do
	moved           // belongs into another section
	forwarded       // LiteLLM would send it to Azure as a part of the request
)

// known is one key of a section.
type known struct {
	name string
	fate fate
	// what says what it means, or where it belongs.
	what string
}

// section is a mapping of the file with all the keys that have a meaning there.
type section struct {
	name string
	keys []known
}

func (s *section) find(name string) *known {
	for i := range s.keys {
		if s.keys[i].name == name {
			return &s.keys[i]
		}
	}
	return nil
}

var topLevel = section{"the file's top level", []known{
	{"model_list", used, "the deployments"},
	{"credential_list", used, "credentials that entries name by litellm_credential_name"},
	{"litellm_settings", used, "settings of requests"},
	{"router_settings", used, "settings of routing"},
	{"general_settings", used, "settings of the gateway"},
	{"model_prices", used, "a file with prices in the format of LiteLLM's model_prices_and_context_window.json, beside this one; its entries come before the embedded ones"},
	{"keys", used, "keys that clients may show, with limits of their own (docs/keys.md)"},
	{"keys_file", used, "a file with such keys, beside this one; it is read again when it changes"},
	{"passthrough", used, "default: the model_info.id or model_name whose resource takes what names no other"},
	{"environment_variables", used, "variables for os.environ/NAME and the fallbacks; they win over the environment"},
	{"files_settings", ignored, ""},
	{"finetune_settings", ignored, ""},
	{"assistant_settings", ignored, ""},
	{"callback_settings", ignored, ""},
	{"mcp_servers", ignored, ""},
	{"guardrails", protection, "no guardrail runs"},
	{"master_key", moved, "general_settings.master_key"},
	{"fallbacks", moved, "router_settings.fallbacks"},
	{"routing_strategy", moved, "router_settings.routing_strategy"},
	{"drop_params", moved, "litellm_settings.drop_params"},
	{"settings", moved, "litellm_settings, router_settings or general_settings"},
}}

var keyEntry = section{"an entry of keys", []known{
	{"name", used, "its name; unique"},
	{"key", used, "what clients show, as sha256:HEX (azproc keys hash prints it) or os.environ/NAME; a list while it is replaced"},
	{"models", used, "the model_names that it may ask for, each with a star at will (all)"},
	{"rpm", used, "limit in requests per minute"},
	{"tpm", used, "limit in tokens per minute"},
	{"budget", used, "what it may spend in a period, in US dollars"},
	{"period", used, "30s, 5m, 12h, 1d, 1w, 1mo: after it the budget begins anew"},
	{"expires", used, "a date, or a moment as in RFC 3339"},
	{"metadata", used, "for people"},
	{"key_alias", moved, "name"},
	{"key_name", moved, "name"},
	{"api_key", moved, "key"},
	{"token", moved, "key"},
	{"allowed_models", moved, "models"},
	{"rpm_limit", moved, "rpm"},
	{"tpm_limit", moved, "tpm"},
	{"max_budget", moved, "budget"},
	{"budget_duration", moved, "period"},
	{"duration", moved, "expires"},
	{"expires_at", moved, "expires"},
	{"user_id", moved, "metadata: {user_id: ...}"},
	{"team_id", moved, "metadata: {team_id: ...}"},
	{"tags", moved, "metadata: {tags: ...}"},
	{"max_parallel_requests", protection, "requests in hand are not counted"},
	{"model_max_budget", protection, "a budget is of a key, not of its models"},
	{"model_rpm_limit", protection, "limits are of a key, not of its models"},
	{"model_tpm_limit", protection, "limits are of a key, not of its models"},
	{"allowed_routes", protection, "every route is open to every key"},
	{"permissions", protection, "there are none"},
	{"guardrails", protection, "no guardrail runs"},
	{"blocked", protection, "take the entry away, or let it expire"},
	{"soft_budget", ignored, "nobody is told before a budget is used up"},
	{"aliases", ignored, "write the names into model_list"},
	{"config", ignored, ""},
}}

var modelEntry = section{"an entry of model_list", []known{
	{"model_name", used, "what clients ask for; a star stands for any text"},
	{"litellm_params", used, "where and as whom the deployment is called"},
	{"model_info", used, "what is known of the model"},
	{"tpm", used, "limit in tokens per minute"},
	{"rpm", used, "limit in requests per minute"},
	{"master_key", moved, "general_settings.master_key"},
	{"model", moved, "litellm_params.model"},
	{"api_base", moved, "litellm_params.api_base"},
	{"api_key", moved, "litellm_params.api_key"},
	{"api_version", moved, "litellm_params.api_version"},
	{"litellm_provider", moved, "the prefix of litellm_params.model"},
}}

var litellmParams = section{"litellm_params", []known{
	{"model", used, "azure/NAME, azure/o_series/NAME, azure/gpt5_series/NAME, azure/responses/NAME, azure_text/NAME, azure_ai/NAME, openai/NAME or an OpenAI model's name"},
	{"api_base", used, "the resource's address, in any form the portal shows"},
	{"base_url", used, "the same as api_base"},
	{"api_version", used, "a dated version for deployment URLs; v1, latest, preview or none for /openai/v1"},
	{"api_key", used, "the resource's key"},
	{"azure_ad_token", used, "a token of Entra ID, or oidc/env/NAME, oidc/file/PATH"},
	{"tenant_id", used, "Entra ID tenant"},
	{"client_id", used, "Entra ID client"},
	{"client_secret", used, "secret of the client"},
	{"azure_username", used, "user, with azure_password"},
	{"azure_password", used, "password of the user"},
	{"azure_certificate_path", used, "certificate with its key, as PEM or PKCS#12, with tenant_id and client_id"},
	{"azure_certificate_password", used, "password of the certificate"},
	{"azure_scope", used, "scope of the tokens"},
	{"azure_credential", used, "a credential by its class: AzureCliCredential, CertificateCredential, ClientSecretCredential, DefaultAzureCredential, EnvironmentCredential, ManagedIdentityCredential, WorkloadIdentityCredential"},
	{"litellm_credential_name", used, "an entry of credential_list"},
	{"tpm", used, "limit in tokens per minute"},
	{"rpm", used, "limit in requests per minute"},
	{"weight", used, "share among the group's deployments, for simple-shuffle"},
	{"order", used, "tier: lower ones come first"},
	{"timeout", used, "seconds until an answer begins"},
	{"stream_timeout", used, "seconds until a stream begins"},
	{"max_retries", used, "tries after the first, when this deployment is the first"},
	{"num_retries", used, "the same as max_retries"},
	{"extra_headers", used, "headers sent with every request"},
	{"headers", used, "the same as extra_headers"},
	{"extra_body", used, "fields added to every body"},
	{"drop_params", used, "drop parameters that the model does not take"},
	{"additional_drop_params", used, "parameters that are always dropped"},
	{"base_model", used, "the model behind the deployment's name, and whose price it has: gpt-5-mini, azure/eu/gpt-4o, ..."},
	{"custom_llm_provider", used, "the provider of a model that is written without one"},
	{"realtime_protocol", used, "GA or v1: realtime is asked for at /openai/v1/realtime; beta: at /openai/realtime (as the client asks)"},
	{"normalize_stream", used, "make the chunks of chat streams those that OpenAI's clients know"},
	{"fake_stream", used, "the model cannot stream: make a stream of its one answer"},
	{"cooldown_time", used, "seconds that the deployment is rested at first when it fails"},
	{"max_parallel_requests", later, ""},
	{"input_cost_per_token", used, "US dollars; it takes the place of every price of the input, and counts for routing_strategy cost"},
	{"output_cost_per_token", used, "the same for the output"},
	{"tags", ignored, "tag routing is not provided"},
	{"region_name", ignored, ""},
	{"vector_store_ids", ignored, ""},
	{"metadata", ignored, "for a request's own write extra_body: {metadata: ...}"},
	{"organization", ignored, "write extra_headers: {OpenAI-Organization: ...}"},
	{"max_budget", protection, "no budget is kept for a deployment"},
	{"budget_duration", protection, "no budget is kept for a deployment"},
	{"mode", forwarded, "model_info.mode"},
	{"azure_deployment", forwarded, "the name behind azure/ in model"},
	{"api_type", forwarded, "the prefix of model"},
	{"description", forwarded, "model_info.description"},
	{"priority", forwarded, "order"},
	{"supports_function_calling", forwarded, "model_info.supports_function_calling"},
	{"supports_vision", forwarded, "model_info.supports_vision"},
	{"supports_reasoning", forwarded, "model_info.supports_reasoning"},
	{"supports_response_schema", forwarded, "model_info.supports_response_schema"},
	{"supports_tool_choice", forwarded, "model_info.supports_tool_choice"},
	{"supports_prompt_caching", forwarded, "model_info.supports_prompt_caching"},
	{"azure_ad_token_provider", ignored, "a provider is code, which YAML cannot hold; write azure_credential"},
	{"master_key", moved, "general_settings.master_key"},
	{"model_info", moved, "model_info beside litellm_params"},
	{"id", moved, "model_info.id"},
}}

// modelInfo may have any other field too: they are kept for /model/info.
var modelInfo = section{"model_info", []known{
	{"id", used, "the deployment's name; unique"},
	{"mode", used, "chat, completion, embedding, responses, image_generation, audio_speech, audio_transcription, ..."},
	{"base_model", used, "the model behind the deployment's name, and whose price it has"},
	{"supports_native_streaming", used, "false: make a stream of the model's one answer; true: it streams, whatever its name tells"},
	{"access_groups", protection, "write the models of a client's key (docs/keys.md)"},
	{"team_id", protection, "write the models of a client's key (docs/keys.md)"},
	{"supported_environments", protection, "the deployment is served in every environment"},
}}

// requestParams are parameters of a request: among litellm_params they are
// defaults for every request that does not set them.
var requestParams = []string{
	"temperature", "top_p", "n", "stop", "seed", "user", "store", "verbosity", "modalities", "audio", "prediction",
	"max_tokens", "max_completion_tokens", "max_output_tokens", "presence_penalty", "frequency_penalty", "logit_bias",
	"logprobs", "top_logprobs", "reasoning_effort", "reasoning", "response_format", "tools", "tool_choice",
	"parallel_tool_calls", "service_tier", "stream_options", "safety_identifier", "prompt_cache_key",
	"dimensions", "encoding_format", "quality", "size", "style", "background", "output_format", "voice", "speed",
	"instructions", "language", "data_sources", "enhancements", "dataSources", "thinking", "truncation", "text",
}

var litellmSettings = section{"litellm_settings", []known{
	{"drop_params", used, "drop parameters that a model does not take"},
	{"enable_azure_ad_token_refresh", used, "DefaultAzureCredential for deployments without a credential of their own"},
	{"request_timeout", used, "seconds until an answer begins, at each deployment"},
	{"num_retries", used, "deployments of a group to ask after the first (all)"},
	{"fallbacks", used, "other groups to ask when all of a group fail"},
	{"default_fallbacks", used, "other groups for those without a fallback of their own"},
	{"context_window_fallbacks", used, "other groups for prompts that are too long"},
	{"content_policy_fallbacks", used, "other groups for prompts that the content filter refuses"},
	{"allowed_fails", used, "failures in a row before a deployment is rested (2)"},
	{"enable_loadbalancing_on_batch_endpoints", used, "model in a batch's .jsonl is a model_name: one of its deployments is chosen, and the file rewritten for it"},
	{"set_verbose", ignored, "--log-level says it"},
	{"json_logs", ignored, "--log-format says it"},
	{"success_callback", ignored, ""},
	{"failure_callback", ignored, ""},
	{"callbacks", ignored, ""},
	{"service_callback", ignored, ""},
	{"cache", ignored, "answers are not cached"},
	{"cache_params", ignored, "answers are not cached"},
	{"modify_params", ignored, ""},
	{"telemetry", ignored, "there is none"},
	{"turn_off_message_logging", ignored, "prompts are never logged"},
	{"max_budget", protection, "budgets are of client keys (docs/keys.md)"},
	{"budget_duration", protection, "budgets are of client keys (docs/keys.md)"},
	{"default_team_settings", protection, "there are no teams"},
	{"guardrails", protection, "no guardrail runs"},
	{"master_key", moved, "general_settings.master_key"},
	{"redis_host", moved, "router_settings.redis_host"},
	{"redis_port", moved, "router_settings.redis_port"},
	{"redis_password", moved, "router_settings.redis_password"},
	{"cooldown_time", moved, "router_settings.cooldown_time"},
	{"retry_after", moved, "router_settings.retry_after"},
	{"routing_strategy", moved, "router_settings.routing_strategy"},
	{"enable_pre_call_checks", moved, "router_settings.enable_pre_call_checks"},
	{"content_policy_fallback", moved, "content_policy_fallbacks"},
	{"timeout", moved, "request_timeout"},
}}

var routerSettings = section{"router_settings", []known{
	{"timeout", used, "seconds until an answer begins, at each deployment"},
	{"routing_strategy", used, "usage-based (the default), simple-shuffle, least-busy, latency, cost; LiteLLM's names too"},
	{"routing_strategy_args", later, ""},
	{"num_retries", used, "deployments of a group to ask after the first (all)"},
	{"max_fallbacks", used, "other groups to ask at most (5)"},
	{"retry_after", ignored, "another deployment is asked at once; how long clients wait is what Azure says"},
	{"allowed_fails", used, "failures in a row before a deployment is rested (2)"},
	{"allowed_fails_policy", later, ""},
	{"cooldown_time", used, "seconds of the first rest (5)"},
	{"disable_cooldowns", used, "never rest a deployment"},
	{"when_all_cooled", used, "reject (the default) or try_soonest"},
	{"on_store_failure", used, "local (the default), allow or reject"},
	{"retry_policy", later, ""},
	{"model_group_retry_policy", later, ""},
	{"model_group_alias", later, ""},
	{"fallbacks", used, "other groups to ask when all of a group fail"},
	{"default_fallbacks", used, "other groups for those without a fallback of their own"},
	{"context_window_fallbacks", used, "other groups for prompts that are too long"},
	{"content_policy_fallbacks", used, "other groups for prompts that the content filter refuses"},
	{"enable_pre_call_checks", later, ""},
	{"optional_pre_call_checks", later, ""},
	{"redis_host", used, "Redis that shares limits and cool-downs"},
	{"redis_port", used, "its port (6379)"},
	{"redis_password", used, "its password"},
	{"redis_url", used, "the same as one: redis://USER:PASSWORD@HOST:PORT/DB, rediss:// for TLS"},
	{"redis_username", used, "its user"},
	{"redis_db", used, "its database"},
	{"redis_ssl", used, "speak TLS with it"},
	{"redis_ssl_ca_certs", used, "file of the roots for its certificate"},
	{"redis_startup_nodes", used, "nodes of a Redis cluster: a list of {host, port}"},
	{"retry_buffer_mb", used, "largest body that a second deployment is asked with, in MiB (8)"},
	{"cache_kwargs", ignored, "answers are not cached"},
	{"cache_responses", ignored, ""},
	{"default_litellm_params", ignored, "write the parameters in the entries, with a YAML anchor"},
	{"enable_tag_filtering", ignored, ""},
	{"model_group_affinity_config", ignored, ""},
	{"set_verbose", ignored, ""},
	{"debug_level", ignored, ""},
	{"stream_timeout", used, "seconds until a stream begins, at each deployment"},
	{"master_key", moved, "general_settings.master_key"},
}}

var generalSettings = section{"general_settings", []known{
	{"master_key", used, "the key that clients must show; beside keys, one that may do everything"},
	{"max_request_size_mb", used, "largest JSON body in MiB (32)"},
	{"id_secret", used, "what ids are authenticated with, the same on every replica (the master_key)"},
	{"always_include_stream_usage", used, "ask for the usage of every chat stream, hidden from clients that did not ask; false turns it off, and their use is estimated"},
	{"database_url", ignored, "there is no database"},
	{"database_connection_pool_limit", ignored, "there is no database"},
	{"database_connection_timeout", ignored, "there is no database"},
	{"proxy_batch_write_at", ignored, "there is no database"},
	{"store_model_in_db", ignored, "there is no database"},
	{"store_prompts_in_spend_logs", ignored, "prompts are never logged"},
	{"disable_spend_logs", ignored, ""},
	{"alerting", ignored, ""},
	{"alerting_threshold", ignored, ""},
	{"background_health_checks", ignored, ""},
	{"health_check_interval", ignored, ""},
	{"completion_model", ignored, ""},
	{"key_management_system", ignored, ""},
	{"key_management_settings", ignored, ""},
	{"pass_through_endpoints", ignored, ""},
	{"litellm_key_header_name", ignored, ""},
	{"ui_access_mode", ignored, ""},
	{"forward_client_headers_to_llm_api", ignored, "client headers always go along, but for keys"},
	{"allowed_routes", protection, "every route is open to every key"},
	{"public_routes", protection, "no route is public"},
	{"allowed_ips", protection, "addresses are not checked"},
	{"enable_jwt_auth", protection, "JWTs are not accepted"},
	{"litellm_jwtauth", protection, "JWTs are not accepted"},
	{"custom_auth", protection, "custom code does not run"},
	{"disable_routes", protection, "no route is closed"},
	{"enforce_user_param", protection, "the user parameter is not enforced"},
	{"max_parallel_requests", protection, "requests are not counted"},
	{"global_max_parallel_requests", protection, "requests are not counted"},
	{"max_budget", protection, "budgets are of client keys (docs/keys.md)"},
	{"drop_params", moved, "litellm_settings.drop_params"},
	{"routing_strategy", moved, "router_settings.routing_strategy"},
	{"num_retries", moved, "router_settings.num_retries"},
	{"callbacks", moved, "litellm_settings.callbacks"},
	{"redis_host", moved, "router_settings.redis_host"},
	{"redis_port", moved, "router_settings.redis_port"},
	{"redis_password", moved, "router_settings.redis_password"},
	{"litellm_settings", moved, "litellm_settings at the top level"},
	{"router_settings", moved, "router_settings at the top level"},
}}

var credentialEntry = section{"an entry of credential_list", []known{
	{"credential_name", used, "its name"},
	{"credential_values", used, "keys of litellm_params"},
	{"credential_info", used, "for people"},
}}

// sections are all of them, for the documentation.
var sections = []*section{&topLevel, &keyEntry, &modelEntry, &litellmParams, &modelInfo, &credentialEntry, &litellmSettings, &routerSettings, &generalSettings}
