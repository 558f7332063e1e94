package fakeazure

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
)

func TestAnUploadPutsItsPartsTogetherInTheOrderAskedFor(t *testing.T) {
	eachSide(t, keeper(), func(t *testing.T, is side) {
		ctx, uploads, content := deadline(t), is.client.Uploads, noise(3<<20)
		made := must[*openai.Upload](t)(uploads.New(ctx, openai.UploadNewParams{
			Bytes: int64(len(content)), Filename: "a.jsonl", MimeType: "text/jsonl", Purpose: openai.FilePurposeBatch,
		}))
		want(t, "status", string(made.Status), "pending")
		var ids []string
		for _, cut := range [][2]int{{2 << 20, 3 << 20}, {0, 2 << 20}} { // the end comes first
			one := must[*openai.UploadPart](t)(uploads.Parts.New(ctx, made.ID, openai.UploadPartNewParams{
				Data: openai.File(bytes.NewReader(content[cut[0]:cut[1]]), "part", "application/octet-stream"),
			}))
			want(t, "upload of the part", one.UploadID, made.ID)
			ids = append([]string{one.ID}, ids...)
		}
		sum := md5.Sum(content)
		whole := must[*openai.Upload](t)(uploads.Complete(ctx, made.ID, openai.UploadCompleteParams{PartIDs: ids, Md5: openai.String(hex.EncodeToString(sum[:]))}))
		want(t, "status then", string(whole.Status), "completed")
		answer := must[*http.Response](t)(is.client.Files.Content(ctx, whole.File.ID))
		back, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		want(t, "content", bytes.Equal(back, content), true)
		_, err := uploads.Cancel(ctx, made.ID)
		refuses(t, "cancelled when it is complete", err, http.StatusBadRequest)
	})
}

func TestAnUploadIsNotCompletedWithWhatDoesNotFit(t *testing.T) {
	c := keeper()
	c.Quotas.PartBytes = 100
	s := start(t, c)
	begin := func() string {
		return idOf(t, at(t, s, "a", "POST", "uploads", `{"bytes":4,"filename":"a.txt","mime_type":"text/plain","purpose":"assistants"}`))
	}
	add := func(upload, content string) result {
		return post(t, s.URL("a")+"/openai/v1/uploads/"+upload+"/parts", "key-a", part{"data", "part", content})
	}
	upload, other := begin(), begin()
	here, there := idOf(t, add(upload, "abc")), idOf(t, add(other, "abcd"))
	for body, status := range map[string]int{
		`{"part_ids":["` + here + `"]}`:                http.StatusBadRequest, // three bytes of four
		`{"part_ids":["` + there + `"]}`:               http.StatusNotFound,   // of the other upload
		`{"part_ids":[]}`:                              http.StatusBadRequest,
		`{"part_ids":["` + here + `"],"md5":"0"}`:      http.StatusBadRequest,
		`{"part_ids":["` + here + `","` + here + `"]}`: http.StatusBadRequest,
	} {
		want(t, body, at(t, s, "a", "POST", "uploads/"+upload+"/complete", body).Status, status)
	}
	want(t, "a wrong checksum", at(t, s, "a", "POST", "uploads/"+other+"/complete", `{"part_ids":["`+there+`"],"md5":"0"}`).Status, http.StatusBadRequest)
	want(t, "a part too large", add(upload, strings.Repeat("x", 101)).Status, http.StatusBadRequest)
	want(t, "cancelled", at(t, s, "a", "POST", "uploads/"+upload+"/cancel", "").JSON(t, "status"), "cancelled")
	want(t, "a part when it is cancelled", add(upload, "x").Status, http.StatusBadRequest)
	want(t, "without a name", at(t, s, "a", "POST", "uploads", `{"bytes":4,"mime_type":"text/plain","purpose":"assistants"}`).Status, http.StatusBadRequest)
}
