package client

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/azproc/azproc/azure"
)

// maxPages is how many pages of one resource are looked at for one page of the
// merged list.
const maxPages = 20

// paging is how Azure pages a collection (Azure OpenAI v1 REST reference): how many
// items a page has when the client does not say, how many at most, how many are
// asked for when they are only looked through, which way it goes, and whether it has
// no order to ask for: then none goes along.
type paging struct {
	usual, most, stride int
	ascending, oneWay   bool
}

var (
	ordinary = paging{usual: 20, most: 100, stride: 100}
	pagings  = map[*azure.Operation]paging{
		azure.OpFiles:      {usual: 10_000, most: 10_000, stride: 1000},
		azure.OpEvals:      {usual: 20, most: 100, stride: 100, ascending: true},
		azure.OpBatches:    {usual: 20, most: 100, stride: 100, oneWay: true},
		azure.OpFineTuning: {usual: 20, most: 100, stride: 100, oneWay: true},
	}
)

// spare is how many items of a resource are read beyond the limit.
const spare = 4

// listing is a list while it is made.
type listing struct {
	client *Client
	feeds  []*feed
	// route has in its query what goes along to every resource.
	route  azure.Route
	stride int

	// limit is how many items a page has, and want how many of each resource are
	// read for it: some more, see cut.
	limit, want int
	ascending   bool
	// cursor is the id behind which the page begins, or before which it ends when
	// back is set; "" is the whole list's beginning.
	cursor string
	back   bool
}

// newListing reads the query of a request.
func newListing(r *azure.Route) (*listing, *azure.Error) {
	paging, ok := pagings[r.Op]
	if !ok {
		paging = ordinary
	}
	l := &listing{route: *r, limit: paging.usual, stride: paging.stride, ascending: paging.ascending}
	var along []string
	for part := range strings.SplitSeq(r.Query, "&") {
		name, value := unescape(part)
		switch {
		case part == "", value == "" && (name == "limit" || name == "after" || name == "before"):
		case name == "limit":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > paging.most {
				return nil, invalid("limit", fmt.Sprintf("Invalid 'limit': it must be a whole number between 1 and %d.", paging.most))
			}
			l.limit = n
		case name == "after", name == "before":
			if l.cursor != "" {
				return nil, invalid(name, "Either 'after' or 'before' can be given for the lists of several Azure resources, and once.")
			}
			l.cursor, l.back = value, name == "before"
		default:
			if name == "order" && paging.oneWay {
				continue
			}
			if err := l.ordered(name, value); err != nil {
				return nil, err
			}
			along = append(along, part)
		}
	}
	l.want = min(l.limit+spare, paging.most)
	l.route.Query = strings.Join(along, "&")
	return l, nil
}

// ordered reads which way a list goes. It must go by the time of creation: of no
// other order could be said where in it an item of another resource stands.
func (l *listing) ordered(name, value string) *azure.Error {
	by, way := "created_at", strings.ToLower(value)
	switch name {
	case "order":
	case "order_by":
		by, way = value, ""
	case "$orderby": // OData: ascending where nothing is said
		by, way, _ = strings.Cut(strings.TrimSpace(way), " ")
		if way = strings.TrimSpace(way); way == "" {
			way = "asc"
		}
	default:
		return nil
	}
	if by != "created_at" {
		return invalid(name, fmt.Sprintf("The lists of several Azure resources can be ordered by created_at alone, not by %q. Name a model with ?model= to list its resource alone.", by))
	}
	switch way {
	case "asc":
		l.ascending = true
	case "desc":
		l.ascending = false
	}
	return nil
}

// path is the path of one page of a resource.
func (l *listing) path(p *Place, limit int, after string) string {
	r := l.route
	if r.Query != "" {
		r.Query += "&"
	}
	r.Query += "limit=" + strconv.Itoa(limit)
	if after != "" {
		r.Query += "&after=" + url.QueryEscape(after)
	}
	path, _ := p.Target.Path(&r)
	return path
}

// itemPath is the path of one item.
func (l *listing) itemPath(p *Place, id string) string {
	r := l.route
	r.Below, r.Query = r.Below+"/"+url.PathEscape(id), ""
	path, _ := p.Target.Path(&r)
	return path
}

// key is when an item was made, so that the key of what comes later in the list is
// larger.
func (l *listing) key(created int64) int64 {
	if l.ascending {
		return created
	}
	return -created
}

// first is smaller than every key.
const first = math.MinInt64

// item is an item of a list. Its bytes are as Azure sent them.
type item struct {
	raw     []byte
	id      string
	created int64
	// key is the item's place in time: never before what its resource has in front
	// of it, even where the clocks of a resource do not agree by a second.
	key int64
	// feed is the index of its resource.
	feed int
}

// exact is whether an item's place can be told by the item alone.
func (l *listing) exact(i item) bool { return i.key == l.key(i.created) }

// mark is a place in the merged list.
type mark struct {
	key  int64
	feed int
	id   string
}

// behind is whether an item of another resource stands behind the mark.
func (m *mark) behind(i item) bool {
	return i.key > m.key || i.key == m.key && i.feed > m.feed
}

// merge brings what the feeds have into one order and gives the page, and whether
// there is more. A page that another one follows ends with an item that can tell
// where it stands.
func (l *listing) merge() (items []item, more bool) {
	for _, f := range l.feeds {
		if f.err == nil {
			items = append(items, f.items...)
			more = more || f.more
		}
	}
	// They were put together in the order of the resources, which is that of items
	// of one time.
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(a.key, b.key) })
	if l.back {
		from := max(0, len(items)-l.limit)
		return items[from:], more || from > 0
	}
	end := min(len(items), l.limit)
	if more = more || end < len(items); more {
		end = l.cut(items, end)
	}
	return items[:end], more
}

// cut is where a page ends that another one follows: behind an item that can tell
// where it stands, the last one within the limit, else the next one. Only where the
// clocks of a resource disagree is it anywhere but at the limit.
func (l *listing) cut(items []item, limit int) int {
	for n := limit; n > 0; n-- {
		if l.exact(items[n-1]) {
			return n
		}
	}
	sure := len(items) // up to here nothing can come between that was not read
	for _, f := range l.feeds {
		if f.err == nil && f.more {
			last := slices.IndexFunc(items, func(i item) bool { return i.id == f.items[len(f.items)-1].id && i.feed == f.index })
			sure = min(sure, last+1)
		}
	}
	for n := limit + 1; n <= sure; n++ {
		if l.exact(items[n-1]) {
			return n
		}
	}
	return limit
}

// unescape reads one part of a query; what is not well-formed goes along as it is.
func unescape(part string) (name, value string) {
	name, value, _ = strings.Cut(part, "=")
	plainName, err := url.QueryUnescape(name)
	if err != nil {
		return part, part
	}
	plainValue, err := url.QueryUnescape(value)
	if err != nil {
		return part, part
	}
	return plainName, plainValue
}

func invalid(param, message string) *azure.Error {
	return &azure.Error{
		Status: http.StatusBadRequest, Type: "invalid_request_error", Code: "invalid_value", Param: param, Message: message,
	}
}
