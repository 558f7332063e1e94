package azure

// Extent is how much a request may use at most, as far as its body shows it. A budget
// reserves by it, so that nothing in it may be too small.
type Extent struct {
	// Text are the bytes in it that may be read as text, a token of which has one at
	// least; what stands in it as base64 is not among them.
	Text int64
	// Images is how many there are, in it or behind links and the ids of files.
	Images int64
	// Sound is how many tokens the sounds in it are.
	Sound int64
	// Unseen says that it refers to what nobody can see here: a file, an earlier
	// response, what a tool of Azure's will find. Its input may be as much as the model
	// takes.
	Unseen bool
	// Answers is how many it asks for, and Output how many tokens each of them may be;
	// negative is not said.
	Answers, Output int64
	// Speaks says that answers may be spoken.
	Speaks bool
	// Characters are to be spoken, and Seconds of sound to be written down.
	Characters, Seconds int64
	// Inline are the bytes in it that stand for images and sounds.
	Inline int64
}

const (
	// maxAnswers is the most that n can be (OpenAI API reference, chat completions), and
	// that best_of, which is 20, can. Prompts are 2048 at most (completions).
	maxAnswers = 128
	maxPrompts = 1 << 20
	// toolsOverhead is more than a model is told of tools beside what the body says of
	// them, in tokens: up to 804 (Claude docs, "Tool use overview", pricing).
	toolsOverhead = 1024
	// soundBytes is how many bytes of base64 a token of sound has at least: ten tokens
	// are a second (OpenAI, "Managing costs" of realtime), of which the slowest MP3 has
	// 1000 bytes.
	soundBytes = 133
	// imageOutput is the most that one image to be drawn is in tokens, 6,240 and 100 for
	// each of three partial ones (OpenAI, "Image generation", cost), and what larger
	// sizes of later models may need.
	imageOutput = 16_384
)

// Extent is the extent of a request for an operation.
func (d *Doc) Extent(op *Operation) Extent {
	x := extent{body: d.raw, Extent: Extent{Text: int64(len(d.raw)), Answers: 1, Output: -1}}
	x.answers(d, op)
	switch op {
	case OpChat:
		d.each(x.chat)
	case OpResponses:
		d.each(x.response)
	case OpMessages:
		d.each(x.message)
	case OpCompletions:
		d.each(x.completion)
		x.Answers = min(max(x.prompts, 1), maxPrompts) * max(x.Answers, x.best)
	case OpImages:
		x.Output = imageOutput
	case OpEmbeddings:
		x.Output = 0
	case OpSpeech:
		x.Output, x.Characters = 0, d.Characters()
	default:
		x.Unseen = true
	}
	return x.Extent
}

// What a form may hold at most (OpenAI API reference, "Create image edit" and "Create
// transcription"): it is not read.
const (
	formPrompt = 32_000 * 4 // bytes of 32,000 characters
	formImages = 16
	formDrawn  = 10
	formSound  = 25 << 20 // bytes
	// secondBytes is how many bytes a second of sound has at least: Opus begins at 6
	// kbit/s (RFC 6716, section 2.1.1).
	secondBytes = 750
)

// FormExtent is the extent of a form that has so many bytes; negative is unknown.
func FormExtent(op *Operation, size int64) Extent {
	switch op {
	case OpImageEdits:
		return Extent{Text: formPrompt, Images: formImages, Answers: formDrawn, Output: imageOutput}
	case OpTranscriptions, OpTranslations:
		if size < 0 || size > formSound {
			size = formSound
		}
		return Extent{Unseen: true, Sound: 1, Seconds: size/secondBytes + 1, Answers: 1, Output: -1}
	}
	return Extent{}
}

// outputLimits are the keys that limit the answer's length, by operation. Of several
// the largest counts here: models differ in which of them they read.
var outputLimits = map[*Operation][]key{
	OpChat:        {keyMaxCompletionTokens, keyMaxTokens},
	OpCompletions: {keyMaxTokens},
	OpResponses:   {keyMaxOutputTokens},
	OpMessages:    {keyMaxTokens},
}

// answers says how many answers may come, and how long.
func (x *extent) answers(d *Doc, op *Operation) {
	for _, k := range outputLimits[op] {
		if n, ok := d.integer(k); ok {
			x.Output = max(x.Output, n)
		}
	}
	if n, ok := d.integer(keyN); ok && (op == OpChat || op == OpCompletions || op == OpImages) {
		x.Answers = min(n, maxAnswers)
	}
}

// extent finds what is more, or less, than its bytes are.
type extent struct {
	Extent
	body          []byte
	prompts, best int64 // of a completion
}

// chat looks at one top-level member of a chat completion.
func (x *extent) chat(name string, m member) {
	switch name {
	case "messages":
		x.elements(m, func(m member) {
			x.members(m, func(name string, m member) {
				switch name {
				case "content":
					x.elements(m, x.chatPart)
				case "audio": // an earlier answer, by its id
					x.Unseen = x.Unseen || x.given(m)
				}
			})
		})
	case "tools":
		x.elements(m, x.tool)
	case "modalities", "audio":
		x.Speaks = x.Speaks || x.given(m)
	case "data_sources", "enhancements", "web_search_options":
		x.Unseen = x.Unseen || x.given(m)
	}
}

// chatPart looks at one part of a message's content.
func (x *extent) chatPart(part member) {
	switch x.text(x.member(part, "type")) {
	case "text", "refusal":
	case "image_url":
		url := x.member(part, "image_url")
		if x.isObject(url) {
			url = x.member(url, "url")
		}
		x.image(url)
	case "input_audio":
		x.sound(x.member(x.member(part, "input_audio"), "data"))
	default: // a file, and what is not known yet
		x.file(x.member(x.member(part, "file"), "file_data"))
	}
}

// response looks at one top-level member of a request for a response.
func (x *extent) response(name string, m member) {
	switch name {
	case "input", "instructions":
		x.elements(m, x.item)
	case "tools":
		x.elements(m, x.tool)
	case "previous_response_id", "conversation", "prompt":
		x.Unseen = x.Unseen || x.given(m)
	}
}

// item looks at one item of a response's input.
func (x *extent) item(item member) {
	switch x.text(x.member(item, "type")) {
	case "", "message":
		x.elements(x.member(item, "content"), x.responsePart)
	case "function_call", "custom_tool_call", "computer_call", "local_shell_call", "local_shell_call_output", "shell_call", "shell_call_output",
		"apply_patch_call", "apply_patch_call_output", "mcp_list_tools", "mcp_approval_request", "mcp_approval_response":
	case "reasoning": // without its text it is the stored one
		x.Unseen = x.Unseen || !x.given(x.member(item, "encrypted_content"))
	case "function_call_output", "custom_tool_call_output":
		x.elements(x.member(item, "output"), x.responsePart)
	case "computer_call_output":
		x.responsePart(x.member(item, "output"))
	default: // item_reference, what Azure's tools have found before, and what is not known yet
		x.Unseen = true
	}
}

// responsePart looks at one part of an item's content.
func (x *extent) responsePart(part member) {
	switch x.text(x.member(part, "type")) {
	case "input_text", "output_text", "text", "refusal", "summary_text", "reasoning_text":
	case "input_image", "computer_screenshot":
		x.image(x.member(part, "image_url"))
	case "input_audio":
		x.sound(x.member(x.member(part, "input_audio"), "data"))
	default: // a file, and what is not known yet
		x.file(x.member(part, "file_data"))
	}
}

// message looks at one top-level member of a request for a message.
func (x *extent) message(name string, m member) {
	switch name {
	case "messages":
		x.elements(m, func(m member) { x.elements(x.member(m, "content"), x.block) })
	case "system":
		x.elements(m, x.block)
	case "tools":
		x.elements(m, x.tool)
	case "mcp_servers":
		x.elements(m, func(member) { x.Unseen = true })
	case "container":
		x.Unseen = x.Unseen || x.given(m)
	}
}

// block looks at one block of a message's content.
func (x *extent) block(block member) {
	source := x.member(block, "source")
	switch kind := x.text(x.member(block, "type")); kind {
	case "text", "thinking", "redacted_thinking", "tool_use":
	case "image":
		x.image(x.member(source, "data"))
	case "tool_result", "search_result":
		x.elements(x.member(block, "content"), x.block)
	case "document":
		switch x.text(x.member(source, "type")) {
		case "text":
		case "content":
			x.elements(x.member(source, "content"), x.block)
		default:
			x.file(x.member(source, "data"))
		}
	default: // what Anthropic's tools have found before, and what is not known yet
		x.Unseen = true
	}
}

// tool looks at one tool. What Azure's and Anthropic's own bring into the prompt nobody
// can know.
func (x *extent) tool(tool member) {
	switch x.text(x.member(tool, "type")) {
	case "", "function", "custom":
		x.Text += toolsOverhead
	default:
		x.Unseen = true
	}
}

// completion looks at one top-level member of a completion: each prompt of several has
// answers of its own, and of best_of only n are shown.
func (x *extent) completion(name string, m member) {
	switch name {
	case "prompt":
		x.elements(m, func(e member) {
			if c := x.body[e.value]; c == '"' || c == '[' { // not the number of a token
				x.prompts++
			}
		})
	case "best_of":
		var d Doc
		d.raw, d.members[keyN] = x.body, m
		if n, ok := d.integer(keyN); ok {
			x.best = min(n, maxAnswers)
		}
	}
}

// image counts one, whose data may stand in the body, or a link to it: no model reads
// these as text.
func (x *extent) image(data member) {
	x.Images++
	x.inline(x.raw(data))
}

// sound counts one.
func (x *extent) sound(data member) {
	text := x.raw(data)
	x.inline(text)
	x.Sound += int64(len(text))/soundBytes + 1
}

// file is one of which only its bytes are here, if they are: what they hold may be far
// more, and each page of it is an image too.
func (x *extent) file(data member) {
	x.Unseen = true
	x.inline(x.raw(data))
}

func (x *extent) inline(text []byte) {
	x.Text -= int64(len(text))
	x.Inline += int64(len(text))
}

// raw is a value as it stands in the body; nil for none, and for what is no string.
func (x *extent) raw(m member) []byte {
	if !m.there() || x.body[m.value] != '"' {
		return nil
	}
	return x.body[m.value:m.end]
}

// text is a string; "" for anything else.
func (x *extent) text(m member) string {
	if text := x.raw(m); text != nil {
		return decodeString(text)
	}
	return ""
}

// given is whether there is a value other than null.
func (x *extent) given(m member) bool {
	return m.there() && string(x.body[m.value:m.end]) != "null"
}

func (x *extent) isObject(m member) bool { return m.there() && x.body[m.value] == '{' }

// member is the last of an object's members that has a name, as most readers of JSON
// take it.
func (x *extent) member(of member, name string) (found member) {
	x.members(of, func(n string, m member) {
		if n == name {
			found = m
		}
	})
	return found
}

// members calls f with each member of an object; of anything else there is none.
func (x *extent) members(of member, f func(name string, m member)) {
	if x.isObject(of) {
		eachMember(x.body, of.value+1, f)
	}
}

// elements calls f with each element of an array; of anything else there is none.
func (x *extent) elements(of member, f func(member)) {
	if of.there() && x.body[of.value] == '[' {
		eachElement(x.body, of.value, func(start, end int) { f(member{value: start, end: end}) })
	}
}
