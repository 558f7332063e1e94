package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"

	"github.com/azproc/azproc/config"
)

// What a caller without the right key is told.
var (
	ErrNoKey    = errors.New("no key was sent")
	ErrWrongKey = errors.New("the key is wrong")
)

// Clients says who may call. It is immutable.
type Clients struct {
	anonymous bool
	master    [sha256.Size]byte
}

// NewClients lets callers in who show the master key; an empty one lets in
// everybody.
func NewClients(master config.Secret) *Clients {
	return &Clients{anonymous: master == "", master: sha256.Sum256([]byte(master.Reveal()))}
}

// Check is nil when one of the headers in which a key can be shown has the right
// one. Keys are compared by their digests and in constant time, so that nothing
// of the right key shows in how long it takes.
func (c *Clients) Check(authorization, apiKey, xAPIKey string) error {
	if c.anonymous {
		return nil
	}
	right, sent := 0, false
	for _, key := range [...]string{bearer(authorization), apiKey, xAPIKey} {
		if key == "" {
			continue
		}
		sent = true
		digest := sha256.Sum256([]byte(key))
		right |= subtle.ConstantTimeCompare(digest[:], c.master[:])
	}
	switch {
	case right == 1:
		return nil
	case sent:
		return ErrWrongKey
	default:
		return ErrNoKey
	}
}

// bearer is the token of an Authorization header; the scheme's name may be in
// any case (RFC 9110, section 11.1).
func bearer(authorization string) string {
	const scheme = "bearer "
	if len(authorization) < len(scheme) || !strings.EqualFold(authorization[:len(scheme)], scheme) {
		return ""
	}
	return strings.TrimSpace(authorization[len(scheme):])
}
