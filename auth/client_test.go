package auth

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/azproc/azproc/config"
)

// named makes a key that is shown as the texts.
func named(name string, texts ...string) config.Key {
	k := config.Key{Name: name}
	for _, text := range texts {
		k.Digests = append(k.Digests, sha256.Sum256([]byte(text)))
	}
	return k
}

func TestClientsAreLetInByOneRightKeyInAnyOfTheThreeHeaders(t *testing.T) {
	c := NewClients(&config.Snapshot{MasterKey: "sk-right"}, nil)
	for _, tt := range []struct {
		name                         string
		authorization, apiKey, xName string
		want                         error
	}{
		{"bearer", "Bearer sk-right", "", "", nil},
		{"bearer in lower case", "bearer sk-right", "", "", nil},
		{"api-key", "", "sk-right", "", nil},
		{"x-api-key", "", "", "sk-right", nil},
		{"one right among wrong ones", "Bearer sk-wrong", "sk-right", "no", nil},
		{"none", "", "", "", ErrNoKey},
		{"another scheme", "Basic sk-right", "", "", ErrNoKey},
		{"a bearer without a key", "Bearer ", "", "", ErrNoKey},
		{"wrong", "Bearer sk-wrong", "", "", ErrWrongKey},
		{"the beginning of the right one", "", "sk-righ", "", ErrWrongKey},
		{"the right one and more", "", "sk-right1", "", ErrWrongKey},
		{"much more than any key", "", strings.Repeat("sk-right", 1000), "", ErrWrongKey},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := c.Check(tt.authorization, tt.apiKey, tt.xName); !errors.Is(err, tt.want) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestAClientIsTheKeyThatItShows(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	old, soon := named("old", "sk-old"), named("soon", "sk-soon")
	old.Expires, soon.Expires = now, now.Add(time.Second)
	long := strings.Repeat("long", 100)
	s := &config.Snapshot{MasterKey: "sk-master", Keyed: true, Keys: []config.Key{named("a", "sk-a", "sk-a2"), named("long", long), old, soon}}
	c := NewClients(s, func() time.Time { return now })
	for _, tt := range []struct {
		name                       string
		authorization, apiKey, xes string
		want                       string
		err                        error
	}{
		{"the master key", "Bearer sk-master", "", "", "master", nil},
		{"a client's key", "", "sk-a", "", "a", nil},
		{"the same key's other text", "", "", "sk-a2", "a", nil},
		{"a long key", "", long, "", "long", nil},
		{"of two keys the first header's", "Bearer sk-a", "sk-master", "", "a", nil},
		{"a wrong one before a right one", "Bearer sk-x", "sk-soon", "", "soon", nil},
		{"a key that has expired at this moment", "", "sk-old", "", "", ErrExpiredKey},
		{"an expired one before a good one", "Bearer sk-old", "sk-soon", "", "soon", nil},
		{"an expired one before a wrong one", "Bearer sk-old", "sk-x", "", "", ErrExpiredKey},
		{"a key's name", "", "a", "", "", ErrWrongKey},
		{"a digest", "", string(s.Keys[0].Digests[0][:]), "", "", ErrWrongKey},
		{"nothing", "", "", "", "", ErrNoKey},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, err := c.Find(tt.authorization, tt.apiKey, tt.xes)
			if !errors.Is(err, tt.err) || (k == nil) != (err != nil) || k != nil && k.Name != tt.want {
				t.Errorf("%+v %v", k, err)
			}
		})
	}
}

func TestAKeyIsGivenAsItIsConfigured(t *testing.T) {
	k := named("a", "sk-a")
	k.RPM, k.Models = 7, []string{"m"}
	s := &config.Snapshot{Keyed: true, Keys: []config.Key{k}}
	if got, err := NewClients(s, nil).Find("", "sk-a", ""); err != nil || got != &s.Keys[0] {
		t.Errorf("%+v %v", got, err)
	}
}

func TestWithoutAMasterKeyOnlyKeysMayCall(t *testing.T) {
	for _, s := range []*config.Snapshot{{Keyed: true}, {Keyed: true, Keys: []config.Key{named("a", "sk-a")}}} {
		c := NewClients(s, nil)
		for shown, want := range map[string]error{"": ErrNoKey, "sk-x": ErrWrongKey} {
			if k, err := c.Find("", shown, ""); k != nil || !errors.Is(err, want) {
				t.Errorf("%q with %d keys: %+v %v", shown, len(s.Keys), k, err)
			}
		}
	}
}

func TestWithoutAnyKeyEverybodyIsLetIn(t *testing.T) {
	for _, shown := range []string{"", "sk-any"} {
		k, err := NewClients(&config.Snapshot{}, nil).Find("", shown, "")
		if err != nil || k.Name != "" || k.Limited() || !k.Allows("anything") {
			t.Errorf("%q: %+v %v", shown, k, err)
		}
	}
}

func TestFindingAKeyCostsNoMemory(t *testing.T) {
	c := NewClients(&config.Snapshot{MasterKey: "sk-master", Keyed: true, Keys: []config.Key{named("a", "sk-"+strings.Repeat("a", 43))}}, nil)
	shown := "Bearer sk-" + strings.Repeat("a", 43)
	if n := testing.AllocsPerRun(100, func() { _, _ = c.Find(shown, "", "") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFind(b *testing.B) {
	s := &config.Snapshot{MasterKey: "sk-master", Keyed: true}
	for range 1000 {
		s.Keys = append(s.Keys, named("a", "sk-"+strings.Repeat("a", len(s.Keys)%200)))
	}
	c := NewClients(s, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Find("Bearer sk-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "", ""); err != nil {
			b.Fatal(err)
		}
	}
}
