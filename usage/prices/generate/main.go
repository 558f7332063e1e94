// Command generate writes the price table that is embedded into azproc, from a
// file in the format of LiteLLM's model_prices_and_context_window.json:
//
//	go run ./usage/prices/generate -source "LiteLLM 1.106.2 (MIT)" -date 2026-10-21 FILE > usage/prices/azure.json
//
// Only Azure's entries are kept, and of them only prices, limits and the mode.
// Entries without any price above zero are left out: they would make what
// nobody has priced look free.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/usage/prices"
)

func main() {
	source := flag.String("source", "", "what FILE is, for people")
	date := flag.String("date", "", "the day of FILE, YYYY-MM-DD")
	flag.Parse()
	data, err := os.ReadFile(flag.Arg(0))
	if err == nil {
		err = write(os.Stdout, *source, *date, data)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// write writes the table: an entry on each line, sorted, so that a change of
// prices is a readable difference.
func write(w io.Writer, source, date string, data []byte) error {
	if _, problems, err := prices.Parse(data); err != nil {
		return fmt.Errorf("the price file: %w", err)
	} else if len(problems) > 0 {
		fmt.Fprintln(os.Stderr, "generate: left out:", problems)
	}
	var lines []string
	gjson.ParseBytes(data).ForEach(func(key, entry gjson.Result) bool {
		if line, ok := trim(key.Str, entry); ok {
			lines = append(lines, strconv.Quote(key.Str)+":"+line)
		}
		return true
	})
	slices.Sort(lines)
	_, err := fmt.Fprintf(w, "{\"source\": %q,\n\"date\": %q,\n\"prices\": {\n%s\n}}\n", source, date, strings.Join(lines, ",\n"))
	return err
}

// trim keeps of an entry what costs are made of, and its provider where the name
// does not begin with it.
func trim(name string, entry gjson.Result) (string, bool) {
	provider := entry.Get("litellm_provider").Str
	if !slices.Contains([]string{"azure", "azure_ai", "azure_text"}, provider) {
		return "", false
	}
	kept := []string{"mode", "max_input_tokens", "max_output_tokens"}
	if !strings.HasPrefix(name, provider+"/") {
		kept = append(kept, "litellm_provider")
	}
	var fields []string
	paid := false
	entry.ForEach(func(key, v gjson.Result) bool {
		price := prices.IsPrice(key.Str)
		if price || slices.Contains(kept, key.Str) {
			fields = append(fields, strconv.Quote(key.Str)+":"+strings.Join(strings.Fields(v.Raw), ""))
			paid = paid || price && (v.Num > 0 || v.IsObject())
		}
		return true
	})
	return "{" + strings.Join(fields, ",") + "}", paid
}
