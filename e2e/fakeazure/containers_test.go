package fakeazure

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
)

func TestAContainerHasFilesOfItsOwn(t *testing.T) {
	eachSide(t, keeper(), func(t *testing.T, is side) {
		ctx, containers := deadline(t), is.client.Containers
		made, err := containers.New(ctx, openai.ContainerNewParams{Name: "box"})
		if strings.HasSuffix(t.Name(), "classic") {
			refuses(t, "on the classic surface", err, http.StatusNotFound)
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		want(t, "status", made.Status, "running")
		content := noise(2 << 20)
		sent := must[*openai.ContainerFileNewResponse](t)(containers.Files.New(ctx, made.ID, openai.ContainerFileNewParams{File: openai.File(bytes.NewReader(content), "a.bin", "application/octet-stream")}))
		want(t, "path", sent.Path, "/mnt/data/a.bin")
		want(t, "bytes", sent.Bytes, int64(len(content)))
		answer := must[*http.Response](t)(containers.Files.Content.Get(ctx, made.ID, sent.ID))
		back, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		want(t, "content", bytes.Equal(back, content), true)

		listed := must[*openai.ContainerFileGetResponse](t)(containers.Files.Get(ctx, made.ID, sent.ID))
		want(t, "retrieved", listed.ID, sent.ID)
		want(t, "deleted file", containers.Files.Delete(ctx, made.ID, sent.ID), nil)
		_, err = containers.Files.Get(ctx, made.ID, sent.ID)
		refuses(t, "file then", err, http.StatusNotFound)
		want(t, "deleted", containers.Delete(ctx, made.ID), nil)
		_, err = containers.Get(ctx, made.ID)
		refuses(t, "container then", err, http.StatusNotFound)
	})
}

func TestAContainerTakesFilesThatTheResourceHas(t *testing.T) {
	s := start(t, keeper())
	file := put(t, s, "a", "assistants", "a.txt", "text")
	box := idOf(t, at(t, s, "a", "POST", "containers", `{"name":"n","file_ids":["`+file+`"],"expires_after":{"anchor":"last_active_at","minutes":5}}`))
	want(t, "minutes", at(t, s, "a", "GET", "containers/"+box, "").JSON(t, "expires_after.minutes"), 5.0)
	again := at(t, s, "a", "POST", "containers/"+box+"/files", `{"file_id":"`+file+`"}`)
	want(t, "by its id", again.Status, http.StatusOK)
	want(t, "with another id", strings.HasPrefix(idOf(t, again), "cfile_"), true)
	r := at(t, s, "a", "GET", "containers/"+box+"/files?limit=1", "")
	want(t, "newest", r.JSON(t, "data.0.id"), idOf(t, again))
	want(t, "has_more", r.JSON(t, "has_more"), true)
	want(t, "no file", at(t, s, "a", "POST", "containers/"+box+"/files", "{}").Status, http.StatusBadRequest)
	want(t, "no name", at(t, s, "a", "POST", "containers", "{}").Status, http.StatusBadRequest)
	want(t, "by its name", at(t, s, "a", "GET", "containers?name=n", "").JSON(t, "first_id"), box)
	want(t, "by another", at(t, s, "a", "GET", "containers?name=m", "").JSON(t, "first_id"), nil)
}
