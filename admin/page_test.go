package admin

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// evil is what a client may call a model.
const evil = `<script>alert(1)</script>"><img src=x onerror=alert(1)>`

// fixedView is a page's view that stays as it is.
type fixedView struct {
	fixedState
	usage         Usage
	failures      []Failure
	configuration Configuration

	by  By   // that was asked for
	day bool // and whether a day was
}

func (v *fixedView) Usage(by By, day bool, _ time.Time) Usage {
	v.by, v.day = by, day
	return v.usage
}
func (v *fixedView) Failures() []Failure          { return v.failures }
func (v *fixedView) Configuration() Configuration { return v.configuration }

// fullView has one of everything, under hostile names.
func fullView() *fixedView {
	return &fixedView{
		fixedState: fixedState{
			err: errors.New("why " + evil),
			deployments: []Deployment{
				{Name: evil, Model: evil, Credential: Credential{Ready: true}, Served: 3, Failed: 1, Latency: .25, Windows: Windows{Requests: Window{Limit: 10, Used: 4}}},
				{Name: "two", Credential: Credential{Name: evil, Error: evil}},
				{Name: "three", Credential: Credential{Ready: true}, Cooldown: &Cooldown{Fault: "throttled", Seconds: 12, Why: evil}},
			},
		},
		usage: Usage{Step: time.Minute, Series: []Series{
			{Name: evil, Points: []Point{{Requests: 1, Cost: 5_000_000}, {Requests: 3, Errors: 1, Input: 20, Output: 5, Unpriced: 2}}},
			{Points: []Point{{}, {Requests: 1}}},
			{Rest: true, Points: []Point{{}, {Requests: 1}}},
		}},
		failures: []Failure{{Request: evil, Model: evil, Deployment: evil, Key: evil, Error: evil, Status: 503}},
		configuration: Configuration{
			File: evil, Hash: evil,
			Deployments: []Configured{{Model: evil, Deployment: evil, URL: "javascript:alert(1)", Auth: "api-key", Family: "gpt-5", Language: "messages", BaseModel: evil, RPM: 10, Chats: true}},
			NotServed:   []NotServed{{evil, evil, evil}},
			Keys:        []Key{{Name: evil, Models: []string{evil}, Budget: evil, Expires: evil}},
			Settings:    []Setting{{evil, evil}},
		},
	}
}

func pageOf(t *testing.T, v View, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	Page(v, NewTry("http://127.0.0.1:1"), Handler(v, http.NotFoundHandler())).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestThePageShowsEverythingAsText(t *testing.T) {
	w := pageOf(t, fullView(), "/")
	text := w.Body.String()
	if w.Code != 200 || w.Header().Get("content-type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	if strings.Contains(text, "<script>alert") || strings.Contains(text, "<img") || strings.Contains(text, `href="javascript`) {
		t.Error("a name is not escaped")
	}
	const escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
	if n := strings.Count(text, escaped); n < 20 {
		t.Errorf("the hostile name is shown %d times", n)
	}
	for _, want := range []string{
		"not ready: why", "serving", "no credential", "cooling down", "throttled, until", "12.0 s left", "4 of 10", "25.0 %", "1 of 4", "250 ms",
		"(no model)", "(others)", "and 2 of unknown cost", "api-key", "gpt-5", "messages", "503",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the page", want)
		}
	}
}

// What the policy forbids would show in the browser's console.
func TestThePageHasNoScriptOrStyleInItsText(t *testing.T) {
	text := pageOf(t, fullView(), "/").Body.String()
	for _, bad := range []string{`<script[^>]*>[^<]`, `<style`, `\sstyle=`, `\son\w+="`, `https?://`, `src="/`, `href="/`} {
		if found := regexp.MustCompile(bad).FindString(text); found != "" {
			t.Errorf("the page has %s", found)
		}
	}
	for _, file := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(text, -1) {
		if file[1] == "metrics" {
			continue
		}
		if w := pageOf(t, &fixedView{}, "/"+file[1]); w.Code != 200 {
			t.Errorf("the page names %s: %d", file[1], w.Code)
		}
	}
}

func TestEveryAnswerHasTheHeadersThatKeepOthersOut(t *testing.T) {
	for _, path := range []string{"/", "/page-data", "/page.css", "/page.js", "/page.svg", "/deployments", "/none"} {
		h := pageOf(t, &fixedView{}, path).Header()
		if !strings.HasPrefix(h.Get("content-security-policy"), "default-src 'self'") || !strings.Contains(h.Get("content-security-policy"), "frame-ancestors 'none'") ||
			h.Get("x-content-type-options") != "nosniff" || h.Get("referrer-policy") != "no-referrer" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestThePartsOfThePageAreWhatThePageHas(t *testing.T) {
	v := fullView()
	whole := pageOf(t, v, "/").Body.String()
	var got map[string]string
	if err := json.Unmarshal(pageOf(t, v, "/page-data").Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		if !strings.Contains(whole, `<div id="`+part+`">`) {
			t.Errorf("the page has no place for %s", part)
		}
		if part != "state" && !strings.Contains(whole, got[part]) { // the state has the time
			t.Errorf("%s is another than the page's", part)
		}
	}
	if len(got) != len(parts) {
		t.Errorf("%d parts, want %d", len(got), len(parts))
	}
}

func TestTheReaderChoosesWhatThePlotsShow(t *testing.T) {
	for query, want := range map[string]fixedView{
		"":                 {by: ByModel},
		"?by=key":          {by: ByKey},
		"?by=nonsense":     {by: ByModel},
		"?by=key&span=day": {by: ByKey, day: true},
		"?span=hour":       {by: ByModel},
	} {
		for _, path := range []string{"/", "/page-data"} {
			v := &fixedView{}
			pageOf(t, v, path+query)
			if v.by != want.by || v.day != want.day {
				t.Errorf("%s%s asks by %s, day %v", path, query, v.by, v.day)
			}
		}
	}
}

func TestAChatIsOfferedForTheModelsThatChat(t *testing.T) {
	v := &fixedView{configuration: Configuration{Deployments: []Configured{
		{Model: "b", Chats: true}, {Model: "b", Chats: true}, {Model: "embed"}, {Model: "a", Chats: true},
	}}}
	text := pageOf(t, v, "/").Body.String()
	if !strings.Contains(text, `<select name="model" required><option>b</option><option>a</option></select>`) {
		t.Error("not b and a")
	}
	v.configuration.Deployments = append(v.configuration.Deployments, Configured{Model: "team/*", Chats: true})
	text = pageOf(t, v, "/").Body.String()
	if !strings.Contains(text, `<input name="model" list="models" required value="b">`) || strings.Contains(text, "team/*\"") {
		t.Error("a name of a wildcard cannot be typed")
	}
}
