package extproc

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/quota"
	"github.com/azproc/azproc/routing"
)

// desk is a Quota that keeps what it is asked and told.
type desk struct {
	*quota.Books
	asks    []quota.Ask
	settled []quota.Hold
	given   []string
	inHand  int
}

func (d *desk) Reserve(ctx context.Context, ask *quota.Ask) (quota.Grant, *azure.Error) {
	d.asks = append(d.asks, *ask)
	return d.Books.Reserve(ctx, ask)
}

func (d *desk) Settle(h quota.Hold, tokens, cost int64) {
	d.settled = append(d.settled, h)
	d.Books.Settle(h, tokens, cost)
}

func (d *desk) Begin(request string) { d.inHand++; d.Books.Begin(request) }
func (d *desk) End(request string)   { d.inHand--; d.Books.End(request) }

func (d *desk) Give(request string, h quota.Hold) {
	d.given = append(d.given, request)
	d.Books.Give(request, h)
}

// tariff prices every byte of text and every image, and keeps what it was asked.
type tariff struct {
	asked []azure.Extent
	on    azure.Terms // of the last
}

func (p *tariff) Most(_ string, x *azure.Extent, on azure.Terms) (microdollars, images int64) {
	p.asked, p.on = append(p.asked, *x), on
	return x.Text + 1000*x.Images, 100 * x.Images
}

type unheard struct{}

func (unheard) StoreFailed(error) {}

// oneKey finds the same key for everyone.
type oneKey struct{ key *quota.Key }

func (k oneKey) Find(string, string, string) (*quota.Key, error) { return k.key, nil }

// charging is a server for the owner of one key.
func charging(t *testing.T, k *quota.Key) (*Server, *desk, *tariff) {
	t.Helper()
	snap, report := config.Parse("test.yaml", []byte(testFile), config.Options{Getenv: func(string) (string, bool) { return "", false }})
	if snap == nil {
		t.Fatal(report.Diagnostics)
	}
	d, p := &desk{Books: quota.NewBooks(unheard{}, func() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) })}, new(tariff)
	s := New(Options{Log: slog.New(slog.DiscardHandler), Observer: &observed{}, SpoolDir: t.TempDir(), Quota: d, Prices: p})
	s.Use(routing.New(snap, func(config.Credential) routing.Credential { return credential{} }, routing.NewFleet(fleetObserver{}, nil), nil), oneKey{k})
	return s, d, p
}

var everyLimit = quota.Key{Name: "k", RPM: 100, TPM: 100_000, Budget: 1_000_000, Period: config.Period{Length: time.Hour}}

func chatHead(id string) proto.Message {
	return headersRequest(false, ":method", "POST", ":path", "/v1/chat/completions", "content-type", "application/json", "x-request-id", id)
}

func TestARequestReservesTheMostThatItMayCost(t *testing.T) {
	image := strings.Repeat("A", 4000)
	for _, tt := range []struct {
		name   string
		key    quota.Key
		body   string
		tokens int64
		cost   int64 // -1 is the bytes of the text
	}{
		{"text", everyLimit, `{"model":"chat","max_tokens":10,"messages":[{"content":"hi"}]}`, 16 + 10, -1},
		{"a link to an image", everyLimit, `{"model":"chat","max_tokens":10,"messages":[{"content":[{"type":"image_url","image_url":{"url":"https://x"}}]}]}`, 28 + 10 + 100 - 2, 112 - 11 + 1000},
		{"an image in it is not its base64", everyLimit, `{"model":"chat","max_tokens":10,"messages":[{"content":[{"type":"image_url","image_url":{"url":"` + image + `"}}]}]}`, 26 + 10 + 100, 103 - 2 + 1000},
		{"no budget", quota.Key{Name: "k", TPM: 100_000}, `{"model":"chat","max_tokens":10,"messages":[{"content":"hi"}]}`, 16 + 10, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, d, _ := charging(t, &tt.key)
			if _, err := play(t, s, chatHead("r"), bodyRequest([]byte(tt.body), true)); err != nil {
				t.Fatal(err)
			}
			if tt.cost < 0 {
				tt.cost = int64(len(tt.body))
			}
			if len(d.asks) != 1 || d.asks[0].Requests != 1 || d.asks[0].Tokens != tt.tokens || d.asks[0].Cost != tt.cost {
				t.Errorf("asked for %+v, want %d tokens, %d micro-dollars", d.asks, tt.tokens, tt.cost)
			}
		})
	}
}

func TestAFormAndWhatPassesThroughReserveToo(t *testing.T) {
	s, d, p := charging(t, &everyLimit)
	form := "--b\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nchat\r\n--b--\r\n"
	if _, err := play(t, s, headersRequest(false, ":method", "POST", ":path", "/v1/audio/transcriptions", "content-type", "multipart/form-data; boundary=b", "content-length", "7500"), bodyRequest([]byte(form), true)); err != nil {
		t.Fatal(err)
	}
	if len(p.asked) != 1 || p.asked[0] != azure.FormExtent(azure.OpTranscriptions, 7500) {
		t.Errorf("%+v", p.asked)
	}
	if _, err := play(t, s, headersRequest(false, ":method", "POST", ":path", "/azure/openai/v1/responses", "content-type", "application/json"), bodyRequest([]byte(`{"model":"chat","previous_response_id":"r"}`), true)); err != nil {
		t.Fatal(err)
	}
	if len(p.asked) != 2 || !p.asked[1].Unseen {
		t.Errorf("%+v", p.asked)
	}
	if len(d.asks) != 2 {
		t.Errorf("%+v", d.asks)
	}
}

// TestWhatIsReservedIsEnvoysOrGivenBack at whatever moment a request ends.
func TestWhatIsReservedIsEnvoysOrGivenBack(t *testing.T) {
	body := bodyRequest([]byte(`{"model":"chat"}`), true)
	for _, tt := range []struct {
		name           string
		send           []proto.Message
		takes          int // answers that Envoy takes
		given, settled int
	}{
		{"it goes upstream", []proto.Message{chatHead("r"), body}, 9, 1, 0},
		{"Envoy is gone before the answer", []proto.Message{chatHead("r"), body}, 1, 1, 1},
		{"the client leaves before its body", []proto.Message{chatHead("r")}, 9, 0, 0},
		{"it is refused after that", []proto.Message{chatHead("r"), bodyRequest([]byte(`{"model":"nobody"}`), true)}, 9, 0, 1},
		{"it is no JSON", []proto.Message{chatHead("r"), bodyRequest([]byte(`{`), true)}, 9, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, d, _ := charging(t, &everyLimit)
			_ = s.serve(&deaf{&script{t: t, ctx: t.Context(), send: tt.send}, tt.takes})
			if len(d.given) != tt.given || len(d.settled) != tt.settled || d.inHand != 0 {
				t.Errorf("%d given, %d settled, %d in hand", len(d.given), len(d.settled), d.inHand)
			}
			want := int64(0)
			if tt.given > tt.settled {
				want = d.asks[0].Cost
			}
			if v := d.View(t.Context(), &everyLimit); v.Held != want {
				t.Errorf("%d held, want %d", v.Held, want)
			}
		})
	}
}

func TestWhatAPanicLeavesReservedIsGivenBack(t *testing.T) {
	s, d, _ := charging(t, &everyLimit)
	w := &script{t: t, ctx: t.Context(), send: []proto.Message{chatHead("r"), bodyRequest([]byte(`{"model":"chat"}`), true)}}
	if err := s.serve(&falling{w, 1}); err == nil {
		t.Error("no error")
	}
	if v := d.View(t.Context(), &everyLimit); v.Held != 0 || d.inHand != 0 {
		t.Errorf("%d held, %d in hand", v.Held, d.inHand)
	}
}

// falling is an Envoy at which this process falls over.
type falling struct {
	*script
	takes int
}

func (f *falling) SendMsg(v any) error {
	if f.takes--; f.takes < 0 {
		panic("here")
	}
	return f.script.SendMsg(v)
}

func TestAHoldThatEnvoyDidNotTakeIsFoundByTheRequest(t *testing.T) {
	s, d, _ := charging(t, &everyLimit)
	began := time.Date(2026, 11, 25, 11, 59, 59, 0, time.UTC)
	if _, err := play(t, s, chatHead("r"), bodyRequest([]byte(`{"model":"chat"}`), true)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.given, []string{"r"}) || d.View(t.Context(), &everyLimit).Held == 0 {
		t.Fatalf("%v", d.given)
	}
	if d.Untold("another", began); d.View(t.Context(), &everyLimit).Held == 0 {
		t.Error("another request's end gives it back")
	}
	if d.Untold("r", began); d.View(t.Context(), &everyLimit).Held != 0 {
		t.Errorf("%+v", d.View(t.Context(), &everyLimit))
	}
}

func TestOnlyARequestOfAKeyWithLimitsPerMinuteIsMarked(t *testing.T) {
	for want, key := range map[string]quota.Key{
		"":                                    {Name: "k", Budget: 1_000_000, Period: config.Period{Length: time.Hour}},
		"requests 5 4 60 ":                    {Name: "k", RPM: 5},
		"requests 5 4 60 tokens 1000 736 60 ": {Name: "k", RPM: 5, TPM: 1000},
	} {
		s, _, _ := charging(t, &key)
		answers, err := play(t, s, chatHead("r"), bodyRequest([]byte(`{"model":"chat","messages":[]}`), true))
		if err != nil || len(answers) != 2 {
			t.Fatal(err)
		}
		told := answers[1].GetDynamicMetadata().GetFields()[Namespace].GetStructValue().GetFields()[fieldLimits].GetStringValue()
		marked := false
		for _, h := range answers[1].GetRequestBody().GetResponse().GetHeaderMutation().GetSetHeaders() {
			marked = marked || h.GetHeader().GetKey() == limitsHeader
		}
		if told != want || marked != (want != "") {
			t.Errorf("%q, want %q; marked %t", told, want, marked)
		}
	}
}

func TestWhatARequestMayCostDependsOnItsTerms(t *testing.T) {
	s, _, p := charging(t, &everyLimit)
	if _, err := play(t, s, chatHead("r"), bodyRequest([]byte(`{"model":"chat","service_tier":"priority"}`), true)); err != nil {
		t.Fatal(err)
	}
	if p.on != (azure.Terms{Tier: "priority"}) {
		t.Errorf("%+v", p.on)
	}
	if _, err := play(t, s, headersRequest(false, ":method", "POST", ":path", "/v1/images/generations", "content-type", "application/json"), bodyRequest([]byte(`{"model":"chat","prompt":"x","n":2,"size":"1024x1024"}`), true)); err != nil {
		t.Fatal(err)
	}
	if p.on != (azure.Terms{Images: 2, Width: 1024, Height: 1024}) {
		t.Errorf("%+v", p.on)
	}
}
