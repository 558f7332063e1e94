package config

import "testing"

const twoResources = `model_list:
- {model_name: other, litellm_params: {model: openai/x, api_base: "http://127.0.0.1:9/v1"}}
- {model_name: a, litellm_params: {model: azure/dep-a, api_base: "https://a.openai.azure.com", api_key: k}, model_info: {id: first}}
- {model_name: b, litellm_params: {model: azure/dep-b, api_base: "https://b.openai.azure.com", api_key: k}}
`

func TestWhatNamesNoModelGoesToTheDefaultsResource(t *testing.T) {
	for name, tt := range map[string]struct {
		file      string
		env       map[string]string
		want      string // the deployment at Azure
		host      string
		reachable int
	}{
		"the first at Azure":         {twoResources, nil, "dep-a", "a.openai.azure.com", 3},
		"by model_name":              {twoResources + "passthrough: {default: b}\n", nil, "dep-b", "b.openai.azure.com", 3},
		"by model_info.id":           {twoResources + "passthrough: {default: first}\n", nil, "dep-a", "a.openai.azure.com", 3},
		"the environment's":          {twoResources, map[string]string{"AZURE_API_BASE": "https://c.openai.azure.com", "AZURE_API_KEY": "k"}, "", "c.openai.azure.com", 4},
		"the environment's, that is": {twoResources, map[string]string{"AZURE_API_BASE": "https://b.openai.azure.com/", "AZURE_API_KEY": "k"}, "dep-b", "b.openai.azure.com", 3},
		"without a credential":       {twoResources, map[string]string{"AZURE_API_BASE": "https://c.openai.azure.com"}, "dep-a", "a.openai.azure.com", 3},
		"said before the environment": {
			twoResources + "passthrough: {default: b}\n", map[string]string{"AZURE_API_BASE": "https://c.openai.azure.com", "AZURE_API_KEY": "k"}, "dep-b", "b.openai.azure.com", 3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, report := Parse("f", []byte(tt.file), Options{Getenv: func(n string) (string, bool) { v, ok := tt.env[n]; return v, ok }})
			if s == nil || s.Default == nil {
				t.Fatal(report.Diagnostics)
			}
			d := s.Default
			if d.Target.Deployment != tt.want || d.Target.Endpoint.Host != tt.host || len(s.Reachable()) != tt.reachable || len(s.Deployments) != 3 {
				t.Errorf("%s at %s; %d reachable", d.Target.Deployment, d.Target.Endpoint.Host, len(s.Reachable()))
			}
			if d.Name == "" || d.Cluster == "" {
				t.Error("the default has no name")
			}
		})
	}
}

func TestIDsAreAuthenticatedWithTheirSecretElseTheMasterKey(t *testing.T) {
	for general, want := range map[string]Secret{
		"": "", "general_settings: {master_key: m}\n": "m", "general_settings: {master_key: m, id_secret: s}\n": "s",
		"general_settings: {master_key: m, id_secret: os.environ/ID}\n": "from the environment", "general_settings: {master_key: m, id_secret: os.environ/NONE}\n": "m",
	} {
		s, report := Parse("f", []byte(twoResources+general), Options{Getenv: func(n string) (string, bool) { return map[string]string{"ID": "from the environment"}[n], n == "ID" }})
		if s == nil || s.IDSecret != want {
			t.Errorf("%q: %v", general, report.Diagnostics)
		}
	}
}
