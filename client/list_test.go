package client

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
)

func TestAMergedPageHasEveryItemAsAzureSentItButForTheTags(t *testing.T) {
	l := newLibrary(t, 3)
	l.shelves[0].put(thing{"file-a1", 100}, thing{"file-a2", 300})
	l.shelves[2].put(thing{"file-c1", 200}, thing{"no-id-of-azures", 50})
	tagged := func(place int, x thing) string {
		return strings.Replace(x.body(), x.id, l.places[place].Resource.Tagged(x.id), 1)
	}
	p, err := l.ask("/v1/files")
	want := `{"object":"list","data":[` + strings.Join([]string{
		tagged(0, thing{"file-a2", 300}), tagged(2, thing{"file-c1", 200}), tagged(0, thing{"file-a1", 100}), thing{"no-id-of-azures", 50}.body(),
	}, ",") + `],"first_id":"` + l.places[0].Resource.Tagged("file-a2") + `","last_id":"no-id-of-azures","has_more":false}`
	if err != nil || string(p.Body) != want || len(p.Lacking) != 0 {
		t.Errorf("%v %v\n got %s\nwant %s", err, p.Lacking, p.Body, want)
	}
}

func TestEmptyListsMakeAnEmptyPage(t *testing.T) {
	l := newLibrary(t, 2)
	if page := l.sheet(""); page.More || len(page.Data) != 0 {
		t.Errorf("%+v", page)
	}
}

func TestWhatTheClientAsksForGoesToEveryResource(t *testing.T) {
	l := newLibrary(t, 2)
	l.sheet("purpose=batch&limit=3&x=%20y&flag=&order=asc")
	for _, s := range l.shelves {
		if got := s.last.Encode(); got != "flag=&limit=7&order=asc&purpose=batch&x=+y" {
			t.Errorf("asked with %s", got)
		}
	}
}

func TestOnlyTheResourceOfTheCursorIsAskedForWhatIsBehindIt(t *testing.T) {
	l := newLibrary(t, 2)
	l.shelves[0].put(thing{"file-a1", 100}, thing{"file-a2", 300})
	l.shelves[1].put(thing{"file-b1", 200}, thing{"file-b2", 400})
	page := l.sheet("limit=2")
	if *page.Last != l.places[0].Resource.Tagged("file-a2") || !page.More {
		t.Fatalf("%+v", page)
	}
	page = l.sheet("limit=2&after=" + *page.Last)
	if len(page.Data) != 2 || page.More || page.Data[0].Created != 200 || page.Data[1].Created != 100 {
		t.Errorf("%+v", page)
	}
	if a, b := l.shelves[0].last, l.shelves[1].last; a.Get("after") != "file-a2" || a.Get("limit") != "6" || b.Has("after") || b.Get("limit") != "1000" {
		t.Errorf("asked with %v and %v", a, b)
	}
}

func TestEachResourceIsAskedOnItsOwnSurface(t *testing.T) {
	var asked [2]string
	var entries []string
	for i, version := range []string{"2024-10-21", "v1"} {
		s := serve(t, false, func(w http.ResponseWriter, r *http.Request) {
			asked[i] = r.RequestURI
			_, _ = io.WriteString(w, `{"data":[]}`)
		})
		entries = append(entries, entry("azure/gpt-4o", s.URL, ", api_version: "+version, ""))
	}
	l := &library{t: t, client: newClient(t, ""), places: places(t, []key{"k"}, entries...)}
	for path, want := range map[string][2]string{
		"/v1/fine_tuning/jobs?limit=2": {"/openai/fine_tuning/jobs?api-version=2024-10-21&limit=6", "/openai/v1/fine_tuning/jobs?limit=6"},
		"/openai/vector_stores":        {"/openai/vector_stores?api-version=2024-10-21&limit=24", "/openai/v1/vector_stores?limit=24"},
		"/v1/assistants":               {"/openai/assistants?api-version=2025-04-01-preview&limit=24", "/openai/assistants?api-version=2025-04-01-preview&limit=24"},
		"/v1/containers":               {"/openai/v1/containers?limit=24", "/openai/v1/containers?limit=24"},
		"/v1/videos":                   {"/openai/v1/videos?limit=24", "/openai/v1/videos?limit=24"},
		"/v1/evals":                    {"/openai/evals?api-version=2025-04-01-preview&limit=24", "/openai/v1/evals?limit=24"},
		"/v1/batches":                  {"/openai/batches?api-version=2024-10-21&limit=24", "/openai/v1/batches?limit=24"},
		"/v1/files":                    {"/openai/files?api-version=2024-10-21&limit=10000", "/openai/v1/files?limit=10000"},
	} {
		if p, err := l.ask(path); err != nil || p.Status != http.StatusOK || asked != want {
			t.Errorf("%s: asked %v, want %v (%v)", path, asked, want, err)
		}
	}
}

func TestTheWayOfAListIsThatOfItsCollection(t *testing.T) {
	for _, tt := range []struct {
		path      string
		ascending bool
	}{
		{"/v1/files", false},
		{"/v1/files?order=asc", true},
		{"/v1/files?order=desc", false},
		{"/v1/evals", true},
		{"/v1/evals?order=desc", false},
		{"/v1/evals?order_by=created_at", true},
		{"/v1/batches?order=asc", false},
		{"/v1/fine_tuning/jobs?order=asc", false},
		{"/v1/batches?$orderby=created_at%20asc", true},
		{"/v1/batches?%24orderby=created_at+desc", false},
		{"/v1/batches?$orderby=created_at", true},
	} {
		r, err := azure.ParseRoute(http.MethodGet, tt.path)
		if err != nil {
			t.Fatal(err)
		}
		l, err := newListing(&r)
		if err != nil || l.ascending != tt.ascending {
			t.Errorf("%s: ascending %t, %v", tt.path, !tt.ascending, err)
		}
		// Who has no order is not asked for one.
		if has := strings.Contains(l.route.Query, "order=") && (r.Op == azure.OpBatches || r.Op == azure.OpFineTuning); has {
			t.Errorf("%s: %s goes along", tt.path, l.route.Query)
		}
	}
}

func TestQueriesThatCannotBeServedAreRefusedByName(t *testing.T) {
	for path, param := range map[string]string{
		"/v1/files?limit=0": "limit", "/v1/files?limit=10001": "limit", "/v1/batches?limit=101": "limit", "/v1/batches?limit=ten": "limit",
		"/v1/evals?order_by=updated_at": "order_by", "/v1/batches?$orderby=status%20asc": "$orderby",
		"/v1/files?after=file-1&before=file-2": "before",
	} {
		r, err := azure.ParseRoute(http.MethodGet, path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newListing(&r); err == nil || err.Status != http.StatusBadRequest || err.Param != param {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAPageEndsWhereAnotherCanGoOn(t *testing.T) {
	// Of each item its resource, its place, and ! when it cannot tell that place.
	for _, tt := range []struct {
		name  string
		items string
		limit int
		more  string // resources that have more
		want  int
	}{
		{"at the limit", "a1 b2 a3 b4", 2, "ab", 2},
		{"before what cannot tell its place", "a1 b2 a2! b2! b4", 4, "ab", 2},
		{"behind the next that can, when none before it can", "a2! a2! b3 a3", 2, "a", 3},
		{"but not where something may be missing", "a2! a2! b3! a4", 2, "b", 2},
		{"nor for ever", "a2! a2! a2!", 1, "a", 1},
	} {
		l := &listing{feeds: []*feed{{index: 0}, {index: 1}}}
		var items []item
		for n, text := range strings.Fields(tt.items) {
			i := item{id: fmt.Sprint(n), feed: int(text[0] - 'a'), key: int64(text[1] - '0')}
			if i.created = -i.key; strings.HasSuffix(text, "!") {
				i.created++
			}
			items = append(items, i)
			f := l.feeds[i.feed]
			f.items = append(f.items, i)
			f.more = strings.Contains(tt.more, text[:1])
		}
		if got := l.cut(items, tt.limit); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestAResourceThatFailsIsLeftOutAndTold(t *testing.T) {
	l := newLibrary(t, 3)
	l.shelves[0].put(thing{"file-a1", 100})
	l.shelves[1].fails, l.shelves[1].text = http.StatusInternalServerError, `{"error":{"message":"boom at secret-key"}}`
	l.places[1].Credential = key("secret-key")
	l.shelves[2].fails, l.shelves[2].text = http.StatusNotFound, `{"error":{"code":"404","message":"Resource not found"}}`
	p, err := l.ask("/v1/files")
	if err != nil || p.Status != http.StatusOK || strings.Count(string(p.Body), `"id"`) != 1 {
		t.Fatalf("%+v %v", p, err)
	}
	// The third has no files at all: nothing is lacking of it.
	if len(p.Lacking) != 1 || p.Lacking[0].Resource != l.shelves[1].url || p.Lacking[0].Err.Error() != "500 boom at ***" {
		t.Errorf("%v", p.Lacking)
	}
}

func TestWhenAllFailTheClientGetsWhatAzureSaid(t *testing.T) {
	const missing = `{"error":{"code":"404","message":"Resource not found"}}`
	for _, tt := range []struct {
		name         string
		first, other int
		text         string // of the other
		status       int
		code         string // of azproc's own error
	}{
		{"none knows the collection", 404, 404, missing, 404, ""},
		{"one has more to say than that", 404, 429, `{"error":{"message":"slow down"}}`, 429, ""},
		{"a page of HTML", 404, 502, "<html>Bad Gateway</html>", 502, "bad_gateway"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLibrary(t, 2)
			l.shelves[0].fails, l.shelves[0].text = tt.first, missing
			l.shelves[1].fails, l.shelves[1].text = tt.other, tt.text
			p, err := l.ask("/v1/files")
			switch {
			case tt.code != "":
				if err == nil || err.Status != tt.status || err.Code != tt.code {
					t.Errorf("%+v %v", p, err)
				}
			case err != nil || p.Status != tt.status || string(p.Body) != tt.text || p.Header[0] != (azure.Header{Name: "retry-after", Value: "7"}):
				t.Errorf("%+v %v", p, err)
			}
		})
	}
}

func TestResourcesThatDoNotAnswerAreNamedToNobody(t *testing.T) {
	s := serve(t, false, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	l := &library{t: t, client: newClient(t, ""), places: places(t, []key{"k"}, entry("azure/gpt-4o", s.URL, "", ""))}
	l.client.timeout = 50 * time.Millisecond
	if _, err := l.ask("/v1/files"); err == nil || err.Status != http.StatusGatewayTimeout || strings.Contains(err.Message, "127.0.0.1") {
		t.Errorf("%v", err)
	}
	s.Close()
	if _, err := l.ask("/v1/files"); err == nil || err.Status != http.StatusServiceUnavailable || strings.Contains(err.Message, "127.0.0.1") {
		t.Errorf("%v", err)
	}
}

func TestAPageCannotBeginBehindWhatNobodyHas(t *testing.T) {
	l := newLibrary(t, 2)
	l.shelves[0].put(thing{"file-a1", 100})
	there := l.places[0].Resource.Tagged("file-a1")
	gone := l.places[1].Resource.Tagged("file-gone")
	for _, tt := range []struct{ name, query, want string }{
		{"an id without a tag", "after=file-a1", "not_found"},
		{"an id of a resource that is not configured", "after=" + tags.Resource("https://elsewhere").Tagged("file-a1"), "resource_not_configured"},
		{"a deleted item", "after=" + gone, "404"},
		{"a deleted item, backwards", "before=" + gone, "not_found"},
	} {
		p, err := l.ask("/v1/files?" + tt.query)
		switch {
		case tt.want == "404":
			if err != nil || p.Status != http.StatusNotFound || !strings.Contains(string(p.Body), "No such File object: file-gone") {
				t.Errorf("%s: %+v %v", tt.name, p, err)
			}
		case err == nil || err.Status != http.StatusNotFound || err.Code != tt.want:
			t.Errorf("%s: %+v %v", tt.name, p, err)
		}
	}
	// The rest of the list is nothing without the resource that it goes on in.
	l.shelves[0].fails, l.shelves[0].text = http.StatusInternalServerError, `{"error":{"message":"boom"}}`
	for _, query := range []string{"after=", "before="} {
		if p, err := l.ask("/v1/files?" + query + there); err != nil || p.Status != http.StatusInternalServerError {
			t.Errorf("%s: %+v %v", query, p, err)
		}
	}
	l.shelves[0].lists = true // and tells of the item alone
	if p, err := l.ask("/v1/files?after=" + there); err != nil || p.Status != http.StatusInternalServerError {
		t.Errorf("%+v %v", p, err)
	}
}

func TestASearchThroughOtherResourcesEnds(t *testing.T) {
	l := newLibrary(t, 2)
	for n := range maxPages*1000 + 1 {
		l.shelves[1].put(thing{fmt.Sprintf("file-b%d", n), int64(10_000 + n)})
	}
	l.shelves[0].put(thing{"file-a1", 10_000})
	old := l.places[0].Resource.Tagged("file-a1")
	for _, query := range []string{"after=", "before="} {
		l.shelves[1].listed = 0
		p, err := l.ask("/v1/files?limit=2&" + query + old)
		if err == nil || err.Status != http.StatusBadRequest || err.Code != "list_too_deep" || l.shelves[1].listed != maxPages {
			t.Errorf("%s: %+v %v after %d pages", query, p, err, l.shelves[1].listed)
		}
	}
	// One page less is found.
	l.shelves[1].things = l.shelves[1].things[1001:]
	l.shelves[1].put(thing{"file-b-last", 40_000})
	if page := l.sheet("limit=2&after=" + old); len(page.Data) != 0 || page.More {
		t.Errorf("%+v", page)
	}
}

func TestResourcesThatDoNotPageAreListedInOrder(t *testing.T) {
	l := newLibrary(t, 2)
	for n := range 9 {
		l.shelves[0].put(thing{fmt.Sprintf("file-a%d", n), int64(100 + 10*n)})
		l.shelves[1].put(thing{fmt.Sprintf("file-b%d", n), int64(105 + 10*n)})
	}
	l.shelves[0].whole = true
	want := l.order(false)
	if got := l.walk("limit=4", func() {}); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("\n got %s\nwant %s", strings.Join(got, " "), strings.Join(want, " "))
	}
}

func TestAResourceThatAlwaysBeginsAgainEnds(t *testing.T) {
	l := newLibrary(t, 1)
	l.shelves[0].put(thing{"file-a1", 100}, thing{"file-a2", 200})
	l.shelves[0].deaf = true
	if page := l.sheet("limit=5"); len(page.Data) != 2 || page.More || l.shelves[0].listed != 2 {
		t.Errorf("%+v after %d pages", page, l.shelves[0].listed)
	}
}

func TestAResourceWhosePagesGoTheOtherWayIsLeftOut(t *testing.T) {
	l := newLibrary(t, 2)
	l.shelves[0].put(thing{"file-a1", 1000})
	for n := range 12 {
		l.shelves[1].put(thing{fmt.Sprintf("file-b%d", n), int64(100 * (12 - n))}) // its newest first is the oldest
	}
	p, err := l.ask("/v1/files?limit=4")
	if err != nil || len(p.Lacking) != 1 || p.Lacking[0].Err != errReversed || strings.Count(string(p.Body), `"id"`) != 1 {
		t.Errorf("%+v %v", p, err)
	}
	// While it has one page, there is an order.
	page := l.sheet("limit=20")
	if len(page.Data) != 13 || page.Data[0].Created != 1200 || page.Data[12].Created != 100 {
		t.Errorf("%+v", page)
	}
}

func TestAnswersThatAreNoListAreAFailure(t *testing.T) {
	l := newLibrary(t, 2)
	l.shelves[0].put(thing{"file-a1", 1})
	for _, text := range []string{``, `[]`, `{}`, `{"data":null}`, `{"data":[{}]}`, `{"data":[{"created_at":1}]}`, `{"data":[1]}`, `{"data":[{"id":"file-1"}]}`, `{"data":[{"id":"file-1","created_at":"soon"}]}`} {
		l.shelves[1].fails, l.shelves[1].text = http.StatusOK, text
		p, err := l.ask("/v1/files")
		if err != nil || len(p.Lacking) != 1 || strings.Count(string(p.Body), `"id"`) != 1 {
			t.Errorf("%s: %+v %v", text, p, err)
		}
	}
	// The first api-versions wrote dates.
	l.shelves[1].text = `{"data":[{"id":"file-1","created_at":"1970-01-01T00:00:09Z"}]}`
	if p, err := l.ask("/v1/files"); err != nil || len(p.Lacking) != 0 || strings.Index(string(p.Body), "file-1") > strings.Index(string(p.Body), "file-a1") {
		t.Errorf("%+v %v", p, err)
	}
}

func TestAnItemOfAPageCostsLittleMoreMemoryThanItsTag(t *testing.T) {
	all := places(t, []key{"k"}, entry("azure/a", "https://a.openai.azure.com", "", ""), entry("azure/b", "https://b.openai.azure.com", "", ""))
	l := &listing{}
	for i := range all {
		l.feeds = append(l.feeds, &feed{place: &all[i], index: i})
	}
	allocs := func(n int) float64 {
		items := make([]item, n)
		for i := range items {
			items[i] = item{raw: []byte(`{"id":"file-0123456789","object":"file"}`), id: "file-0123456789", feed: i % 2}
		}
		return testing.AllocsPerRun(10, func() {
			if _, err := l.body(items, true); err != nil {
				t.Fatal(err)
			}
		})
	}
	id, tagged := []byte("file-0123456789"), make([]byte, 0, 64)
	tag := testing.AllocsPerRun(10, func() { tagged = all[0].Resource.AppendTag(tagged[:0], id) })
	// The page itself may have to grow for the tags, and under the race detector pools forget at random.
	if few, many := allocs(2), allocs(1000); many > few+1000*(tag+3) {
		t.Errorf("%v allocations for 2 items, %v for 1000", few, many)
	}
}
