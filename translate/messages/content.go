package messages

import (
	"encoding/base64"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/translate/chat"
)

// part is an element of a content, read once: its value may be large. A content that
// is a string is a part of type text.
type part struct {
	raw, kind                          string
	text, refusal, image, file, source gjson.Result
	control                            string // its cache_control
	breakpoint                         gjson.Result
}

func readPart(v gjson.Result) (p part) {
	if v.Type == gjson.String {
		return part{kind: "text", text: v}
	}
	p.raw = v.Raw
	v.ForEach(func(k, v gjson.Result) bool {
		switch k.Str {
		case "type":
			p.kind = v.Str
		case "text":
			p.text = v
		case "refusal":
			p.refusal = v
		case "image_url":
			p.image = v
		case "file":
			p.file = v
		case "source":
			p.source = v
		case "cache_control":
			if v.IsObject() {
				p.control = v.Raw
			}
		case "prompt_cache_breakpoint":
			p.breakpoint = v
		}
		return true
	})
	return p
}

// eachPart calls f with the parts of a content.
func eachPart(param string, content gjson.Result, f func(param string, p part) *azure.Error) (err *azure.Error) {
	switch {
	case content.Type == gjson.Null:
		return nil
	case content.Type == gjson.String:
		return f(param, readPart(content))
	case !content.IsArray():
		return invalid("invalid_value", param, "%s must be a string or a list of parts.", param)
	}
	i := 0
	content.ForEach(func(_, v gjson.Result) bool {
		if v.Type != gjson.String && !v.IsObject() {
			err = invalid("invalid_value", path(param, i), "%s must be an object.", path(param, i))
		} else {
			err = f(path(param, i), readPart(v))
		}
		i++
		return err == nil
	})
	return err
}

// blank is whether a part is a text of nothing but white space.
func (p *part) blank() bool {
	return p.kind == "text" && p.text.Type == gjson.String && strings.TrimSpace(p.text.Str) == ""
}

// mark is a part's mark of the prompt's cache: Anthropic's own, or OpenAI's explicit
// breakpoint. Its lives of 30 minutes and more become Anthropic's hour.
func (p *part) mark() string {
	switch {
	case p.control != "" || !p.breakpoint.IsObject():
		return p.control
	case p.breakpoint.Get("ttl").Exists():
		return `{"type":"ephemeral","ttl":"1h"}`
	}
	return `{"type":"ephemeral"}`
}

// part appends a part of a content as a block.
func (t *turns) part(param string, p part) *azure.Error {
	var err *azure.Error
	switch {
	case p.kind == "text" && p.text.Type == gjson.String:
		t.text(p.text.Raw)
	case p.kind == "refusal" && p.refusal.Type == gjson.String:
		t.text(p.refusal.Raw)
	case p.kind == "image_url":
		err = t.image(param+".image_url", p.image)
	case p.kind == "file":
		err = t.file(param+".file", p.file)
	case p.kind == "image" || p.kind == "document" || p.kind == "search_result": // Anthropic's own
		if !p.source.Exists() {
			return invalid("invalid_value", param, "%s has no source.", param)
		}
		t.block()
		t.dst = append(t.dst, p.raw...)
		t.marked = p.control != ""
		return nil
	default:
		return invalid("unsupported_value", param, "Claude takes text, images and documents, but no part of type %q.", p.kind)
	}
	if err == nil {
		t.mark(p.mark())
	}
	return err
}

// imageTypes are those that Claude sees (platform.claude.com, "Vision"); image/jpg is
// what some write for image/jpeg.
var imageTypes = map[string]string{
	"image/jpeg": "image/jpeg", "image/jpg": "image/jpeg", "image/png": "image/png",
	"image/gif": "image/gif", "image/webp": "image/webp",
}

// image appends an image, by its data or by its link. OpenAI's detail has no
// counterpart.
func (t *turns) image(param string, v gjson.Result) *azure.Error {
	url := v
	if v.IsObject() {
		url = v.Get("url")
	}
	if isLink(url.Str) {
		t.block()
		t.dst = append(t.dst, `{"type":"image","source":{"type":"url","url":`...)
		t.dst = append(append(t.dst, url.Raw...), `}}`...)
		return nil
	}
	kind, data, ok := parseData(url.Str)
	media := imageTypes[kind]
	if !ok || media == "" {
		return invalid("invalid_value", param, "%s must be a link or a data URL of image/jpeg, image/png, image/gif or image/webp in base64.", param)
	}
	t.block()
	t.dst = append(t.dst, `{"type":"image","source":{"type":"base64","media_type":"`...)
	t.dst = append(append(t.dst, media...), `","data":`...)
	t.dst = append(appendData(t.dst, data, url), `}}`...)
	return nil
}

// file appends a document: a PDF, or a text.
func (t *turns) file(param string, v gjson.Result) *azure.Error {
	if v.Get("file_id").Exists() {
		return invalid("unsupported_value", param+".file_id", "Files that were uploaded here are not Claude's: send the file itself, as file_data.")
	}
	from, name := v.Get("file_data"), v.Get("filename")
	kind, data, ok := parseData(from.Str)
	if !ok && strings.HasSuffix(strings.ToLower(name.Str), ".pdf") && from.Str != "" && !isLink(from.Str) {
		kind, data, ok = "application/pdf", from.Str, true
	}
	switch {
	case isLink(from.Str):
		t.block()
		t.dst = append(t.dst, `{"type":"document","source":{"type":"url","url":`...)
		t.dst = append(t.dst, from.Raw...)
	case ok && kind == "application/pdf":
		t.block()
		t.dst = append(t.dst, `{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":`...)
		t.dst = appendData(t.dst, data, from)
	case ok && (strings.HasPrefix(kind, "text/") || kind == "application/json"):
		text, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return invalid("invalid_value", param+".file_data", "%s.file_data is no base64.", param)
		}
		t.block()
		t.dst = append(t.dst, `{"type":"document","source":{"type":"text","media_type":"text/plain","data":`...)
		t.dst = chat.Quote(t.dst, string(text))
	default:
		return invalid("invalid_value", param+".file_data", "%s.file_data must be a data URL of application/pdf or of a text, in base64.", param)
	}
	t.dst = append(t.dst, '}')
	if name.Type == gjson.String && name.Str != "" {
		t.dst = append(append(t.dst, `,"title":`...), name.Raw...)
	}
	t.dst = append(t.dst, '}')
	return nil
}

func isLink(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// parseData takes a data URL in base64 apart (RFC 2397). The data is not looked at.
func parseData(url string) (kind, data string, ok bool) {
	rest, ok := strings.CutPrefix(url, "data:")
	if !ok {
		return "", "", false
	}
	head, data, ok := strings.Cut(rest, ",")
	head, found := strings.CutSuffix(head, ";base64")
	kind, _, _ = strings.Cut(head, ";")
	return strings.ToLower(kind), data, ok && found
}

// appendData appends base64 that is the end of a value, as a JSON string: as it was
// written, unless that was with escapes.
func appendData(dst []byte, data string, from gjson.Result) []byte {
	if len(from.Raw) != len(from.Str)+len(`""`) {
		return chat.Quote(dst, data)
	}
	dst = append(dst, '"')
	dst = append(dst, data...)
	return append(dst, '"')
}
