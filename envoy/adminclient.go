package envoy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// poll is how often Envoy's admin page is asked while something is awaited.
const poll = 20 * time.Millisecond

// adminClient asks Envoy's own admin page.
type adminClient struct {
	http http.Client
}

// newAdminClient makes a client for host:port or unix:PATH.
func newAdminClient(address string) *adminClient {
	network := "tcp"
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		network, address = "unix", path
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	return &adminClient{http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}, Timeout: 5 * time.Second}}
}

func (c *adminClient) do(ctx context.Context, method, path string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://envoy"+path, nil)
	if err != nil {
		return "", err
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("envoy admin %s: %s: %s", path, resp.Status, body)
	}
	return strings.TrimSpace(string(body)), err
}

// waitLive waits until Envoy's listener serves.
func (c *adminClient) waitLive(ctx context.Context) error {
	return until(ctx, func() (bool, error) {
		state, err := c.do(ctx, http.MethodGet, "/ready")
		return state == "LIVE", err
	})
}

// waitSettled waits until no cluster is being warmed.
func (c *adminClient) waitSettled(ctx context.Context) error {
	return until(ctx, func() (bool, error) {
		n, err := c.gauge(ctx, "cluster_manager.warming_clusters")
		return n == 0, err
	})
}

// drain takes Envoy out of service and waits until it has nothing in hand.
func (c *adminClient) drain(ctx context.Context) error {
	if _, err := c.do(ctx, http.MethodPost, "/healthcheck/fail"); err != nil {
		return err
	}
	if _, err := c.do(ctx, http.MethodPost, "/drain_listeners"); err != nil {
		return err
	}
	return until(ctx, func() (bool, error) {
		n, err := c.gauge(ctx, "http.azproc.downstream_rq_active")
		return n == 0, err
	})
}

// gauge reads one gauge; a gauge that Envoy does not have yet is 0.
func (c *adminClient) gauge(ctx context.Context, name string) (int, error) {
	text, err := c.do(ctx, http.MethodGet, "/stats?filter=^"+name+"$")
	if err != nil || text == "" {
		return 0, err
	}
	_, value, _ := strings.Cut(text, ": ")
	n, err := strconv.Atoi(value)
	if err != nil {
		return 0, fmt.Errorf("envoy stat %s: %q", name, text)
	}
	return n, nil
}

// until polls f until it says yes. An error of f is no answer yet: it is given
// only when ctx ends first.
func until(ctx context.Context, f func() (bool, error)) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		yes, err := f()
		if yes && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}
