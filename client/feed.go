package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// feed is the list of one resource.
type feed struct {
	place *Place
	index int
	// items are those that may be of the page, in the resource's own order; more
	// says that it has others behind them, or with before in front of them.
	items []item
	more  bool
	err   error
}

var (
	// errTooDeep ends a search that would go on for too long.
	errTooDeep = errors.New("too deep")
	// errNotThere is for a cursor that the list does not have.
	errNotThere = errors.New("no such item")
	// errReversed is for a list that does not go the way that was asked for.
	errReversed = errors.New("the resource does not list in the order of time that was asked for")
	// errNoList is for an answer that is not what was asked for.
	errNoList = errors.New("the answer is no list")
)

// disagreement is by how much the clocks of one resource may differ, in seconds.
const disagreement = 60

// refusedError is an answer of Azure's that is no list.
type refusedError struct {
	*answer
	said string
}

func (e *refusedError) Error() string { return fmt.Sprintf("%d %s", e.status, e.said) }

// get asks for something and gives the answer when it is one.
func (l *listing) get(ctx context.Context, f *feed, path string) (*answer, error) {
	a, err := l.client.do(ctx, f.place, request{path: path})
	if err != nil {
		return nil, err
	}
	if a.status/100 != 2 {
		return nil, &refusedError{a, f.place.hide(a.words())}
	}
	return a, nil
}

// find gives the place of the cursor, which is an item of f.
func (l *listing) find(ctx context.Context, f *feed) (mark, error) {
	a, err := l.get(ctx, f, l.itemPath(f.place, l.cursor))
	if err != nil {
		return mark{}, err
	}
	i, err := readItem(a.body)
	if err != nil {
		return mark{}, err
	}
	return mark{key: l.key(i.created), feed: f.index, id: l.cursor}, nil
}

// walk reads a resource's list, behind an item when after is one, until see says
// that it is enough. ended says that there is nothing behind what was seen.
func (l *listing) walk(ctx context.Context, f *feed, after string, key int64, limit int, see func(item) (enough bool)) (ended bool, err error) {
	for range maxPages {
		a, err := l.get(ctx, f, l.path(f.place, limit, after))
		if err != nil {
			return false, err
		}
		p, err := readPage(a.body)
		if err == nil {
			err = l.settle(&p, after)
		}
		if err != nil {
			return false, err
		}
		for n := range p.items {
			i := &p.items[n]
			key = max(key, l.key(i.created))
			i.key, i.feed = key, f.index
			if see(*i) {
				return !p.more && n == len(p.items)-1, nil
			}
		}
		if !p.more || len(p.items) == 0 {
			return true, nil
		}
		after = p.items[len(p.items)-1].id
	}
	return false, errTooDeep
}

// settle makes a page what it should be where a resource does not page as Azure's
// newer versions do: one that has everything, in whatever order, is put into order,
// and what was to be left out is. It fails for a resource whose pages go the other
// way: of those nothing could be said without reading them all.
func (l *listing) settle(p *resourcePage, after string) error {
	at := func() int {
		return slices.IndexFunc(p.items, func(i item) bool { return after != "" && i.id == after })
	}
	found, n := at(), len(p.items)
	reversed := n > 0 && l.key(p.items[0].created)-l.key(p.items[n-1].created) > disagreement
	switch {
	case reversed && p.more:
		return errReversed
	case !p.more && (reversed || !p.pages):
		slices.SortStableFunc(p.items, func(a, b item) int { return cmp.Compare(l.key(a.created), l.key(b.created)) })
		found = at()
	}
	p.items = p.items[found+1:]
	return nil
}

// forward gets as many items of a feed as a page may have, from a place in the
// merged list on; nil is its beginning.
func (l *listing) forward(ctx context.Context, f *feed, from *mark) error {
	after, key, limit := "", int64(first), l.want
	switch {
	case from == nil:
	case from.feed == f.index:
		after, key = from.id, from.key
	default: // what is in front has to be looked through
		limit = max(limit, l.stride)
	}
	ended, err := l.walk(ctx, f, after, key, limit, func(i item) bool {
		if from == nil || from.feed == f.index || from.behind(i) {
			f.items = append(f.items, i)
		}
		return len(f.items) == l.want
	})
	f.more = !ended
	return err
}

// backward gets the last items of a feed, as many as a page may have, that stand in
// front of a place in the merged list. Without one it is the place of the cursor,
// an item of this feed, and is given.
func (l *listing) backward(ctx context.Context, f *feed, until *mark) (mark, error) {
	var at mark
	_, err := l.walk(ctx, f, "", first, max(l.limit, l.stride), func(i item) bool {
		if until == nil && i.id == l.cursor {
			at = mark{key: i.key, feed: f.index, id: i.id}
			return true
		}
		if until != nil && until.behind(i) {
			return true
		}
		if f.items = append(f.items, i); len(f.items) > l.limit {
			f.items, f.more = f.items[1:], true
		}
		return false
	})
	if err == nil && until == nil && at.id == "" {
		err = errNotThere
	}
	return at, err
}

// resourcePage is one page of a resource.
type resourcePage struct {
	items []item
	// more is has_more; pages says that the resource has that at all. One that does
	// not has given everything.
	more, pages bool
}

func readPage(body []byte) (resourcePage, error) {
	var read struct {
		Data *[]json.RawMessage `json:"data"`
		More *bool              `json:"has_more"`
	}
	if json.Unmarshal(body, &read) != nil || read.Data == nil {
		return resourcePage{}, errNoList
	}
	p := resourcePage{items: make([]item, 0, len(*read.Data)), pages: read.More != nil}
	p.more = p.pages && *read.More
	for _, raw := range *read.Data {
		i, err := readItem(raw)
		if err != nil {
			return resourcePage{}, err
		}
		p.items = append(p.items, i)
	}
	return p, nil
}

// readItem reads what an item is called and when it was made: in Unix seconds, in
// the first api-versions as a date.
func readItem(raw []byte) (item, error) {
	var read struct {
		ID      string          `json:"id"`
		Created json.RawMessage `json:"created_at"`
	}
	if json.Unmarshal(raw, &read) != nil || read.ID == "" {
		return item{}, errNoList
	}
	i := item{raw: raw, id: read.ID}
	var seconds float64
	var date time.Time
	switch {
	case json.Unmarshal(read.Created, &seconds) == nil:
		i.created = int64(seconds)
	case json.Unmarshal(read.Created, &date) == nil:
		i.created = date.Unix()
	default:
		return item{}, fmt.Errorf("%w of things with a time: %q has no created_at", errNoList, i.id)
	}
	return i, nil
}
