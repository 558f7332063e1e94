package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/azproc/azproc/admin"
	"github.com/azproc/azproc/auth"
	"github.com/azproc/azproc/client"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/routing"
)

const (
	// tokenPatience is how long azproc check --live waits for the credentials.
	tokenPatience = 30 * time.Second
	// livePatience is how long the admin port asks deployments for one answer: its
	// writes end after 30 seconds, and the last ones asked need ten.
	livePatience = 15 * time.Second
)

// checkLive asks every deployment of a configuration something cheap and prints
// what each answers. It gives whether all are well.
func (s *settings) checkLive(ctx context.Context, w io.Writer, snap *config.Snapshot) bool {
	credentials := auth.NewCredentials(auth.Options{})
	defer credentials.Close()
	deployments := snap.Reachable()
	var all []config.Credential
	for _, d := range deployments {
		all = append(all, d.Credential)
	}
	credentials.Use(all)
	tokens, cancel := context.WithTimeout(ctx, tokenPatience)
	defer cancel()
	var places []client.Place
	for _, d := range deployments {
		source := credentials.Source(d.Credential)
		_ = source.Wait(tokens) // its header says then that there is none
		places = append(places, client.Place{Deployment: d, Credential: source})
	}
	c := client.New(s.caFile)
	defer c.Close()
	well := true
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "MODEL\tDEPLOYMENT\tANSWER")
	for i, h := range client.NewChecker(c).Check(ctx, places) {
		model := places[i].Group
		if model == "" {
			model = "-" // the environment's resource, which is of no model
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\n", model, places[i].Name, h)
		well = well && h.OK
	}
	_ = tw.Flush() // stdout closed: nobody is there to be told
	return well
}

// placeOf is a deployment as the Go service itself calls it.
func placeOf(d *routing.Deployment) client.Place {
	return client.Place{Deployment: d.Deployment, Credential: d.Credential, Resource: d.Resource}
}

// Live implements admin.State.
func (g *gateway) Live(ctx context.Context) []admin.Deployment {
	t := g.table.Load()
	if t == nil {
		return []admin.Deployment{}
	}
	places := make([]client.Place, len(t.Deployments))
	for i, d := range t.Deployments {
		places[i] = placeOf(d)
	}
	ctx, cancel := context.WithTimeout(ctx, livePatience)
	defer cancel()
	answers := g.checker.Check(ctx, places)
	list := deployments(t)
	for i, h := range answers {
		list[i].Live = &admin.Live{
			OK: h.OK, Status: h.Status, Seconds: h.Took.Seconds(), Asked: h.Asked, AddressOnly: h.Free, Why: h.Why, At: h.At.UTC(),
		}
	}
	return list
}
