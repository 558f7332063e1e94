package fakeazure

//lint:file-ignore SA1019 the SDK ends its videos with OpenAI's own, Azure's go on

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
)

func TestAVideoIsMadeDownloadedAndRemixed(t *testing.T) {
	eachSide(t, keeper(), func(t *testing.T, is side) {
		ctx, videos, model := deadline(t), is.client.Videos, openai.VideoModel("film")
		if is.resource == "openai" {
			model = "sora-2"
		}
		made, err := videos.New(ctx, openai.VideoNewParams{Model: model, Prompt: "a cat", Seconds: "8", Size: "1280x720"}) // a form
		if strings.HasSuffix(t.Name(), "classic") {
			refuses(t, "on the classic surface", err, http.StatusNotFound)
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		want(t, "status", string(made.Status), "queued")
		want(t, "model", string(made.Model), "sora-2") // the base model, not the deployment
		want(t, "seconds", string(made.Seconds), "8")
		_, err = videos.DownloadContent(ctx, made.ID, openai.VideoDownloadContentParams{})
		refuses(t, "content before it is ready", err, http.StatusBadRequest)
		_, err = videos.Remix(ctx, made.ID, openai.VideoRemixParams{Prompt: "in snow"})
		refuses(t, "remix before it is ready", err, http.StatusBadRequest)
		for _, status := range []string{"in_progress", "completed"} {
			made = must[*openai.Video](t)(videos.Get(ctx, made.ID))
			want(t, "status", string(made.Status), status)
		}
		want(t, "progress", made.Progress, int64(100))
		answer := must[*http.Response](t)(videos.DownloadContent(ctx, made.ID, openai.VideoDownloadContentParams{}))
		content, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		want(t, "content type", answer.Header.Get("Content-Type"), "video/mp4")
		want(t, "an MP4", bytes.HasPrefix(content[4:], []byte("ftypmp42")), true)
		want(t, "length", len(content), videoBytes)
		answer = must[*http.Response](t)(videos.DownloadContent(ctx, made.ID, openai.VideoDownloadContentParams{Variant: "thumbnail"}))
		_ = answer.Body.Close()
		want(t, "content type of the thumbnail", answer.Header.Get("Content-Type"), "image/png")

		other := must[*openai.Video](t)(videos.Remix(ctx, made.ID, openai.VideoRemixParams{Prompt: "in snow"}))
		want(t, "remixed from", other.RemixedFromVideoID, made.ID)
		list := videos.ListAutoPaging(ctx, openai.VideoListParams{Limit: openai.Int(1)})
		var ids []string
		for list.Next() {
			ids = append(ids, list.Current().ID)
		}
		want(t, "listed", strings.Join(ids, " "), other.ID+" "+made.ID)
		must[*openai.VideoDeleteResponse](t)(videos.Delete(ctx, made.ID))
		_, err = videos.Get(ctx, made.ID)
		refuses(t, "deleted", err, http.StatusNotFound)
	})
}

func TestAVideoIsMadeOfJSONToo(t *testing.T) {
	s := start(t, keeper())
	r := at(t, s, "a", "POST", "videos", `{"model":"film","prompt":"a cat","fakeazure":{"size":300000}}`)
	id := idOf(t, r)
	last, _ := s.Last()
	want(t, "deployment", last.Deployment, "film")
	want(t, "status", s.Settle("a", id), "completed")
	want(t, "length", len(at(t, s, "a", "GET", "videos/"+id+"/content", "").Body), 300_000)
	for body, status := range map[string]int{
		`{"prompt":"x"}`:                  http.StatusBadRequest,
		`{"model":"film"}`:                http.StatusBadRequest,
		`{"model":"sora-2","prompt":"x"}`: http.StatusNotFound, // the base model is no deployment
		`{"model":"chat","prompt":"x"}`:   http.StatusBadRequest,
	} {
		want(t, body, at(t, s, "a", "POST", "videos", body).Status, status)
	}
	bad := idOf(t, at(t, s, "a", "POST", "videos", `{"model":"film","prompt":"x"}`))
	s.Spoil("a", bad, "moderation_blocked", "no")
	want(t, "error", at(t, s, "a", "GET", "videos/"+bad, "").JSON(t, "error.code"), "moderation_blocked")
}
