package config

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheDocumentationListsEveryKey(t *testing.T) {
	const (
		file  = "../docs/configuration.md"
		begin = "<!-- keys: generated from config/known.go by make generate -->\n"
		end   = "<!-- end of keys -->\n"
	)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	listed, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the marks of the generated part are gone")
	}
	var keys strings.Builder
	keys.WriteByte('\n')
	writeKeys(&keys)
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+keys.String()+end+after), 0o644); err != nil { //nolint:gosec // documentation
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(keys.String(), listed); diff != "" {
		t.Errorf("run make generate: -want +got\n%s", diff)
	}
}

// What the documentation shows as a file is one that is served without a word.
func TestTheExamplesOfTheDocumentationAreServed(t *testing.T) {
	var blocks []string
	for _, file := range []string{"../docs/configuration.md", "../docs/keys.md"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := strings.Split(string(data), "```yaml\n")[1:]
		if len(found) == 0 {
			t.Fatalf("no examples in %s", file)
		}
		blocks = append(blocks, found...)
	}
	env := environment(map[string]string{"AZURE_API_KEY": "k", "BATCH_KEY": "b", "AZPROC_KEY": "mine", "AZURE_CLIENT_SECRET": "s", "OPENAI_API_KEY": "k"})
	for _, block := range blocks {
		text, _, _ := strings.Cut(block, "```")
		s, r := Parse("docs/configuration.md", []byte(text), Options{Getenv: env})
		if s == nil || len(s.Deployments) == 0 || len(r.Diagnostics) > 0 {
			t.Errorf("%s\n%v", text, r.Diagnostics)
		}
	}
}

// writeKeys writes the table of every known key, for docs/configuration.md.
func writeKeys(w io.Writer) {
	for _, s := range sections {
		title := "`" + s.name + "`"
		if strings.Contains(s.name, " ") {
			title = strings.ToUpper(s.name[:1]) + s.name[1:]
		}
		fmt.Fprintf(w, "### %s\n\n| key | what becomes of it |\n|---|---|\n", title)
		for _, k := range s.keys {
			fmt.Fprintf(w, "| `%s` | %s |\n", k.name, strings.ReplaceAll(fateInWords(k), "|", "\\|"))
		}
		switch s {
		case &litellmParams:
			fmt.Fprintf(w, "| `%s` | defaults of every request that does not set them |\n", strings.Join(requestParams, "`, `"))
			fmt.Fprintln(w, "| `cache_read_input_token_cost` and any other price of a price file | US dollars, in place of the list's; in `model_info` too |")
		case &keyEntry:
			fmt.Fprintln(w, "| any other, and those without effect or protection | the entry is refused: what is not understood may be a limit |")
		case &modelInfo:
			fmt.Fprintln(w, "| any other | kept for `/model/info` |")
		}
		fmt.Fprintln(w)
	}
}

// fateInWords is what becomes of a key.
func fateInWords(k known) string {
	switch k.fate {
	case later:
		return "accepted; not acted on yet"
	case ignored:
		return "not provided" + because(k.what)
	case protection:
		return "**does not protect**: " + k.what
	case moved:
		return "no effect here: write " + k.what
	case forwarded:
		return "left out (LiteLLM would send it to Azure): write " + k.what
	}
	return k.what
}
