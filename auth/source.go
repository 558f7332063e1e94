package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/azproc/azproc/config"
)

// errNotYet is the state of a credential that was never fetched.
var errNotYet = errors.New("the first token has not come yet")

// Source is one credential, ready to be sent. It is safe for concurrent use and
// never waits but in Wait.
type Source struct {
	name    string
	now     func() time.Time
	current atomic.Pointer[state]
	// fetched is closed when the first fetch has ended, well or badly.
	fetched chan struct{}
}

// state is what a Source knows at one time.
type state struct {
	header, value string
	expires       time.Time // zero: never
	err           error     // why the last fetch failed
}

// newSource makes a source for a credential. A key and a static token are there
// from the beginning.
func newSource(c config.Credential, now func() time.Time) *Source {
	s := &Source{name: describe(c), now: now, fetched: make(chan struct{})}
	first := &state{err: errNotYet}
	switch c.Kind {
	case config.CredentialNone:
		first = &state{}
	case config.CredentialKey:
		first = &state{header: "api-key", value: c.Key.Reveal()}
	case config.CredentialBearer:
		first = &state{header: "authorization", value: "Bearer " + c.Key.Reveal()}
	case config.CredentialToken:
		first = &state{header: "authorization", value: "Bearer " + c.Token.Reveal()}
	}
	s.current.Store(first)
	if first.err == nil {
		close(s.fetched)
	}
	return s
}

// Header gives the header that authenticates a request; its name is empty for a
// service that wants none. The error says why there is no valid credential now.
func (s *Source) Header() (name, value string, err error) {
	now := s.current.Load()
	if now.err == nil && now.value == "" {
		return "", "", nil // a service that wants none
	}
	if now.value != "" && (now.expires.IsZero() || s.now().Before(now.expires)) {
		return now.header, now.value, nil
	}
	if now.err != nil {
		return "", "", fmt.Errorf("%s: %w", s.name, now.err)
	}
	return "", "", fmt.Errorf("%s: the token has expired", s.name)
}

// Ready is nil while Header would succeed.
func (s *Source) Ready() error {
	_, _, err := s.Header()
	return err
}

// Wait returns when the first fetch has ended, well or badly, or with ctx.
func (s *Source) Wait(ctx context.Context) error {
	select {
	case <-s.fetched:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Name names the credential without its secret.
func (s *Source) Name() string { return s.name }

// describe is a credential's name: its kind and whose it is, with a few digits
// that tell it from one of the same kind with another secret.
func describe(c config.Credential) string {
	var b strings.Builder
	b.WriteString(c.Kind.String())
	switch c.Kind {
	case config.CredentialKey, config.CredentialBearer, config.CredentialToken:
		fmt.Fprintf(&b, " %s", fingerprint(c))
		return b.String()
	case config.CredentialPassword:
		fmt.Fprintf(&b, " %s %s", fingerprint(c), c.Username)
	case config.CredentialClientSecret:
		fmt.Fprintf(&b, " %s", fingerprint(c))
	}
	if c.Client != "" {
		fmt.Fprintf(&b, " client %s", c.Client)
	}
	if c.Tenant != "" {
		fmt.Fprintf(&b, " tenant %s", c.Tenant)
	}
	if c.Assertion != "" {
		fmt.Fprintf(&b, " by oidc/%s", c.Assertion)
	}
	fmt.Fprintf(&b, " scope %s", c.Scope)
	return b.String()
}
