package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"github.com/azproc/azproc/config"
)

// What a caller without the right key is told.
var (
	ErrNoKey      = errors.New("no key was sent")
	ErrWrongKey   = errors.New("the key is wrong")
	ErrExpiredKey = errors.New("the key has expired")
)

// Clients says who may call, and as which key. It is immutable and safe for
// concurrent use: another configuration has another one.
type Clients struct {
	open    bool
	master  *config.Key // nil where there is none
	digest  [sha256.Size]byte
	keys    map[[sha256.Size]byte]*config.Key
	anybody config.Key
	now     func() time.Time
}

// NewClients lets callers in who show the master key or one of the client keys of
// a configuration; one that has neither lets in everybody. A nil now is time.Now.
func NewClients(s *config.Snapshot, now func() time.Time) *Clients {
	if now == nil {
		now = time.Now
	}
	c := &Clients{open: s.Open(), keys: make(map[[sha256.Size]byte]*config.Key), now: now}
	if s.MasterKey != "" {
		c.master, c.digest = &config.Key{Name: config.MasterName}, sha256.Sum256([]byte(s.MasterKey.Reveal()))
	}
	for i := range s.Keys {
		for _, d := range s.Keys[i].Digests {
			c.keys[d] = &s.Keys[i]
		}
	}
	return c
}

// Find gives the key that one of the headers shows in which a key can be shown:
// the first that may be used. The master key has the name master and no limits,
// and where everybody may call, the key has no name and none either. The key is
// not the caller's to change.
//
// Keys are found and compared by their digests, the master key in constant time,
// so that nothing of a right key shows in how long it takes.
func (c *Clients) Find(authorization, apiKey, xAPIKey string) (*config.Key, error) {
	if c.open {
		return &c.anybody, nil
	}
	why := ErrNoKey
	for _, shown := range [...]string{bearer(authorization), apiKey, xAPIKey} {
		if shown == "" {
			continue
		}
		switch k := c.find(shown); {
		case k == nil:
			if why == ErrNoKey { //nolint:errorlint // it was put there
				why = ErrWrongKey
			}
		case !k.Expires.IsZero() && !c.now().Before(k.Expires):
			why = ErrExpiredKey
		default:
			return k, nil
		}
	}
	return nil, why
}

// Check is Find for those who do not ask which key it is.
func (c *Clients) Check(authorization, apiKey, xAPIKey string) error {
	_, err := c.Find(authorization, apiKey, xAPIKey)
	return err
}

// find gives the key that is shown as a text, nil when it is none.
func (c *Clients) find(shown string) *config.Key {
	digest := sum(shown)
	if c.master != nil && subtle.ConstantTimeCompare(digest[:], c.digest[:]) == 1 {
		return c.master
	}
	return c.keys[digest]
}

// sum is the digest of what is shown. A key of ordinary length costs no memory.
func sum(shown string) [sha256.Size]byte {
	var room [256]byte
	if len(shown) > len(room) {
		return sha256.Sum256([]byte(shown))
	}
	return sha256.Sum256(room[:copy(room[:], shown)])
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
