package admin

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed page
var bundle embed.FS

// parts are what the page brings up to date: templates, and the elements that hold them.
var parts = []string{"state", "deployments", "usage", "failures", "configuration"}

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"count": countText, "cost": costText, "seconds": secondsText, "clock": clockText, "percent": percentText, "join": strings.Join,
}).ParseFS(bundle, "page/page.html"))

// policy lets the page load what this port serves and nothing else; no script or style
// stands in the text.
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Page serves the page for people, and everything else from rest:
//
//	/            the page: ?by=key tells use apart by key, ?span=day looks further back
//	/page-data   JSON of its changing parts, as HTML
//	/page.css    and so on: what it is made of
//	/try         POST: a chat through the gateway
func Page(view View, try *Try, rest http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", rest)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		var text bytes.Buffer
		if err := templates.ExecuteTemplate(&text, "page", look(view, r)); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("content-type", "text/html; charset=utf-8")
		_, _ = w.Write(text.Bytes()) // the reader left: nobody is there to be told
	})
	mux.HandleFunc("GET /page-data", func(w http.ResponseWriter, r *http.Request) {
		l := look(view, r)
		body := make(map[string]string, len(parts))
		for _, part := range parts {
			var text bytes.Buffer
			if err := templates.ExecuteTemplate(&text, part, l); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			body[part] = text.String()
		}
		w.Header().Set("content-type", "application/json")
		_ = json.NewEncoder(w).Encode(body)
	})
	for _, name := range []string{"page.css", "page.js", "page.svg"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, bundle, "page/"+name)
		})
	}
	mux.Handle("POST /try", try)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("content-security-policy", policy)
		h.Set("x-content-type-options", "nosniff")
		h.Set("x-frame-options", "DENY")
		h.Set("referrer-policy", "no-referrer")
		h.Set("cache-control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

// page is what the templates show.
type page struct {
	By            By
	Day           bool
	Now           time.Time
	NotReady      string // why nothing can serve
	Deployments   []Deployment
	Total         Point
	Plots         []plot
	Names         []named
	Failures      []Failure
	Configuration Configuration
	// Models are those that a chat can be tried with; Any says that there are more, by
	// names that the request chooses.
	Models []string
	Any    bool
}

// named is a row of the legend: a name with its sums.
type named struct {
	Name  string
	Color int
	Point
}

// look gathers what a request wants to see.
func look(view View, r *http.Request) *page {
	p := &page{By: ByModel, Now: time.Now(), Day: r.URL.Query().Get("span") == "day"}
	if By(r.URL.Query().Get("by")) == ByKey {
		p.By = ByKey
	}
	if err := view.Ready(); err != nil {
		p.NotReady = err.Error()
	}
	p.Deployments, p.Failures, p.Configuration = view.Deployments(), view.Failures(), view.Configuration()
	u := view.Usage(p.By, p.Day, p.Now)
	for _, m := range measures {
		p.Plots = append(p.Plots, m.draw(u, p.Now))
	}
	for i, s := range u.Series {
		n := named{Name: s.label(p.By), Color: colorOf(i, s)}
		for _, point := range s.Points {
			n.add(point)
		}
		p.Total.add(n.Point)
		p.Names = append(p.Names, n)
	}
	for _, d := range p.Configuration.Deployments {
		switch {
		case !d.Chats:
		case strings.Contains(d.Model, "*"):
			p.Any = true
		case !slices.Contains(p.Models, d.Model):
			p.Models = append(p.Models, d.Model)
		}
	}
	return p
}

func (p *Point) add(q Point) {
	p.Requests += q.Requests
	p.Errors += q.Errors
	p.Input += q.Input
	p.Output += q.Output
	p.Cost += q.Cost
	p.Unpriced += q.Unpriced
}

// label is a series' name for people.
func (s Series) label(by By) string {
	switch {
	case s.Rest:
		return "(others)"
	case s.Name == "":
		return "(no " + string(by) + ")"
	}
	return s.Name
}

// Span is how far back the page looks.
func (p *page) Span() string {
	if p.Day {
		return "24 hours"
	}
	return "60 minutes"
}

// Condition is a deployment's state in words.
func (d Deployment) Condition() string {
	switch {
	case !d.Credential.Ready:
		return "no credential"
	case d.Cooldown != nil:
		return "cooling down"
	}
	return "serving"
}

// Mark is the condition as the style sheet knows it.
func (d Deployment) Mark() string {
	switch {
	case !d.Credential.Ready:
		return "bad"
	case d.Cooldown != nil:
		return "resting"
	}
	return "good"
}

// Tries are all tries since the process began.
func (d Deployment) Tries() int64 { return d.Served + d.Failed }

// percentText is how many of all failed.
func percentText(failed, served int64) string {
	if failed+served == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(failed)/float64(failed+served))
}

// secondsText writes seconds so that they are short.
func secondsText(s float64) string {
	switch {
	case s <= 0:
		return "–"
	case s < 1:
		return strconv.Itoa(int(s*1000+0.5)) + " ms"
	case s < 90:
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	}
	return strconv.Itoa(int(s/60+0.5)) + " min"
}

// clockText is a time of the day in UTC.
func clockText(t time.Time) string { return t.UTC().Format("15:04:05") }
