package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/azproc/azproc/azure"
)

// thing is an item of a collection.
type thing struct {
	id      string
	created int64
}

// shelf plays one resource's files as Azure lists them: newest first unless order
// says otherwise, in pages.
type shelf struct {
	mu     sync.Mutex
	things []thing // oldest first; a resource's own order
	// whole is a resource that knows no paging: everything at once, oldest first.
	whole bool
	// deaf is one that says that there is more, and gives the beginning again.
	deaf bool
	// fails is the status of every answer, or with lists of every list, and text what
	// it says.
	fails int
	lists bool
	text  string

	asked  int
	listed int // pages
	last   url.Values
	url    string
}

func (s *shelf) put(t ...thing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.things = append(s.things, t...)
}

// body is what an item looks like: odd, so that a changed byte shows.
func (t thing) body() string {
	return fmt.Sprintf(`{"id" : %q, "object":"file",  "created_at": %d, "n":1.50, "text":"\u00e9~"}`, t.id, t.created)
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	w.Header().Set("content-type", "application/json")
	id := strings.TrimPrefix(r.URL.Path, "/openai/v1/files/")
	one := id != r.URL.Path
	if s.fails != 0 && (!s.lists || !one) {
		w.Header().Set("retry-after", "7")
		w.WriteHeader(s.fails)
		_, _ = fmt.Fprint(w, s.text)
		return
	}
	if one {
		for _, t := range s.things {
			if t.id == id {
				_, _ = fmt.Fprint(w, t.body())
				return
			}
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintf(w, `{"error":{"message":"No such File object: %s","code":null}}`, id)
		return
	}
	s.listed++
	s.last = r.URL.Query()
	list, more := s.page(s.last)
	parts := make([]string, len(list))
	for i, t := range list {
		parts[i] = t.body()
	}
	if s.whole {
		_, _ = fmt.Fprintf(w, `{"data":[%s],"object":"list"}`, strings.Join(parts, ","))
		return
	}
	_, _ = fmt.Fprintf(w, `{"object":"list","data":[%s],"has_more":%t}`, strings.Join(parts, ", "), more)
}

func (s *shelf) page(q url.Values) (list []thing, more bool) {
	list = slices.Clone(s.things)
	if s.whole {
		return list, false
	}
	if q.Get("order") != "asc" {
		slices.Reverse(list)
	}
	if at := slices.IndexFunc(list, func(t thing) bool { return t.id == q.Get("after") }); at >= 0 && !s.deaf {
		list = list[at+1:]
	}
	limit, _ := strconv.Atoi(q.Get("limit"))
	if limit < len(list) {
		return list[:limit], true
	}
	return list, s.deaf
}

// library is some resources with the client that lists them.
type library struct {
	t       *testing.T
	client  *Client
	shelves []*shelf
	places  []Place
	skewed  bool // their clocks disagree
}

func newLibrary(t *testing.T, n int) *library {
	t.Helper()
	l := &library{t: t, client: newClient(t, "")}
	entries := make([]string, n)
	for i := range n {
		s := &shelf{}
		server := httptest.NewServer(s)
		t.Cleanup(server.Close)
		s.url = server.URL
		l.shelves = append(l.shelves, s)
		entries[i] = entry("azure/gpt-4o", s.url, "", "")
	}
	l.places = places(t, []key{"k"}, entries...)
	return l
}

// ask lists as a client's request would be.
func (l *library) ask(path string) (*Page, *azure.Error) {
	l.t.Helper()
	var home azure.Home
	plain, err := tags.Path(path, &home)
	if err != nil {
		l.t.Fatal(err)
	}
	r, err := azure.ParseRoute(http.MethodGet, plain)
	if err != nil {
		l.t.Fatal(err)
	}
	return l.client.List(l.t.Context(), l.places, &r, &home)
}

// sheet is a page as clients read it.
type sheet struct {
	Object string
	Data   []struct {
		ID      string
		Created int64 `json:"created_at"`
	}
	First *string `json:"first_id"`
	Last  *string `json:"last_id"`
	More  bool    `json:"has_more"`
}

// sheet asks for a page that there must be.
func (l *library) sheet(query string) sheet {
	l.t.Helper()
	p, err := l.ask("/v1/files?" + query)
	if err != nil || p.Status != http.StatusOK {
		l.t.Fatalf("%s: %+v %v", query, p, err)
	}
	var s sheet
	if err := json.Unmarshal(p.Body, &s); err != nil || s.Object != "list" {
		l.t.Fatalf("%s: %s (%v)", query, p.Body, err)
	}
	if n := len(s.Data); n > 0 && (*s.First != s.Data[0].ID || *s.Last != s.Data[n-1].ID) || n == 0 && (s.First != nil || s.Last != nil) {
		l.t.Fatalf("%s: first and last of %s", query, p.Body)
	}
	return s
}

// order is what a merged list has to be: the ids with their tags, newest first.
func (l *library) order(ascending bool) []string {
	type placed struct {
		id      string
		created int64
	}
	var all []placed
	for i, s := range l.shelves {
		list := slices.Clone(s.things)
		if !ascending && !s.whole {
			slices.Reverse(list)
		}
		for _, t := range list {
			all = append(all, placed{l.places[i].Resource.Tagged(t.id), t.created})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		if ascending {
			a, b = b, a
		}
		return int(b.created - a.created)
	})
	ids := make([]string, len(all))
	for i, p := range all {
		ids[i] = p.id
	}
	return ids
}
