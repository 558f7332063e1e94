package normal

import (
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
)

// Translator is for chat completions at Azure's own models.
type Translator struct{}

// Request leaves the request as it is.
func (Translator) Request(ask *translate.Ask) (translate.Sent, *azure.Error) {
	usage := gjson.GetBytes(ask.Body, "stream_options.include_usage").Type == gjson.True
	return translate.Sent{Body: ask.Body, Answer: &answer{usage: usage}}, nil
}
