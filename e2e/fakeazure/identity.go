package fakeazure

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// randomID is an id that nobody guesses: a gateway that makes up ids, or sends
// one to the wrong resource, gets a 404.
func randomID(prefix string, digits int) string {
	random := make([]byte, (digits+1)/2)
	_, _ = rand.Read(random) // never fails
	return prefix + hex.EncodeToString(random)[:digits]
}

// randomUUID is an id in the form of a UUID, as batches have it.
func randomUUID(prefix string) string {
	digits := randomID("", 32)
	return prefix + strings.Join([]string{digits[:8], digits[8:12], "4" + digits[13:16], "8" + digits[17:20], digits[20:]}, "-")
}
