package azure

import "testing"

func TestCollectionsAreFoundInEveryDialectOnTheSurfaceThatHasThem(t *testing.T) {
	azure := Endpoint{Scheme: "https", Host: "h", Port: 443}
	for _, tt := range []struct {
		version, path, want string
	}{
		{"v1", "/v1/files", "/openai/v1/files"},
		{"v1", "/files/file-1/content", "/openai/v1/files/file-1/content"},
		{"v1", "/openai/v1/batches/batch_1/cancel", "/openai/v1/batches/batch_1/cancel"},
		{"", "/openai/batches?api-version=2024-10-21&limit=2", "/openai/batches?api-version=2024-10-21&limit=2"},
		{"2024-02-01", "/v1/batches?limit=2", "/openai/batches?api-version=2024-10-21&limit=2"},
		{"2025-04-01-preview", "/v1/fine_tuning/jobs/ftjob-1/events", "/openai/fine_tuning/jobs/ftjob-1/events?api-version=2025-04-01-preview"},
		{"2024-10-21", "/v1/responses/resp_1/input_items?limit=1", "/openai/responses/resp_1/input_items?api-version=2025-03-01-preview&limit=1"},
		{"2024-10-21", "/v1/responses/compact", "/openai/v1/responses/compact"},
		{"preview", "/v1/responses/resp_1", "/openai/v1/responses/resp_1?api-version=preview"},
		{"2024-10-21", "/v1/videos/video_1/content", "/openai/v1/videos/video_1/content"},
		{"2024-10-21", "/v1/conversations", "/openai/v1/conversations"},
		{"2024-10-21", "/v1/assistants", "/openai/assistants?api-version=2025-04-01-preview"},
		{"2024-10-21", "/openai/threads?api-version=2024-05-01-preview", "/openai/threads?api-version=2024-05-01-preview"},
		{"2024-08-01-preview", "/openai/threads?api-version=2024-05-01-preview", "/openai/threads?api-version=2024-08-01-preview"},
		{"v1", "/v1/assistants", "/openai/assistants?api-version=2025-04-01-preview"},
		{"v1", "/openai/threads/t/runs?api-version=2024-05-01-preview", "/openai/threads/t/runs?api-version=2024-05-01-preview"},
		{"2024-10-21", "/v1/realtime/client_secrets", "/openai/v1/realtime/client_secrets"},
		{"v1", "/azure/openai/threads/t?api-version=2024-05-01-preview&x", "/openai/threads/t?api-version=2024-05-01-preview&x"},
		{"v1", "/azure/openai/deployments/group/chat/completions?api-version=2024-10-21", "/openai/deployments/d%2F1/chat/completions?api-version=2024-10-21"},
		{"v1", "/azure/openai/v1/files/", "/openai/v1/files/"},
		{"v1", "/azure/v1/files/file-1", "/openai/v1/files/file-1"},
		{"v1", "/azure/anything/at/all?api-version=9", "/anything/at/all?api-version=9"},
	} {
		r, err := ParseRoute("DELETE", tt.path)
		if err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		target := Target{Endpoint: azure, Deployment: "d/1", Version: tt.version}
		if got, _ := target.Path(&r); got != tt.want {
			t.Errorf("%s with %q goes to %s, want %s", tt.path, tt.version, got, tt.want)
		}
	}
	r, err := ParseRoute("GET", "/v1/files?limit=1")
	if err != nil {
		t.Fatal(err)
	}
	openai := Target{Endpoint: Endpoint{Provider: ProviderOpenAI, Scheme: "https", Host: "h", Port: 443, Prefix: "/v1"}}
	if got, _ := openai.Path(&r); got != "/v1/files?limit=1" {
		t.Errorf("at OpenAI: %s", got)
	}
}

func TestA404OfACollectionSaysNothingOfADeployment(t *testing.T) {
	for path, want := range map[string]bool{
		"/openai/files/file-1?api-version=2024-10-21": true, "/prefix/openai/v1/responses/resp_1": true, "/openai/threads/t": true,
		"/openai/v1/responses": false, "/openai/deployments/d/chat/completions?api-version=1": false, "/v1/files/file-1": false,
	} {
		if InCollection(path) != want {
			t.Errorf("%s: %t", path, !want)
		}
	}
}

func TestListsAndContentsAreToldFromTheRest(t *testing.T) {
	for path, want := range map[string][2]bool{
		"/v1/files":                   {true, false},
		"/v1/batches?after=x":         {true, false},
		"/v1/fine_tuning/jobs":        {true, false},
		"/v1/fine_tuning/jobs/x":      {false, false},
		"/v1/files/file-1":            {false, false},
		"/v1/files/file-1/content":    {false, true},
		"/v1/threads":                 {false, false},
		"/v1/vector_stores/vs/files":  {false, false},
		"/azure/openai/files/content": {false, true},
	} {
		r, err := ParseRoute("GET", path)
		if err != nil || r.List() != want[0] || r.Content() != want[1] {
			t.Errorf("%s: list %t, content %t, %v", path, r.List(), r.Content(), err)
		}
	}
}

func TestTheModelOfACallIsNamedInItsQuery(t *testing.T) {
	for path, want := range map[string]string{
		"/v1/realtime/calls?model=group&webrtcfilter=on": "/openai/v1/realtime/calls?model=d%2F1&webrtcfilter=on",
		"/v1/realtime/calls?webrtcfilter=on":             "/openai/v1/realtime/calls?webrtcfilter=on",
		"/v1/files?model=group":                          "/openai/v1/files?model=group",
	} {
		r, err := ParseRoute("POST", path)
		if err != nil {
			t.Fatal(err)
		}
		r.Model = "group"
		target := Target{Endpoint: Endpoint{Scheme: "https", Host: "h", Port: 443}, Deployment: "d/1"}
		if got, _ := target.Path(&r); got != want {
			t.Errorf("%s goes to %s, want %s", path, got, want)
		}
	}
}

func TestPathsOfBatchesAreKnown(t *testing.T) {
	for path, want := range map[string]bool{
		"/openai/batches?api-version=2024-10-21": true, "/openai/v1/batches/batch_1": true, "/openai/v1/batches/batch_1/cancel?x": true,
		"/p/openai/deployments/m/batches": true, "/openai/deployments/batches/chat/completions?api-version=1": false,
		"/openai/v1/vector_stores/vs_1/file_batches": false, "/openai/v1/responses/resp_1": false, "/anthropic/v1/messages/batches": false, "": false,
	} {
		if got := OfBatches(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}
