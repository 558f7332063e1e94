package azure

import "testing"

func TestVersionsAreDatesOrNamesOfTheV1Surface(t *testing.T) {
	for s, want := range map[string]struct{ version, v1, known bool }{
		"2024-10-21":         {true, false, true},
		"2025-04-01-preview": {true, false, true},
		"v1":                 {true, true, true},
		"latest":             {true, true, true},
		"preview":            {true, true, true},
		"2025-04-14":         {true, false, false}, // a model's release date
		"2025-08-07":         {true, false, false},
		"":                   {},
		"v2":                 {},
		"2024-1-1":           {},
		"2024/10/21":         {},
		"2024-10-21-beta":    {},
		"${VERSION}":         {},
	} {
		if IsVersion(s) != want.version || IsV1(s) != want.v1 || KnownVersion(s) != want.known {
			t.Errorf("%q: version %v, v1 %v, known %v", s, IsVersion(s), IsV1(s), KnownVersion(s))
		}
	}
}
