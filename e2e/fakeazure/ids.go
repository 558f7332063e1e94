package fakeazure

import (
	"crypto/rand"
	"encoding/hex"
)

// newID makes an id that nobody can guess, with the prefix that its kind of
// object has, in the form of the Responses API: 48 hex digits.
func newID(prefix string) string {
	var random [24]byte
	_, _ = rand.Read(random[:]) // never fails
	return prefix + hex.EncodeToString(random[:])
}

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newShortID is newID in the form of the Assistants and the Realtime API: 24
// letters and digits, where the case matters.
func newShortID(prefix string) string {
	var random [24]byte
	_, _ = rand.Read(random[:]) // never fails
	for i, b := range random {
		random[i] = alphanumeric[int(b)%len(alphanumeric)]
	}
	return prefix + string(random[:])
}
