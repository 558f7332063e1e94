package prices

import (
	"slices"
	"strings"
)

// azureProviders are Azure's prefixes in price files, in the order in which they
// are tried where a name has none.
var azureProviders = []string{"azure", "azure_ai", "azure_text"}

// ways may stand between a provider and a name: how LiteLLM talks to a
// deployment, not what it is.
var ways = []string{"o_series/", "gpt5_series/", "responses/"}

// globals name the deployments whose prices are those without a region. The
// names of other regions are looked up as they are: their prices differ.
var globals = []string{"global/", "global-standard/"}

// qualities and sizes stand before the names of image models.
var qualities = []string{"standard", "hd", "low", "medium", "high", "auto"}

// Seller is whose prices a name is looked up among.
type Seller uint8

// The sellers.
const (
	Azure  Seller = iota // a deployment on Azure
	OpenAI               // OpenAI, or a service that speaks its API
)

// Rule says how a name was found.
type Rule string

// variants are the names that a model may stand under, in the order in which
// they are tried: each of them with each provider before the next. name is in
// lower case and without provider.
//
//	the name itself             gpt-4o, eu/gpt-4o-2024-11-20
//	in Azure's old spelling     gpt-3.5-turbo is gpt-35-turbo, and the other way
//	without its date            gpt-4o-2099-01-01 is gpt-4o; claude-sonnet-4-5-20250929 is claude-sonnet-4-5
//	with the only date it has   gpt-4o-audio-preview is gpt-4o-audio-preview-2024-12-17
//
// A name that begins with global/ or global-standard/ and is none of these is
// looked up once more without that: the plain prices are the global ones.
// Nothing else is tried: no other region, no shorter name, no likeness.
var variants = []struct {
	rule Rule
	make func(t *Table, providers []string, name string) string
}{
	{"its name", func(_ *Table, _ []string, name string) string { return name }},
	{"its other spelling", func(_ *Table, _ []string, name string) string { return respelt(name) }},
	{"its name without the date", func(_ *Table, _ []string, name string) string {
		if short, ok := withoutDate(name); ok {
			return short
		}
		return ""
	}},
	{"its only date", (*Table).onlyDate},
}

// lookUp finds the key of a name. exists says whether a key is one.
func (t *Table) lookUp(s Seller, written string, exists func(key string) bool) (key string, rule Rule, ok bool) {
	name := strings.ToLower(strings.TrimSpace(written))
	if name == "" {
		return "", "", false
	}
	providers, name := providersOf(s, name)
	if providers == nil { // another provider's: only as it is written
		return name, variants[0].rule, exists(name)
	}
	for _, v := range variants {
		variant := v.make(t, providers, name)
		if variant == "" {
			continue
		}
		for _, p := range providers {
			if exists(p + variant) {
				return p + variant, v.rule, true
			}
		}
	}
	for _, g := range globals {
		if rest, found := strings.CutPrefix(name, g); found {
			key, _, ok = t.lookUp(s, providers[0]+rest, exists)
			return key, "its name without global", ok
		}
	}
	return "", "", false
}

// providersOf takes the provider off a name and says which prefixes to try: its
// own first. nil is for the name of a provider that the seller is not.
func providersOf(s Seller, name string) ([]string, string) {
	first, rest, ok := strings.Cut(name, "/")
	if s == OpenAI {
		switch {
		case ok && (first == "openai" || first == "text-completion-openai"):
			return []string{"openai/", ""}, cutWay(rest)
		case ok && slices.Contains(azureProviders, first):
			return nil, name
		}
		return []string{"openai/", ""}, name
	}
	var providers []string
	switch {
	case ok && slices.Contains(azureProviders, first):
		name = cutWay(rest)
		providers = append(providers, first+"/")
	case ok && first == "openai": // openai/NAME with a base of Azure's
		name = cutWay(rest)
	}
	for _, p := range azureProviders {
		providers = append(providers, p+"/")
	}
	return append(providers, ""), name
}

func cutWay(name string) string {
	for _, w := range ways {
		if rest, ok := strings.CutPrefix(name, w); ok {
			return rest
		}
	}
	return name
}

// respelt is the name of a GPT-3.5 as the other of OpenAI and Azure writes it.
func respelt(name string) string {
	switch {
	case strings.Contains(name, "gpt-35-"):
		return strings.Replace(name, "gpt-35-", "gpt-3.5-", 1)
	case strings.Contains(name, "gpt-3.5-"):
		return strings.Replace(name, "gpt-3.5-", "gpt-35-", 1)
	}
	return ""
}

// onlyDate is the name with a date, where there is but one.
func (t *Table) onlyDate(providers []string, name string) string {
	for _, p := range providers {
		if keys := t.dated[p+name]; len(keys) == 1 {
			return strings.TrimPrefix(keys[0], p)
		}
	}
	return ""
}

// withoutDate takes -2024-11-20 or -20241120 off the end of a name. Four digits,
// such as -0613, are no date: they tell versions apart whose prices differ.
func withoutDate(name string) (string, bool) {
	for _, pattern := range []string{"-dddd-dd-dd", "-dddddddd"} {
		begin := len(name) - len(pattern)
		if begin <= 0 || !fits(name[begin:], pattern) {
			continue
		}
		if name[begin:begin+3] == "-20" {
			return name[:begin], true
		}
	}
	return name, false
}

func fits(text, pattern string) bool {
	for i := range len(pattern) {
		digit := text[i] >= '0' && text[i] <= '9'
		if digit != (pattern[i] == 'd') || !digit && text[i] != pattern[i] {
			return false
		}
	}
	return true
}

// imageKey takes a key such as azure/hd/1024-x-1792/dall-e-3 apart: azure/dall-e-3
// and hd/1024x1792.
func imageKey(key string) (model, kind string, ok bool) {
	parts := strings.Split(key, "/")
	if len(parts) != 4 || !slices.Contains(qualities, parts[1]) || !strings.Contains(parts[2], "-x-") {
		return "", "", false
	}
	return parts[0] + "/" + parts[3], parts[1] + "/" + strings.Replace(parts[2], "-x-", "x", 1), true
}
