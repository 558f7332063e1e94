package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/azproc/azproc/config"
)

// Options are what Credentials need.
type Options struct {
	Log *slog.Logger
	// HTTP fetches tokens; nil is azidentity's own client, which honours
	// SSL_CERT_FILE and the proxy variables.
	HTTP *http.Client
	// Now tells the time; nil is time.Now.
	Now func() time.Time
}

// The times of the refresher.
const (
	// fetchTimeout bounds one fetch, azidentity's own retries included.
	fetchTimeout = 60 * time.Second
	// margin is how long before its end a token is no longer relied on:
	// azidentity gives none that has less than five minutes left.
	margin = 5 * time.Minute
	// The pauses after a fetch that failed: doubled each time.
	firstPause = time.Second
	lastPause  = time.Minute
)

// Credentials keeps one refresher for each credential and scope. It is safe for
// concurrent use.
type Credentials struct {
	options Options

	mu      sync.Mutex
	sources map[config.Credential]*running
	ended   sync.WaitGroup
}

// running is a source with what stops its refresher.
type running struct {
	source *Source
	stop   context.CancelFunc
}

// NewCredentials makes a set without any credential.
func NewCredentials(o Options) *Credentials {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Credentials{options: o, sources: make(map[config.Credential]*running)}
}

// Use makes these the credentials there are: what is new is fetched at once, in
// the background; what is no longer named is refreshed no more, though its last
// token stays good for requests in hand; what stays keeps its token.
func (c *Credentials) Use(all []config.Credential) {
	c.mu.Lock()
	defer c.mu.Unlock()
	named := make(map[config.Credential]bool, len(all))
	for _, k := range all {
		named[k] = true
		if c.sources[k] == nil {
			c.sources[k] = c.start(k)
		}
	}
	for k, r := range c.sources {
		if !named[k] {
			r.stop()
			delete(c.sources, k)
		}
	}
}

// Source gives the source of a credential that Use has named.
func (c *Credentials) Source(k config.Credential) *Source {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.sources[k]; r != nil {
		return r.source
	}
	return newSource(k, c.options.Now)
}

// Close ends every refresher and waits for them.
func (c *Credentials) Close() {
	c.Use(nil)
	c.ended.Wait()
}

func (c *Credentials) start(k config.Credential) *running {
	ctx, stop := context.WithCancel(context.Background())
	r := &running{source: newSource(k, c.options.Now), stop: stop}
	if r.source.current.Load().err == nil {
		return r // a key, a static token
	}
	c.ended.Go(func() {
		(&refresher{source: r.source, key: k, options: &c.options}).run(ctx)
	})
	return r
}

// refresher keeps the token of one source fresh. It belongs to one goroutine.
type refresher struct {
	source     *Source
	key        config.Credential
	options    *Options
	credential azcore.TokenCredential
	failures   int
}

func (r *refresher) run(ctx context.Context) {
	first := true
	for {
		pause := r.fetch(ctx)
		if first {
			close(r.source.fetched)
			first = false
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// fetch gets a token and gives the time to the next fetch. A failure leaves the
// token that is there: it is served while it is valid.
func (r *refresher) fetch(ctx context.Context) time.Duration {
	token, err := r.token(ctx)
	if ctx.Err() != nil {
		return 0
	}
	now := r.options.Now()
	if err != nil {
		r.failures++
		next := *r.source.current.Load()
		next.err = readable(err)
		r.source.current.Store(&next)
		pause := jitter(min(lastPause, firstPause<<min(r.failures-1, 6)))
		r.options.Log.Error("no token", "credential", r.source.name, "error", next.err, "next", pause.Round(time.Millisecond), "valid", r.source.Ready() == nil)
		return pause
	}
	if r.failures > 0 {
		r.options.Log.Info("token fetched again", "credential", r.source.name)
		r.failures = 0
	}
	r.source.current.Store(&state{header: "authorization", value: "Bearer " + token.Token, expires: token.ExpiresOn})
	return jitter(untilRefresh(token, now))
}

// untilRefresh is how long a token is left alone: until its issuer says, or for
// four fifths of its life, but not into the minutes in which azidentity no
// longer gives it.
func untilRefresh(token azcore.AccessToken, now time.Time) time.Duration {
	life := token.ExpiresOn.Sub(now)
	wait := life * 4 / 5
	if life > 2*margin {
		wait = min(wait, life-margin-margin/5)
	}
	if !token.RefreshOn.IsZero() {
		// Before that azidentity gives the token that there is; jitter comes off.
		wait = min(wait, token.RefreshOn.Sub(now)*10/9)
	}
	return max(wait, firstPause)
}

// jitter takes up to a tenth off, so that replicas do not ask all at once.
func jitter(d time.Duration) time.Duration {
	return d - time.Duration(rand.Int64N(int64(d)/10+1))
}

func (r *refresher) token(ctx context.Context) (azcore.AccessToken, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	if r.credential == nil {
		credential, err := newTokenCredential(r.key, r.options.HTTP)
		if err != nil {
			return azcore.AccessToken{}, err
		}
		r.credential = credential
	}
	return r.credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{r.key.Scope}})
}

// aadsts is the line of an Entra ID error that says what is wrong.
var aadsts = regexp.MustCompile(`AADSTS\d+[^"\\\n\r]*`)

// readable is the part of azidentity's error that a person can use: it prints
// whole responses otherwise.
func readable(err error) error {
	if failed := (*azidentity.AuthenticationFailedError)(nil); errors.As(err, &failed) {
		if line := aadsts.FindString(err.Error()); line != "" {
			return errors.New(strings.TrimSpace(line))
		}
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(first)
}

// fingerprint tells one secret from another without giving it away.
func fingerprint(c config.Credential) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Key.Reveal(), c.Token.Reveal(), c.Secret.Reveal(), c.Password.Reveal()}, "\x00")))
	return hex.EncodeToString(sum[:3])
}
