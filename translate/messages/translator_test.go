package messages_test

import (
	"slices"
	"testing"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate"
	"github.com/azproc/azproc/translate/messages"
)

func TestTranslator(t *testing.T) { runCases(t, "translator.json") }

func TestPublishedRequests(t *testing.T) { runCases(t, "published.json") }

func TestTheVersionThatStillHasTemperatureIsAskedFor(t *testing.T) {
	sent, err := messages.Translator{}.Request(&translate.Ask{Body: []byte(plainAsk), Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []azure.Header{{Name: "anthropic-version", Value: "2023-06-01"}}; !slices.Equal(sent.Headers, want) {
		t.Errorf("%v", sent.Headers)
	}
}

func TestTheClientsBodyIsNotTouched(t *testing.T) {
	body := []byte(formAsk)
	if _, err := (messages.Translator{}).Request(&translate.Ask{Body: body, Model: "m", Base: "claude-opus-4-1"}); err != nil {
		t.Fatal(err)
	}
	if string(body) != formAsk {
		t.Errorf("%s", body)
	}
}
