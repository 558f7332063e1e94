package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/azproc/azproc/azure"
)

// Page is one page of a merged list, or what Azure said when there is none.
type Page struct {
	Status int
	Header []azure.Header
	Body   []byte
	// Lacking are the resources that the page has nothing of because they failed.
	// One that does not know the collection is not among them.
	Lacking []Lack
}

// Lack is a resource that failed.
type Lack struct {
	Resource string
	Err      error
}

// List answers a request for a whole collection with one page of what all places
// have of it, each of another resource: in the order of their creation, those of
// the same second in the order of places. home is whose the id is that the query
// names, without its tag.
//
// It is stateless. The place where a page begins is told by that id alone: how old
// the item is says what the other resources have in front of it.
func (c *Client) List(ctx context.Context, places []Place, r *azure.Route, home *azure.Home) (*Page, *azure.Error) {
	l, err := newListing(r)
	if err != nil {
		return nil, err
	}
	l.client = c
	for i := range places {
		l.feeds = append(l.feeds, &feed{place: &places[i], index: i})
	}
	if l.cursor == "" {
		l.each(func(f *feed) { f.err = l.forward(ctx, f, nil) })
		return l.page()
	}
	own, err := l.owner(home)
	if err != nil {
		return nil, err
	}
	var at mark
	var lost error // the cursor
	if l.back {
		at, lost = l.backward(ctx, own, nil)
		own.err = lost
	} else {
		at, lost = l.find(ctx, own)
	}
	if lost != nil {
		return own.failure(lost, home.ID)
	}
	l.each(func(f *feed) {
		switch {
		case !l.back:
			f.err = l.forward(ctx, f, &at)
		case f != own:
			_, f.err = l.backward(ctx, f, &at)
		}
	})
	if !l.back && own.err != nil {
		return own.failure(own.err, home.ID)
	}
	return l.page()
}

// each does something with every feed at once.
func (l *listing) each(do func(*feed)) {
	var all sync.WaitGroup
	for _, f := range l.feeds {
		all.Go(func() { do(f) })
	}
	all.Wait()
}

// owner is the feed of the resource that the cursor belongs to.
func (l *listing) owner(home *azure.Home) (*feed, *azure.Error) {
	if !home.Found {
		return nil, azure.NoSuchID(l.cursor)
	}
	for _, f := range l.feeds {
		if f.place.Resource.Code == home.Code {
			return f, nil
		}
	}
	return nil, azure.ResourceGone(home.ID)
}

// failure is the answer when a resource fails that the page cannot do without.
func (f *feed) failure(err error, id string) (*Page, *azure.Error) {
	refused := (*refusedError)(nil)
	switch {
	case errors.Is(err, errTooDeep):
		return nil, tooDeep()
	case errors.Is(err, errNotThere):
		return nil, azure.NoSuchID(id)
	case errors.As(err, &refused) && json.Valid(refused.body):
		return refused.page(), nil
	case errors.As(err, &refused):
		return nil, unavailable(refused.status, "bad_gateway", err)
	case errors.Is(err, errTime):
		return nil, unavailable(http.StatusGatewayTimeout, "timeout", err)
	default:
		return nil, unavailable(http.StatusServiceUnavailable, "upstream_unavailable", err)
	}
}

// page is the error as Azure sent it, with what it says about coming again.
func (e *refusedError) page() *Page {
	p := &Page{Status: e.status, Body: e.body}
	for _, name := range []string{"retry-after", "retry-after-ms"} {
		if value := e.header.Get(name); value != "" {
			p.Header = append(p.Header, azure.Header{Name: name, Value: value})
		}
	}
	return p
}

// page makes the page of what the feeds have. When all have failed it is the
// first of their errors that says more than that there is no such collection.
func (l *listing) page() (*Page, *azure.Error) {
	p := &Page{Status: http.StatusOK}
	var worst *feed
	left := 0
	for _, f := range l.feeds {
		switch {
		case f.err == nil:
			left++
			continue
		case errors.Is(f.err, errTooDeep):
			return nil, tooDeep()
		case unknownCollection(f.err):
			if worst == nil {
				worst = f
			}
		default:
			if worst == nil || unknownCollection(worst.err) {
				worst = f
			}
			p.Lacking = append(p.Lacking, Lack{Resource: f.place.Resource.Name, Err: f.err})
		}
	}
	if left == 0 && worst != nil {
		return worst.failure(worst.err, "")
	}
	var err error
	if p.Body, err = l.body(l.merge()); err != nil {
		return nil, unavailable(http.StatusBadGateway, "bad_gateway", err)
	}
	return p, nil
}

// unknownCollection is whether a resource has no such collection at all.
func unknownCollection(err error) bool {
	refused := (*refusedError)(nil)
	return errors.As(err, &refused) && refused.status == http.StatusNotFound
}

// body writes a page as Azure does, every id with the tag of its resource.
func (l *listing) body(items []item, more bool) ([]byte, error) {
	size := 128
	for _, i := range items {
		size += len(i.raw) + len(i.raw)/8
	}
	out := append(make([]byte, 0, size), `{"object":"list","data":[`...)
	writers := make([]*azure.IDWriter, len(l.feeds)) // each for one JSON text after another
	for n, f := range l.feeds {
		writers[n] = azure.NewIDWriter(f.place.Resource, false)
	}
	for n, i := range items {
		if n > 0 {
			out = append(out, ',')
		}
		out = writers[i.feed].Append(out, i.raw)
	}
	var first, last any // null on an empty page
	if len(items) > 0 {
		first, last = l.shown(&items[0]), l.shown(&items[len(items)-1])
	}
	end, err := json.Marshal(struct {
		First any  `json:"first_id"`
		Last  any  `json:"last_id"`
		More  bool `json:"has_more"`
	}{first, last, more})
	if err != nil {
		return nil, fmt.Errorf("a list's ids: %w", err)
	}
	return append(append(out, "],"...), end[1:]...), nil
}

// shown is an item's id as clients see it.
func (l *listing) shown(i *item) string {
	if azure.IsID(i.id) {
		return l.feeds[i.feed].place.Resource.Tagged(i.id)
	}
	return i.id
}

func tooDeep() *azure.Error {
	return &azure.Error{
		Status: http.StatusBadRequest, Type: "invalid_request_error", Code: "list_too_deep",
		Message: "The list goes further than the gateway looks through the lists of several Azure resources. Name a model with ?model= to list its resource alone.",
	}
}

func unavailable(status int, code string, cause error) *azure.Error {
	return &azure.Error{
		Status: status, Type: "server_error", Code: code, Cause: cause,
		Message: "The upstream service could not be asked for its list.",
	}
}
