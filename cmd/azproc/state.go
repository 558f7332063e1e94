package main

import (
	"errors"
	"time"

	"github.com/azproc/azproc/admin"
	"github.com/azproc/azproc/routing"
)

// Ready implements admin.State.
func (g *gateway) Ready() error {
	t := g.table.Load()
	if t == nil {
		return errors.New("no configuration is loaded yet")
	}
	return t.Ready()
}

// Credentials implements admin.State.
func (g *gateway) Credentials() []admin.Credential {
	t := g.table.Load()
	if t == nil {
		return nil
	}
	var list []admin.Credential
	seen := make(map[string]bool)
	for _, d := range t.Deployments {
		if name := d.Credential.Name(); !seen[name] {
			seen[name] = true
			list = append(list, credentialState(d.Credential))
		}
	}
	return list
}

func credentialState(c routing.Credential) admin.Credential {
	state := admin.Credential{Name: c.Name(), Ready: true}
	if err := c.Ready(); err != nil {
		state.Ready, state.Error = false, err.Error()
	}
	return state
}

func (g *gateway) credentialsReady() map[string]bool {
	ready := make(map[string]bool)
	for _, c := range g.Credentials() {
		ready[c.Name] = c.Ready
	}
	return ready
}

// Deployments implements admin.State.
func (g *gateway) Deployments() []admin.Deployment {
	if t := g.table.Load(); t != nil {
		return deployments(t)
	}
	return []admin.Deployment{}
}

// deployments are those of a table, in its order.
func deployments(t *routing.Table) []admin.Deployment {
	list := []admin.Deployment{}
	for _, s := range t.States() {
		d := s.Deployment
		e := admin.Deployment{
			Name: d.Name, Model: d.Group, Order: d.Order, URL: exampleURL(d.Deployment), Credential: credentialState(d.Credential),
			InFlight: s.InFlight, Latency: s.Latency, Served: s.Served, Failed: s.Failed, LastErrors: []admin.LastError{},
			Windows: admin.Windows{
				Requests: admin.Window{Limit: d.RPM, Used: s.Requests},
				Tokens:   admin.Window{Limit: d.TPM, Used: s.Tokens},
			},
		}
		if s.Fault != "" {
			e.Cooldown = &admin.Cooldown{Fault: s.Fault, Until: s.CoolUntil.UTC(), Seconds: time.Until(s.CoolUntil).Seconds(), Why: s.Why}
		}
		for _, f := range s.Failures {
			e.LastErrors = append(e.LastErrors, admin.LastError(f))
		}
		list = append(list, e)
	}
	return list
}
