package fakeazure

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func (c *call) transcriptions() { c.transcribe("transcribe") }

func (c *call) translations() { c.transcribe("translate") }

// transcribe answers with what it heard: the file's name, size and hash.
func (c *call) transcribe(task string) {
	files, wrong := c.form.files("file")
	if wrong != nil {
		c.fail(wrong)
		return
	}
	text := fmt.Sprintf("You said: %s of %d bytes with hash %s", files[0].Filename, files[0].Size, files[0].SHA256[:12])
	gpt := strings.Contains(c.deployed.Model, "-transcribe")
	format := c.form.value("response_format")
	if gpt && format != "" && format != "json" && format != "text" {
		c.fail(invalid("response_format", "unsupported_value",
			"response_format '%s' is not compatible with model '%s'. Use 'json' or 'text' instead.", format, c.deployed.Model))
		return
	}
	if gpt && c.form.value("stream") == "true" { // whisper ignores it
		c.streamTranscript(text)
		return
	}
	switch format {
	case "", "json":
		whole := object{"text": text}
		if gpt {
			whole["usage"] = transcriptUsage(text)
		}
		c.json(http.StatusOK, whole)
	case "verbose_json":
		c.json(http.StatusOK, c.verboseTranscript(task, text))
	case "text":
		c.whole(http.StatusOK, "text/plain; charset=utf-8", []byte(text+"\n"))
	case "srt":
		c.whole(http.StatusOK, "text/plain; charset=utf-8", []byte("1\n00:00:00,000 --> 00:00:01,000\n"+text+"\n\n\n"))
	case "vtt":
		c.whole(http.StatusOK, "text/plain; charset=utf-8", []byte("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n"+text+"\n\n"))
	default:
		c.fail(invalid("response_format", "invalid_value",
			"Invalid value: '%s'. Supported values are: 'json', 'text', 'srt', 'verbose_json', and 'vtt'.", format))
	}
}

func (c *call) verboseTranscript(task, text string) object {
	whole := object{"task": task, "language": "english", "duration": 1.0, "text": text}
	wanted := c.form.values("timestamp_granularities")
	if len(wanted) == 0 || slices.Contains(wanted, "segment") {
		whole["segments"] = []object{{
			"id": 0, "seek": 0, "start": 0.0, "end": 1.0, "text": text, "tokens": []int{}, "temperature": 0.0,
			"avg_logprob": -0.25, "compression_ratio": 1.0, "no_speech_prob": 0.0,
		}}
	}
	if slices.Contains(wanted, "word") {
		words := []object{}
		all := strings.Fields(text)
		for i, word := range all {
			n := float64(len(all))
			words = append(words, object{"word": word, "start": float64(i) / n, "end": float64(i+1) / n})
		}
		whole["words"] = words
	}
	return whole
}

func (c *call) streamTranscript(text string) {
	a := c.events()
	for _, token := range tokenize(text) {
		a.data("", object{"type": "transcript.text.delta", "delta": token})
	}
	a.data("", object{"type": "transcript.text.done", "text": text, "usage": transcriptUsage(text)})
	a.end()
}

func transcriptUsage(text string) object {
	output := len(tokenize(text))
	return object{
		"type": "tokens", "input_tokens": 10, "output_tokens": output, "total_tokens": 10 + output,
		"input_token_details": object{"text_tokens": 0, "audio_tokens": 10},
	}
}
