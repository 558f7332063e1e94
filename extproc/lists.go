package extproc

import (
	"context"
	"net/http"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/routing"
	"github.com/azproc/azproc/wire"
)

// Lists makes one list of the lists of several resources. It is the one thing that
// a request waits for here. It is safe for concurrent use.
type Lists interface {
	// List answers a request for a whole collection, for all resources of a table.
	// home is whose the id is that the query names, without its tag.
	List(ctx context.Context, table *routing.Table, r *azure.Route, home *azure.Home) (*ListAnswer, *azure.Error)
}

// ListAnswer is such a list, or the error of Azure's in its place.
type ListAnswer struct {
	Status int
	Header []azure.Header
	Body   []byte
}

const (
	// listPatience is how long Envoy is told to wait for a list: no longer than its
	// max_message_timeout. listTime is how long the list may take, so that the client
	// is told why.
	listPatience = 30 * time.Second
	listTime     = listPatience - 5*time.Second
)

// patience tells Envoy to wait longer for the answer that follows.
var patience = wire.AppendBytes(nil, fieldOverrideTimeout, wire.AppendVarint(nil, fieldDurationSeconds, uint64(listPatience/time.Second)))

// merges is whether the request is for a whole collection and names nothing by
// which one resource could be meant.
func (s *stream) merges() bool {
	return s.options.Lists != nil && s.head.method == http.MethodGet && s.route.List() &&
		s.head.provider == "" && s.selector() == "" && s.now.table.Merges(&s.home)
}

// list answers with the one list of all resources.
func (s *stream) list() error {
	if err := s.charge(&routing.Request{Op: s.route.Op, Free: true}); err != nil {
		return s.refuse(err)
	}
	if err := s.send(bytesAnswer(patience)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(s.envoy.Context(), listTime)
	defer cancel()
	a, err := s.options.Lists.List(ctx, s.now.table, &s.route, &s.home)
	if err != nil {
		return s.refuse(err)
	}
	s.discharge()
	made := immediate(a.Status, a.Header, a.Body, "list_"+s.route.Op.Name)
	return s.send(made.with(&s.about))
}
