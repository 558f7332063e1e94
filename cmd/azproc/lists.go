package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/client"
	"github.com/azproc/azproc/extproc"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/usage"
)

// lists asks the resources of a table for their lists.
type lists struct {
	client  *client.Client
	metrics *usage.Metrics
	log     *slog.Logger
}

// List implements extproc.Lists.
func (l lists) List(ctx context.Context, table *routing.Table, r *azure.Route, home *azure.Home) (*extproc.ListAnswer, *azure.Error) {
	tokens, cancel := context.WithTimeout(ctx, extproc.FirstToken)
	defer cancel()
	var places []client.Place
	for _, d := range table.Everywhere(tokens) {
		places = append(places, placeOf(d))
	}
	page, err := l.client.List(ctx, places, r, home)
	if err != nil {
		return nil, err
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		page.Lacking = nil // the client has left, and nobody has failed
	}
	for _, lack := range page.Lacking {
		l.metrics.ListLacks(r.Op.Name, lack.Resource)
		l.log.Warn("a list lacks a resource", "collection", r.Op.Name, "resource", lack.Resource, "error", lack.Err)
	}
	return &extproc.ListAnswer{Status: page.Status, Header: page.Header, Body: page.Body}, nil
}
