package fakeazure

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
)

type imagesRequest struct {
	Prompt         string `json:"prompt"`
	N              *int   `json:"n"`
	ResponseFormat string `json:"response_format"`
	Stream         bool   `json:"stream"`
	PartialImages  int    `json:"partial_images"`
	inputs         int    // images that an edit starts from
}

func (c *call) imageGenerations() {
	var q imagesRequest
	if wrong := c.decode(&q); wrong != nil {
		c.fail(wrong)
		return
	}
	c.images(&q, "image_generation")
}

// imageEdits takes one part `image` or several `image[]`, and perhaps a mask.
func (c *call) imageEdits() {
	f := c.form
	files, wrong := f.files("image")
	if wrong != nil {
		c.fail(wrong)
		return
	}
	q := imagesRequest{
		Prompt: f.value("prompt"), ResponseFormat: f.value("response_format"),
		Stream: f.value("stream") == "true", inputs: len(files),
	}
	if text := f.value("n"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			c.fail(invalid("n", "invalid_type", "Invalid type for 'n': expected an integer."))
			return
		}
		q.N = &n
	}
	q.PartialImages, _ = strconv.Atoi(f.value("partial_images"))
	c.images(&q, "image_edit")
}

func (c *call) images(q *imagesRequest, kind string) {
	gpt := strings.HasPrefix(c.deployed.Model, "gpt-image")
	n := 1
	if q.N != nil {
		n = *q.N
	}
	switch {
	case q.Prompt == "":
		c.fail(missing("prompt"))
	case c.azure() && strings.Contains(q.Prompt, FilterPrompt):
		c.fail(&failure{status: http.StatusBadRequest, body: object{"error": object{
			"code": "content_policy_violation", "type": "invalid_request_error", "param": nil,
			"message":     "Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.",
			"inner_error": object{"code": "ResponsibleAIPolicyViolation", "content_filter_results": promptVerdicts("high")},
		}}})
	case gpt && q.ResponseFormat != "":
		c.fail(invalid("response_format", "unknown_parameter", "Unknown parameter: 'response_format'."))
	case n < 1 || n > 10 || (n > 1 && c.deployed.Model == "dall-e-3"):
		c.fail(invalid("n", "", "Invalid value for 'n'."))
	case q.Stream && gpt:
		c.streamImages(q, kind)
	default:
		data := []object{}
		for i := range n {
			data = append(data, c.imageObject(q, i, gpt))
		}
		whole := object{"created": c.created(), "data": data}
		if gpt {
			whole["usage"] = imageUsage(q, n)
			whole["output_format"], whole["quality"], whole["size"], whole["background"] = "png", "high", "1024x1024", "opaque"
		}
		c.json(http.StatusOK, whole)
	}
}

func (c *call) imageObject(q *imagesRequest, i int, gpt bool) object {
	one := object{}
	if gpt || q.ResponseFormat == "b64_json" {
		one["b64_json"] = base64Of(c.picture(i))
	} else {
		one["url"] = c.server.URL(c.resource.Name) + "/" + strings.Replace(publicImage.path, "{id}", c.id(strconv.Itoa(i)+"-")+".png", 1)
		if c.resource.Provider == ProviderOpenAI {
			one["url"] = strings.Replace(one["url"].(string), "/v1/private", "/private", 1)
		}
	}
	if !gpt {
		one["revised_prompt"] = "You said: " + q.Prompt
		if c.azure() {
			one["prompt_filter_results"] = promptVerdicts("safe")
			one["content_filter_results"] = answerVerdicts("safe")
		}
	}
	return one
}

func imageUsage(q *imagesRequest, n int) object {
	text, pictures, output := len(tokenize(q.Prompt)), 258*q.inputs, 1056*n
	return object{
		"input_tokens": text + pictures, "output_tokens": output, "total_tokens": text + pictures + output,
		"input_tokens_details": object{"text_tokens": text, "image_tokens": pictures},
	}
}

// streamImages sends as many partial images as asked for and the whole one.
func (c *call) streamImages(q *imagesRequest, kind string) {
	a := c.events()
	about := func(name string, i int) object {
		return object{
			"type": kind + name, "created_at": c.created(), "b64_json": base64Of(c.picture(i)),
			"size": "1024x1024", "quality": "high", "background": "opaque", "output_format": "png",
		}
	}
	for i := range q.PartialImages {
		event := about(".partial_image", i)
		event["partial_image_index"] = i
		a.data(kind+".partial_image", event)
	}
	event := about(".completed", q.PartialImages)
	event["usage"] = imageUsage(q, 1)
	a.data(kind+".completed", event)
	a.end()
}

// picture is the i-th of the answer: a small PNG, or noise behind one when a
// size was asked for.
func (c *call) picture(i int) []byte {
	return paint(c.id(strconv.Itoa(i)+"-"), c.options.Size)
}

func paint(seed string, size int) []byte {
	random := rand.New(rand.NewChaCha8(sha256.Sum256([]byte(seed))))
	canvas := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for i := range 64 {
		bits := random.Uint32()
		canvas.SetRGBA(i%8, i/8, color.RGBA{uint8(bits), uint8(bits >> 8), uint8(bits >> 16), 255})
	}
	var b bytes.Buffer
	_ = png.Encode(&b, canvas) // a bytes.Buffer does not fail
	for b.Len() < size {       // PNG readers ignore what follows the end
		b.WriteByte(byte(random.Uint32()))
	}
	return b.Bytes()
}

// image serves the picture behind an answer's url.
func (c *call) image() {
	c.whole(http.StatusOK, "image/png", paint(strings.TrimSuffix(c.route.id, ".png"), 0))
}
