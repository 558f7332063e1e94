package fakeazure

import (
	"net/http"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
)

func TestAVectorStoreTakesItsFilesInAndFindsThem(t *testing.T) {
	eachSide(t, keeper(), func(t *testing.T, is side) {
		ctx, stores := deadline(t), is.client.VectorStores
		upload := func(name, text string) string {
			return must[*openai.FileObject](t)(is.client.Files.New(ctx, openai.FileNewParams{File: openai.File(strings.NewReader(text), name, "text/plain"), Purpose: openai.FilePurposeAssistants})).ID
		}
		cats, dogs := upload("cats.txt", "Cats purr."), upload("dogs.txt", "Dogs bark, cats do not.")
		made := must[*openai.VectorStore](t)(stores.New(ctx, openai.VectorStoreNewParams{Name: openai.String("pets"), FileIDs: []string{cats}, Metadata: map[string]string{"a": "1", "b": "2"}}))
		want(t, "status", string(made.Status), "in_progress")
		want(t, "counted", made.FileCounts.InProgress, int64(1))
		got := must[*openai.VectorStore](t)(stores.Get(ctx, made.ID))
		want(t, "status then", string(got.Status), "completed")
		want(t, "bytes", got.UsageBytes, int64(len("Cats purr.")))

		added := must[*openai.VectorStoreFile](t)(stores.Files.New(ctx, made.ID, openai.VectorStoreFileNewParams{FileID: dogs}))
		want(t, "id of the file in it", added.ID, dogs)
		want(t, "its status", string(added.Status), "in_progress")
		added = must[*openai.VectorStoreFile](t)(stores.Files.Get(ctx, made.ID, dogs))
		want(t, "its status then", string(added.Status), "completed")

		found, err := stores.Search(ctx, made.ID, openai.VectorStoreSearchParams{Query: openai.VectorStoreSearchParamsQueryUnion{OfString: openai.String("purr cats")}})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "found", len(found.Data), 2)
		want(t, "best", found.Data[0].FileID, cats)
		want(t, "text", found.Data[0].Content[0].Text, "Cats purr.")

		gone := must[*openai.VectorStoreFileDeleted](t)(stores.Files.Delete(ctx, made.ID, dogs))
		want(t, "taken out", gone.Deleted, true)
		_, err = stores.Files.Get(ctx, made.ID, dogs)
		refuses(t, "file that was taken out", err, http.StatusNotFound)
		must[*openai.FileObject](t)(is.client.Files.Get(ctx, dogs)) // it is still a file

		updated := must[*openai.VectorStore](t)(stores.Update(ctx, made.ID, openai.VectorStoreUpdateParams{Name: openai.String("animals"), Metadata: map[string]string{"b": "3"}}))
		want(t, "name", updated.Name, "animals")
		want(t, "metadata", updated.Metadata["a"]+updated.Metadata["b"], "13")
		must[*openai.VectorStoreDeleted](t)(stores.Delete(ctx, made.ID))
		_, err = stores.Get(ctx, made.ID)
		refuses(t, "deleted", err, http.StatusNotFound)
	})
}

func TestAVectorStoreTakesABatchOfFiles(t *testing.T) {
	eachSide(t, keeper(), func(t *testing.T, is side) {
		ctx, stores := deadline(t), is.client.VectorStores
		var ids []string
		for _, text := range []string{"one", "two", "three"} {
			ids = append(ids, must[*openai.FileObject](t)(is.client.Files.New(ctx, openai.FileNewParams{File: openai.File(strings.NewReader(text), "a.txt", "text/plain"), Purpose: openai.FilePurposeAssistants})).ID)
		}
		store := must[*openai.VectorStore](t)(stores.New(ctx, openai.VectorStoreNewParams{FileIDs: ids[:1]}))
		made := must[*openai.VectorStoreFileBatch](t)(stores.FileBatches.New(ctx, store.ID, openai.VectorStoreFileBatchNewParams{FileIDs: ids[1:]}))
		want(t, "status", string(made.Status), "in_progress")
		want(t, "files", made.FileCounts.Total, int64(2))
		got := must[*openai.VectorStoreFileBatch](t)(stores.FileBatches.Get(ctx, store.ID, made.ID))
		want(t, "status then", string(got.Status), "completed")
		listed := stores.FileBatches.ListFilesAutoPaging(ctx, store.ID, made.ID, openai.VectorStoreFileBatchListFilesParams{Limit: openai.Int(1)})
		var found []string
		for listed.Next() {
			found = append(found, listed.Current().ID)
		}
		want(t, "listed", strings.Join(found, " "), ids[2]+" "+ids[1])
		waiting := must[*openai.VectorStoreFile](t)(stores.Files.Get(ctx, store.ID, ids[0]))
		want(t, "a file of no batch", string(waiting.Status), "completed")
	})
}

func TestAFileBatchCanBeCancelledAndCanFail(t *testing.T) {
	c := keeper()
	c.ManualSteps = true
	s := start(t, c)
	one, two := put(t, s, "a", "assistants", "1.txt", "one"), put(t, s, "a", "assistants", "2.txt", "two")
	store := idOf(t, at(t, s, "a", "POST", "vector_stores", ""))
	begin := func(file string) string {
		return idOf(t, at(t, s, "a", "POST", "vector_stores/"+store+"/file_batches", `{"files":[{"file_id":"`+file+`","attributes":{"k":"v"}}]}`))
	}
	first, second := begin(one), begin(two)
	r := at(t, s, "a", "POST", "vector_stores/"+store+"/file_batches/"+first+"/cancel", "")
	want(t, "cancelled", r.JSON(t, "status"), "cancelled")
	want(t, "its files", r.JSON(t, "file_counts.cancelled"), 1.0)
	s.Spoil("a", second, "unsupported_file", "not a text")
	want(t, "failed", s.Step("a", second), "failed")
	r = at(t, s, "a", "GET", "vector_stores/"+store+"/files/"+two, "")
	want(t, "error of the file", r.JSON(t, "last_error.code"), "unsupported_file")
	want(t, "attributes", r.JSON(t, "attributes.k"), "v")
	r = at(t, s, "a", "GET", "vector_stores/"+store+"/files?filter=failed", "")
	want(t, "failed ones", r.JSON(t, "first_id"), two)
	want(t, "no more of them", r.JSON(t, "has_more"), false)
	want(t, "a file that is not there", at(t, s, "a", "POST", "vector_stores/"+store+"/files", `{"file_id":"file-none"}`).Body,
		`{"error":{"code":null,"message":"Files [file-none] were not found","param":null,"type":"invalid_request_error"}}`)
	want(t, "a batch of another store", at(t, s, "a", "GET", "vector_stores/"+idOf(t, at(t, s, "a", "POST", "vector_stores", "{}"))+"/file_batches/"+first, "").Status, http.StatusNotFound)
	r = at(t, s, "a", "POST", "vector_stores/"+store+"/files/"+two, `{"attributes":{"k":"w"}}`)
	want(t, "attributes then", r.JSON(t, "attributes.k"), "w")
	r = at(t, s, "a", "GET", "vector_stores/"+store+"/files/"+two+"/content", "")
	want(t, "content", r.JSON(t, "data.0.text"), "two")
}
