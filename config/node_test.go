package config

import "testing"

func TestAValueKeepsItsTypeAndOrderInJSON(t *testing.T) {
	for yaml, want := range map[string]string{
		"1": "1", "-0.5": "-0.5", "1e3": "1e3", "12345678901234567890": "12345678901234567890", "1.0": "1.0",
		"'1'": `"1"`, "true": "true", "no": "false", "'no'": `"no"`, "007": `"007"`, "1_000": `"1_000"`, "0x1f": `"0x1f"`, "nan": `"nan"`,
		".5": `".5"`, "2024-10-21": `"2024-10-21"`, "~": "null", "<b> & é": `"<b> & é"`, `"a\nb"`: `"a\nb"`,
		"{z: 1, a: [x, {}], z: 2}": `{"a":["x",{}],"z":2}`, "!!str 1": `"1"`,
	} {
		t.Run(yaml, func(t *testing.T) {
			s := mustParse(t, entryWith("model: azure/gpt-4o", "api_base: https://one.openai.azure.com", "api_key: k", "extra_body: {x: "+yaml+"}"), nil)
			if yaml == "~" {
				if extra := s.Deployments[0].Rewrite.Extra; len(extra) > 0 {
					t.Errorf("%s", extra[0].Value)
				}
				return
			}
			if got := string(s.Deployments[0].Rewrite.Extra[0].Value); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}
