package responses

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/translate"
)

var update = flag.Bool("update", false, "write what the translator makes into testdata; read it before you commit it")

// story is a file of testdata: it says where it is from and has a request of chat
// with what belongs to it.
type story struct {
	t    *testing.T
	path string
	ar   *txtar.Archive
}

// stories runs f for every file of a folder of testdata.
func stories(t *testing.T, folder string, f func(t *testing.T, s *story)) {
	t.Helper()
	paths, err := filepath.Glob("testdata/" + folder + "/*.txtar")
	if err != nil || len(paths) < 5 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			f(t, &story{t, path, ar})
		})
	}
}

func (s *story) get(name string) []byte {
	for _, f := range s.ar.Files {
		if f.Name == name {
			return f.Data
		}
	}
	if !*update {
		s.t.Fatalf("%s has no %s", s.path, name)
	}
	return nil
}

// want compares what was made with a part of the story.
func (s *story) want(name string, got []byte) {
	s.t.Helper()
	if diff := cmp.Diff(string(s.get(name)), string(got)); diff != "" {
		if *update {
			s.set(name, got)
			return
		}
		s.t.Errorf("%s (-want +got):\n%s", s.path, diff)
	}
}

func (s *story) set(name string, data []byte) {
	i := slices.IndexFunc(s.ar.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		i = len(s.ar.Files)
		s.ar.Files = append(s.ar.Files, txtar.File{Name: name})
	}
	s.ar.Files[i].Data = data
	if err := os.WriteFile(s.path, txtar.Format(s.ar), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// sent translates the story's request.
func (s *story) sent() translate.Sent {
	s.t.Helper()
	return sent(s.t, string(s.get("chat.json")))
}

// sent translates a request, which must be one that can be.
func sent(t testing.TB, chat string) translate.Sent {
	t.Helper()
	got, err := Translator{}.Request(ask(chat))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func ask(chat string) *translate.Ask {
	return &translate.Ask{Body: []byte(chat), Model: "gpt-5-codex", Base: "gpt-5-codex", Stream: gjson.Get(chat, "stream").Bool()}
}

// indented is JSON as people read it: with the members in the order in which they
// were written.
func indented(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		t.Fatalf("%v: %s", err, data)
	}
	b.WriteByte('\n')
	return b.Bytes()
}
