package fakeazure

import (
	"regexp"
	"testing"
)

func TestIDsHaveTheFormOfTheirKindAndAreNeverTheSame(t *testing.T) {
	for form, make := range map[string]func() string{
		`^file-[0-9a-f]{32}$`: func() string { return randomID("file-", 32) },
		`^vs_[0-9a-f]{24}$`:   func() string { return randomID("vs_", 24) },
		`^batch_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$`: func() string { return randomUUID("batch_") },
	} {
		first, second := make(), make()
		want(t, "form of "+first, regexp.MustCompile(form).MatchString(first), true)
		want(t, "two at once are the same", first == second, false)
	}
}
