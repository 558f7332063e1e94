package azure

import (
	"slices"
	"strings"
)

// knownVersions are the api-versions that Azure has published for its data
// plane (Microsoft Learn, "Azure OpenAI API version lifecycle"). After
// 2025-04-01-preview there are no more dated ones: the v1 surface took over.
var knownVersions = []string{
	"2022-12-01",
	"2023-03-15-preview", "2023-05-15", "2023-06-01-preview", "2023-07-01-preview",
	"2023-08-01-preview", "2023-09-01-preview", "2023-10-01-preview", "2023-12-01-preview",
	"2024-02-01", "2024-02-15-preview", "2024-03-01-preview", "2024-04-01-preview",
	"2024-05-01-preview", "2024-06-01", "2024-07-01-preview", "2024-08-01-preview",
	"2024-09-01-preview", "2024-10-01-preview", "2024-10-21", "2024-12-01-preview",
	"2025-01-01-preview", "2025-02-01-preview", "2025-03-01-preview", "2025-04-01-preview",
}

// KnownVersion is whether Azure has published this api-version. The release
// dates of models, which people mistake for one, are not among them.
func KnownVersion(s string) bool { return IsV1(s) || slices.Contains(knownVersions, s) }

// IsV1 is whether an api-version means the v1 surface (/openai/v1), which has
// no dated versions.
func IsV1(version string) bool {
	return version == "v1" || version == "latest" || version == "preview"
}

// IsVersion is whether s has the form of an api-version: v1, latest, preview, or
// a date with or without -preview.
func IsVersion(s string) bool {
	if IsV1(s) {
		return true
	}
	date := strings.TrimSuffix(s, "-preview")
	if len(date) != len("2024-10-21") || date[4] != '-' || date[7] != '-' {
		return false
	}
	for i := range len(date) {
		if i != 4 && i != 7 && (date[i] < '0' || date[i] > '9') {
			return false
		}
	}
	return true
}
