package fakeazure

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
)

// noise is some bytes that depend on their number alone.
func noise(size int) []byte {
	data := make([]byte, size)
	_, _ = rand.NewChaCha8(sha256.Sum256([]byte{byte(size)})).Read(data)
	return data
}

func TestAFileComesBackByteForByteUntilItIsDeleted(t *testing.T) {
	for _, size := range []int{0, 1000, 5<<20 + 7} { // in memory, and on disk
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			eachSide(t, keeper(), func(t *testing.T, is side) {
				content, ctx, files := noise(size), deadline(t), is.client.Files
				made := must[*openai.FileObject](t)(files.New(ctx, openai.FileNewParams{
					File: openai.File(bytes.NewReader(content), "a.bin", "application/octet-stream"), Purpose: openai.FilePurposeAssistants,
				}))
				want(t, "bytes", made.Bytes, int64(size))
				want(t, "name", made.Filename, "a.bin")
				got := must[*openai.FileObject](t)(files.Get(ctx, made.ID))
				want(t, "retrieved", got.RawJSON(), made.RawJSON())

				answer := must[*http.Response](t)(files.Content(ctx, made.ID))
				back, err := io.ReadAll(answer.Body)
				_ = answer.Body.Close()
				want(t, "error of the content", err, nil)
				want(t, "content", bytes.Equal(back, content), true)
				want(t, "length", answer.ContentLength, int64(size))
				sum := sha256.Sum256(content)
				stored, ok := is.File(is.resource, made.ID)
				want(t, "stored", ok, true)
				want(t, "status", stored.Status, "processed")
				want(t, "hash", stored.SHA256, hex.EncodeToString(sum[:]))
				for _, p := range is.Requests()[0].Form {
					if p.Name == "file" {
						want(t, "recorded hash", p.SHA256, stored.SHA256)
						want(t, "recorded size", p.Size, int64(size))
					}
				}

				gone := must[*openai.FileDeleted](t)(files.Delete(ctx, made.ID))
				want(t, "deleted", gone.Deleted, true)
				_, err = files.Get(ctx, made.ID)
				refuses(t, "retrieved after that", err, http.StatusNotFound)
				_, err = files.Content(ctx, made.ID)
				refuses(t, "content after that", err, http.StatusNotFound)
				_, err = files.Delete(ctx, made.ID)
				refuses(t, "deleted twice", err, http.StatusNotFound)
			})
		})
	}
}

func TestADeletedFileIsReadToItsEnd(t *testing.T) {
	s := start(t, keeper())
	content := noise(3 << 20)
	id := put(t, s, "a", "assistants", "a.bin", string(content))
	gate := s.Gate("a", "")
	answer := make(chan result, 1)
	go func() { answer <- at(t, s, "a", "GET", "files/"+id+"/content", "") }()
	stream, err := gate.Stream(deadline(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Next(deadline(t)); err != nil {
		t.Fatal(err)
	}
	gate.Open()
	want(t, "deleted", at(t, s, "a", "DELETE", "files/"+id, "").Status, http.StatusOK)
	want(t, "content", (<-answer).Body == string(content), true)
}

func TestFilesAreListedNewestFirstInPages(t *testing.T) {
	s := start(t, keeper())
	var ids []string
	for i := range 5 {
		purpose := []string{"assistants", "batch"}[i%2]
		ids = append(ids, put(t, s, "a", purpose, fmt.Sprintf("%d.jsonl", i), "x"))
	}
	at(t, s, "a", "DELETE", "files/"+ids[3], "")
	for _, row := range []struct {
		query    string
		expected []int
		more     bool
	}{
		{"", []int{4, 2, 1, 0}, false},
		{"?order=asc", []int{0, 1, 2, 4}, false},
		{"?limit=2", []int{4, 2}, true},
		{"?limit=2&after=" + ids[2], []int{1, 0}, false},
		{"?limit=1&after=" + ids[2], []int{1}, true},
		{"?after=" + ids[3], []int{2, 1, 0}, false}, // a deleted one is still a place in the list
		{"?after=" + ids[0], nil, false},
		{"?before=" + ids[1], []int{4, 2}, false},
		{"?purpose=batch", []int{1}, false},
		{"?purpose=evals", nil, false},
		{"?order=asc&limit=1&after=" + ids[0], []int{1}, true},
	} {
		t.Run(row.query, func(t *testing.T) {
			r := at(t, s, "a", "GET", "files"+row.query, "")
			want(t, "object", r.JSON(t, "object"), "list")
			data, _ := r.JSON(t, "data").([]any)
			var found, expected []string
			for _, one := range data {
				id, _ := walk(one, "id").(string)
				found = append(found, id)
			}
			for _, i := range row.expected {
				expected = append(expected, ids[i])
			}
			want(t, "ids", strings.Join(found, " "), strings.Join(expected, " "))
			want(t, "has_more", r.JSON(t, "has_more"), row.more)
			if len(expected) > 0 {
				want(t, "first_id", r.JSON(t, "first_id"), expected[0])
				want(t, "last_id", r.JSON(t, "last_id"), expected[len(expected)-1])
			}
		})
	}
	for _, query := range []string{"?limit=0", "?limit=10001", "?limit=x", "?order=up"} {
		want(t, query, at(t, s, "a", "GET", "files"+query, "").Status, http.StatusBadRequest)
	}
}

func TestAnUploadIsRefused(t *testing.T) {
	c := keeper()
	c.Quotas = Quotas{FileBytes: 2000, BatchBytes: 1000}
	s := start(t, c)
	v1, old := "/openai/v1/files", "/openai/files?api-version=2024-06-01"
	expires := func(spelling, anchor, seconds string) []part {
		name := func(field string) string { return strings.Replace(spelling, "*", field, 1) }
		return []part{{"purpose", "", "batch"}, {name("anchor"), "", anchor}, {name("seconds"), "", seconds}, {"file", "a.jsonl", "x"}}
	}
	for _, row := range []struct {
		name, path string
		parts      []part
		status     int
		message    string // a part of it
	}{
		{"with brackets", v1, expires("expires_after[*]", "created_at", "1209600"), 200, ""},
		{"with dots", v1, expires("expires_after.*", "created_at", "2592000"), 200, ""},
		{"kept too shortly", v1, expires("expires_after[*]", "created_at", "1209599"), 400, "from 1209600 to 2592000"},
		{"kept too long", v1, expires("expires_after.*", "created_at", "2592001"), 400, "from 1209600 to 2592000"},
		{"another anchor", v1, expires("expires_after[*]", "last_active_at", "1209600"), 400, "created_at"},
		{"without a file", v1, []part{{"purpose", "", "batch"}}, 400, "file"},
		{"a file without a name", v1, []part{{"purpose", "", "batch"}, {"file", "", "x"}}, 400, "no filename"},
		{"without a purpose", v1, []part{{"file", "a.jsonl", "x"}}, 400, "purpose is missing"},
		{"the purpose behind the file", v1, []part{{"file", "a.jsonl", "x"}, {"purpose", "", "batch"}}, 200, ""},
		{"a purpose that Azure does not have", v1, []part{{"purpose", "", "user_data"}, {"file", "a.txt", "x"}}, 400, "Invalid value for purpose."},
		{"a purpose that is younger than the version", old, []part{{"purpose", "", "batch"}, {"file", "a.jsonl", "x"}}, 400, "Invalid value for purpose."},
		{"a purpose of that version", old, []part{{"purpose", "", "assistants"}, {"file", "a.txt", "x"}}, 200, ""},
		{"a batch that is not .jsonl", v1, []part{{"purpose", "", "batch"}, {"file", "a.txt", "x"}}, 400, "wrong suffix"},
		{"a batch that is too large", v1, []part{{"purpose", "", "batch"}, {"file", "a.jsonl", strings.Repeat("x", 1001)}}, 400, "1000 bytes"},
		{"a file as large as it may be", v1, []part{{"purpose", "", "assistants"}, {"file", "a.txt", strings.Repeat("x", 2000)}}, 200, ""},
		{"a file that is too large", v1, []part{{"purpose", "", "assistants"}, {"file", "a.txt", strings.Repeat("x", 2001)}}, 413, "2000 bytes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := post(t, s.URL("a")+row.path, "key-a", row.parts...)
			want(t, "status", r.Status, row.status)
			if row.status != 200 && !strings.Contains(r.Body, row.message) {
				t.Errorf("answer %s, want %q in it", r.Body, row.message)
			}
		})
	}
}

func TestAFilePartWithoutAContentTypeIsRefused(t *testing.T) {
	s := start(t, keeper())
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.WriteField("purpose", "assistants")
	into, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="a.txt"`}})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(into, "x")
	_ = w.Close()
	r := send(t, "POST", s.URL("a")+"/openai/v1/files", b.String(), "api-key", "key-a", "Content-Type", w.FormDataContentType())
	want(t, "status", r.Status, http.StatusBadRequest)
	want(t, "code", r.JSON(t, "error.code"), "invalidPayload")
}

func TestAFileEndsWhenItExpires(t *testing.T) {
	c, now := keeper(), newClock()
	c.Now = func() time.Time { return now.now }
	s := start(t, c)
	r := post(t, s.URL("a")+"/openai/v1/files", "key-a", part{"purpose", "", "batch"}, part{"file", "a.jsonl", "x"},
		part{"expires_after[anchor]", "", "created_at"}, part{"expires_after[seconds]", "", "1209600"})
	want(t, "expires_at", r.JSON(t, "expires_at"), float64(1_750_000_000+1209600))
	id := idOf(t, r)
	now.now = now.now.Add(1209599 * time.Second)
	want(t, "status before", at(t, s, "a", "GET", "files/"+id, "").Status, http.StatusOK)
	now.now = now.now.Add(time.Second)
	want(t, "status then", at(t, s, "a", "GET", "files/"+id, "").Status, http.StatusNotFound)
	want(t, "listed then", at(t, s, "a", "GET", "files", "").JSON(t, "first_id"), nil)
}

func TestASlowFileIsProcessedByAStep(t *testing.T) {
	c := keeper()
	c.SlowFiles, c.ManualSteps = true, true
	s := start(t, c)
	id := put(t, s, "a", "batch", "a.jsonl", batchOf(`{"model":"chat","messages":[{"role":"user","content":"x"}]}`))
	create := `{"input_file_id":"` + id + `","endpoint":"/chat/completions","completion_window":"24h"}`
	want(t, "status", at(t, s, "a", "GET", "files/"+id, "").JSON(t, "status"), "pending")
	want(t, "a batch of it", at(t, s, "a", "POST", "batches", create).Status, http.StatusBadRequest)
	want(t, "stepped", s.Step("a", id), "processed")
	want(t, "status then", at(t, s, "a", "GET", "files/"+id, "").JSON(t, "status"), "processed")
	want(t, "a batch of it then", at(t, s, "a", "POST", "batches", create).Status, http.StatusOK)
	want(t, "step of nothing", s.Step("b", id), "")
}

func TestAFileThatCannotBeProcessedIsAnError(t *testing.T) {
	c := keeper()
	c.SlowFiles = true
	s := start(t, c)
	id := put(t, s, "a", "fine-tune", "a.jsonl", "x")
	want(t, "spoiled", s.Spoil("a", id, "", "not an example"), true)
	r := at(t, s, "a", "GET", "files/"+id, "")
	want(t, "status", r.JSON(t, "status"), "error")
	want(t, "details", r.JSON(t, "status_details"), "not an example")
}

func TestDeletionsOfOldVersionsHaveNoBody(t *testing.T) {
	s := start(t, keeper())
	for version, status := range map[string]int{"2024-06-01": http.StatusNoContent, "2024-10-21": http.StatusOK} {
		id := put(t, s, "a", "assistants", "a.txt", "x")
		r := send(t, "DELETE", s.URL("a")+"/openai/files/"+id+"?api-version="+version, "", "api-key", "key-a")
		want(t, "status in "+version, r.Status, status)
		want(t, "body in "+version, r.Body == "", status == http.StatusNoContent)
	}
}

func TestResetForgetsNoFile(t *testing.T) {
	s := start(t, keeper())
	id := put(t, s, "a", "assistants", "a.txt", "x")
	s.Reset()
	want(t, "status", at(t, s, "a", "GET", "files/"+id, "").Status, http.StatusOK)
}
