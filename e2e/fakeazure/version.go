package fakeazure

import "slices"

// versions are the api-versions of the classic surface that Azure published,
// oldest first.
var versions = []string{
	"2022-12-01", "2023-03-15-preview", "2023-05-15", "2023-06-01-preview", "2023-07-01-preview",
	"2023-08-01-preview", "2023-09-01-preview", "2023-10-01-preview", "2023-12-01-preview",
	"2024-02-01", "2024-02-15-preview", "2024-03-01-preview", "2024-04-01-preview", "2024-05-01-preview",
	"2024-06-01", "2024-07-01-preview", "2024-08-01-preview", "2024-09-01-preview", "2024-10-01-preview",
	"2024-10-21", "2024-12-01-preview", "2025-01-01-preview", "2025-02-01-preview",
	"2025-03-01-preview", "2025-04-01-preview",
}

// published reports whether a classic api-version exists and is not older than
// the one in which an operation appeared.
func published(version, since string) bool {
	return slices.Contains(versions, version) && version[:len("2006-01-02")] >= since
}

// arguments are the chat fields that came with a later api-version than the
// operation; older ones refuse them. Source: api-version-lifecycle.
var arguments = map[string]string{
	"max_completion_tokens": "2024-09-01", "parallel_tool_calls": "2024-09-01", "stream_options": "2024-09-01",
	"reasoning_effort": "2024-12-01", "store": "2024-12-01", "metadata": "2024-12-01", "user_security_context": "2024-12-01",
	"prediction": "2025-01-01", "modalities": "2025-01-01", "audio": "2025-01-01",
}
