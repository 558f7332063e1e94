package fakeazure

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"net/http"
)

// Videos are on the v1 surface alone.
var videoOperations = []*operation{
	{path: "videos", only: surfaceV1, method: http.MethodPost, form: true, json: true, kind: KindVideo, id: "Videos_Create", verb: "video", serve: archived((*call).createVideo)},
	{path: "videos", only: surfaceV1, method: http.MethodGet, serve: archived((*call).listVideos)},
	{path: "videos/{id}", only: surfaceV1, method: http.MethodGet, serve: archived((*call).retrieveVideo)},
	{path: "videos/{id}", only: surfaceV1, method: http.MethodDelete, serve: archived((*call).deleteVideo)},
	{path: "videos/{id}/content", only: surfaceV1, method: http.MethodGet, serve: (*call).videoContent},
	{path: "videos/{id}/remix", only: surfaceV1, method: http.MethodPost, serve: archived((*call).remixVideo)},
}

// video is one video while it is made: queued, in_progress, completed; or
// failed.
type video struct {
	id, status, model, prompt, seconds, size string
	remixed                                  string // the video that it was made of
	created, completed                       int64
	bytes                                    int // of its content
	problem                                  object
	spoiled                                  *problem
}

const videoBytes = 100_000 // of a video that asks for no size of its own

type videoRequest struct {
	Prompt  string `json:"prompt"`
	Seconds string `json:"seconds"`
	Size    string `json:"size"`
}

// createVideo takes a form, as the SDKs send it, or JSON.
func (c *call) createVideo(a *archive) (object, *failure) {
	var q videoRequest
	if f := c.form; f != nil {
		q = videoRequest{Prompt: f.value("prompt"), Seconds: f.value("seconds"), Size: f.value("size")}
	} else if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	return c.newVideo(a, &video{model: c.deployed.replyModel(), prompt: q.Prompt, seconds: q.Seconds, size: q.Size})
}

// remixVideo makes another video of one that is there.
func (c *call) remixVideo(a *archive) (object, *failure) {
	v, wrong := own(c, &a.videos, "video")
	if wrong != nil {
		return nil, wrong
	}
	var q videoRequest
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	if v.status != "completed" {
		return nil, c.notReady(v)
	}
	return c.newVideo(a, &video{model: v.model, prompt: q.Prompt, seconds: v.seconds, size: v.size, remixed: v.id})
}

func (c *call) newVideo(a *archive, v *video) (object, *failure) {
	if v.prompt == "" {
		return nil, missing("prompt")
	}
	v.id, v.status, v.created, v.bytes = randomID("video_", 48), "queued", c.created(), c.options.Size
	if v.seconds == "" {
		v.seconds = "4"
	}
	if v.size == "" {
		v.size = "720x1280"
	}
	if v.bytes == 0 {
		v.bytes = videoBytes
	}
	a.videos.add(v.id, v)
	return v.object(), nil
}

func (c *call) listVideos(a *archive) (object, *failure) {
	return pageOf(c, &a.videos, ordinary, nil, (*video).object)
}

func (c *call) retrieveVideo(a *archive) (object, *failure) {
	v, wrong := own(c, &a.videos, "video")
	if wrong != nil {
		return nil, wrong
	}
	c.work(v)
	return v.object(), nil
}

func (c *call) deleteVideo(a *archive) (object, *failure) {
	return erase(c, &a.videos, "video", "video.deleted")
}

func (c *call) notReady(v *video) *failure {
	return invalid("", "", "Video is not ready yet, it is %s.", v.status)
}

// videoContent answers with the video, or with one of its pictures.
func (c *call) videoContent() {
	a := &c.resource.archive
	a.mu.Lock()
	v, wrong := own(c, &a.videos, "video")
	if wrong == nil && v.status != "completed" {
		wrong = c.notReady(v)
	}
	a.mu.Unlock()
	if wrong != nil {
		c.fail(wrong)
		return
	}
	switch variant := c.r.URL.Query().Get("variant"); variant {
	case "", "video":
		c.download(v.id+".mp4", "video/mp4", blobOf(film(v.id, v.bytes)))
	case "thumbnail", "spritesheet":
		c.download("", "image/png", blobOf(paint(v.id+variant, 0)))
	default:
		c.fail(invalid("variant", "invalid_value", "Invalid value: '%s'. Supported values are: 'video', 'thumbnail', and 'spritesheet'.", variant))
	}
}

// film is an MP4 by its first box, and noise in the second.
func film(seed string, size int) []byte {
	head := []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")
	data := make([]byte, max(size, len(head)+8))
	_, _ = rand.NewChaCha8(sha256.Sum256([]byte(seed))).Read(data) // never fails
	copy(data, head)
	binary.BigEndian.PutUint32(data[len(head):], uint32(len(data)-len(head)))
	copy(data[len(head)+4:], "mdat")
	return data
}

func (v *video) object() object {
	progress := map[string]int{"in_progress": 50, "completed": 100}[v.status]
	o := object{
		"id": v.id, "object": "video", "created_at": v.created, "completed_at": stamp(v.completed), "expires_at": v.created + 24*3600,
		"status": v.status, "progress": progress, "model": v.model, "prompt": v.prompt, "seconds": v.seconds, "size": v.size,
		"remixed_from_video_id": textOr(v.remixed), "error": v.problem,
	}
	return o
}

func (v *video) state() string { return v.status }

func (v *video) step(r *resource) {
	switch {
	case v.status != "queued" && v.status != "in_progress":
	case v.spoiled != nil:
		v.status, v.problem = "failed", object{"code": v.spoiled.code, "message": v.spoiled.message}
	case v.status == "queued":
		v.status = "in_progress"
	default:
		v.status, v.completed = "completed", r.server.config.Now().Unix()
	}
}

func (v *video) spoil(code, message string) { v.spoiled = &problem{code: code, message: message} }
