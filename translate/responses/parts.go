package responses

import (
	"github.com/tidwall/gjson"

	"github.com/azproc/azproc/azure"
)

// content writes what a message or a tool's output holds: a text, or parts.
func (r *request) content(path string, v gjson.Result) *azure.Error {
	if v.Type == gjson.String {
		r.body = append(r.body, v.Raw...)
		return nil
	}
	if !v.IsArray() {
		return mistyped(path, "a string or an array of parts")
	}
	r.body = append(r.body, '[')
	err := each(path, v, r.part)
	r.body = append(r.body, ']')
	return err
}

// partWriters are the parts that both APIs have, by chat's type (openai-python:
// ChatCompletionContentPartParam and ResponseInputContentParam). Audio is of chat
// alone.
var partWriters = map[string]func(r *request, path string, part gjson.Result) *azure.Error{
	"text":      (*request).textPart,
	"image_url": (*request).imagePart,
	"file":      (*request).filePart,
}

func (r *request) part(path string, part gjson.Result) *azure.Error {
	kind := part.Get("type")
	write, ok := partWriters[kind.Str]
	if !ok || kind.Type != gjson.String {
		return invalid("unsupported_value", path+".type",
			"Unsupported value: '%s.type' must be one of 'text', 'image_url' and 'file' with this model, which is served by the Responses API.", path)
	}
	r.element()
	if err := write(r, path, part); err != nil {
		return err
	}
	r.partMember("prompt_cache_breakpoint", part.Get("prompt_cache_breakpoint"))
	r.body = append(r.body, '}')
	return nil
}

// partMember writes a member of a part, if it is there.
func (r *request) partMember(name string, v gjson.Result) {
	if v.Exists() && v.Type != gjson.Null {
		r.member(name)
		r.body = append(r.body, v.Raw...)
	}
}

func (r *request) textPart(path string, part gjson.Result) *azure.Error {
	text := part.Get("text")
	if text.Type != gjson.String {
		return mistyped(path+".text", "a string")
	}
	r.body = append(r.body, `{"type":"input_text"`...)
	r.partMember("text", text)
	return nil
}

// imagePart writes an image. Chat has its link in an object of its own; the detail
// is "auto" in both when it is not said, but the SDK's type wants it.
func (r *request) imagePart(path string, part gjson.Result) *azure.Error {
	image := part.Get("image_url")
	url := image.Get("url")
	if url.Type != gjson.String {
		return mistyped(path+".image_url.url", "a string")
	}
	r.body = append(r.body, `{"type":"input_image"`...)
	r.partMember("image_url", url)
	r.member("detail")
	if detail := image.Get("detail"); detail.Type == gjson.String {
		r.body = append(r.body, detail.Raw...)
	} else {
		r.body = append(r.body, `"auto"`...)
	}
	return nil
}

func (r *request) filePart(path string, part gjson.Result) *azure.Error {
	file := part.Get("file")
	if !file.IsObject() {
		return mistyped(path+".file", "an object")
	}
	r.body = append(r.body, `{"type":"input_file"`...)
	for _, name := range []string{"filename", "file_data", "file_id"} {
		r.partMember(name, file.Get(name))
	}
	return nil
}
