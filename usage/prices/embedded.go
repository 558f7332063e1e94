package prices

import (
	_ "embed"
	"sync"

	"github.com/tidwall/gjson"
)

// azureJSON is Azure's part of LiteLLM's price file, written by the program in
// the folder generate.
//
//go:embed azure.json
var azureJSON []byte

// Embedded is the table of Azure's prices that is part of the binary.
var Embedded = sync.OnceValue(func() *Table {
	t, problems, err := Parse([]byte(gjson.GetBytes(azureJSON, "prices").Raw))
	if err != nil || len(problems) > 0 { // a test reads it
		return newTable(nil)
	}
	return t
})

// EmbeddedSource says what the embedded table was made from.
func EmbeddedSource() string { return gjson.GetBytes(azureJSON, "source").Str }

// EmbeddedDate is the day of what the embedded table was made from, YYYY-MM-DD.
func EmbeddedDate() string { return gjson.GetBytes(azureJSON, "date").Str }
