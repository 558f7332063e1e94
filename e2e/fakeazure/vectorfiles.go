package fakeazure

import (
	"encoding/json"
	"net/http"
	"strings"
)

var vectorStoreFileOperations = []*operation{
	{path: "vector_stores/{id}/files", method: http.MethodPost, since: "2024-05-01", serve: archived((*call).addVectorFile)},
	{path: "vector_stores/{id}/files", method: http.MethodGet, since: "2024-05-01", serve: archived((*call).listVectorFiles)},
	{path: "vector_stores/{id}/files/{id}", method: http.MethodGet, since: "2024-05-01", serve: archived((*call).retrieveVectorFile)},
	{path: "vector_stores/{id}/files/{id}", method: http.MethodPost, since: "2025-04-01", serve: archived((*call).updateVectorFile)},
	{path: "vector_stores/{id}/files/{id}", method: http.MethodDelete, since: "2024-05-01", serve: archived((*call).deleteVectorFile)},
	{path: "vector_stores/{id}/files/{id}/content", method: http.MethodGet, since: "2025-04-01", serve: archived((*call).vectorFileContent)},
	{path: "vector_stores/{id}/file_batches", method: http.MethodPost, since: "2024-05-01", serve: archived((*call).createVectorBatch)},
	{path: "vector_stores/{id}/file_batches/{id}", method: http.MethodGet, since: "2024-05-01", serve: archived((*call).retrieveVectorBatch)},
	{path: "vector_stores/{id}/file_batches/{id}/cancel", method: http.MethodPost, since: "2024-05-01", serve: archived((*call).cancelVectorBatch)},
	{path: "vector_stores/{id}/file_batches/{id}/files", method: http.MethodGet, since: "2024-05-01", serve: archived((*call).listVectorBatchFiles)},
}

// storedVectors is one file in a vector store, under the file's own id:
// in_progress, completed; or failed, or cancelled.
type storedVectors struct {
	id, store, batch, status string
	created                  int64
	file                     *file
	attributes               object
	chunking                 json.RawMessage
	problem                  object
	spoiled                  *problem
}

// vectorBatch is several files that were added at once.
type vectorBatch struct {
	id        string
	created   int64
	store     *vectorStore
	cancelled bool
}

type vectorFileRequest struct {
	FileID           string          `json:"file_id"`
	Attributes       object          `json:"attributes"`
	ChunkingStrategy json.RawMessage `json:"chunking_strategy"`
}

// addAll adds files to a store: all of them, or none when one is not there.
func (s *vectorStore) addAll(c *call, a *archive, ids []string, attributes object, chunking json.RawMessage, batch string) *failure {
	var absent []string
	for _, id := range ids {
		if _, wrong := a.file(c, id); wrong != nil {
			absent = append(absent, id)
		}
	}
	if len(absent) > 0 {
		return modelError(http.StatusNotFound, "invalid_request_error", "", "", "Files ["+strings.Join(absent, ", ")+"] were not found")
	}
	if len(chunking) == 0 {
		chunking = json.RawMessage(`{"type":"static","static":{"max_chunk_size_tokens":800,"chunk_overlap_tokens":400}}`)
	}
	for _, id := range ids {
		if _, there := s.files.byID[id]; there {
			continue
		}
		s.files.add(id, &storedVectors{
			id: id, store: s.id, batch: batch, status: "in_progress", created: c.created(),
			file: a.files.byID[id], attributes: merged(attributes, nil), chunking: chunking,
		})
	}
	s.touched = c.created()
	return nil
}

func (v *storedVectors) bytes() int64 {
	if v.status != "completed" {
		return 0
	}
	return v.file.content.size
}

func (v *storedVectors) object() object {
	return object{
		"id": v.id, "object": "vector_store.file", "created_at": v.created, "vector_store_id": v.store, "status": v.status,
		"usage_bytes": v.bytes(), "last_error": v.problem, "attributes": v.attributes, "chunking_strategy": v.chunking,
	}
}

func (v *storedVectors) state() string { return v.status }

func (v *storedVectors) step(*resource) {
	switch {
	case v.status != "in_progress":
	case v.spoiled != nil:
		v.status, v.problem = "failed", object{"code": v.spoiled.code, "message": v.spoiled.message}
	default:
		v.status = "completed"
	}
}

func (v *storedVectors) spoil(code, message string) {
	v.spoiled = &problem{code: code, message: message}
}

func (c *call) addVectorFile(a *archive) (object, *failure) {
	s, wrong := own(c, &a.stores, "vector store")
	if wrong != nil {
		return nil, wrong
	}
	var q vectorFileRequest
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	if q.FileID == "" {
		return nil, missing("file_id")
	}
	if wrong := s.addAll(c, a, []string{q.FileID}, q.Attributes, q.ChunkingStrategy, ""); wrong != nil {
		return nil, wrong
	}
	return s.files.byID[q.FileID].object(), nil
}

func (c *call) listVectorFiles(a *archive) (object, *failure) {
	s, wrong := own(c, &a.stores, "vector store")
	if wrong != nil {
		return nil, wrong
	}
	filter := c.r.URL.Query().Get("filter")
	return pageOf(c, &s.files, ordinary, func(v *storedVectors) bool { return filter == "" || filter == v.status }, (*storedVectors).object)
}

// vectorFile finds the store and the file that the path names.
func (c *call) vectorFile(a *archive) (*vectorStore, *storedVectors, *failure) {
	s, wrong := own(c, &a.stores, "vector store")
	if wrong != nil {
		return nil, nil, wrong
	}
	v, wrong := lookUp(c, &s.files, "file in the vector store", c.ids[1])
	return s, v, wrong
}

func (c *call) retrieveVectorFile(a *archive) (object, *failure) {
	_, v, wrong := c.vectorFile(a)
	if wrong != nil {
		return nil, wrong
	}
	c.work(v)
	return v.object(), nil
}

func (c *call) updateVectorFile(a *archive) (object, *failure) {
	_, v, wrong := c.vectorFile(a)
	if wrong != nil {
		return nil, wrong
	}
	var q vectorFileRequest
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	v.attributes = merged(q.Attributes, nil)
	return v.object(), nil
}

// deleteVectorFile takes the file out of the store; the file itself stays.
func (c *call) deleteVectorFile(a *archive) (object, *failure) {
	s, v, wrong := c.vectorFile(a)
	if wrong != nil {
		return nil, wrong
	}
	s.files.remove(v.id)
	return deleted(v.id, "vector_store.file.deleted"), nil
}

func (c *call) vectorFileContent(a *archive) (object, *failure) {
	_, v, wrong := c.vectorFile(a)
	if wrong != nil {
		return nil, wrong
	}
	return object{
		"object": "vector_store.file_content.page", "has_more": false, "next_page": nil,
		"data": []object{{"type": "text", "text": v.text()}},
	}, nil
}

func (c *call) createVectorBatch(a *archive) (object, *failure) {
	s, wrong := own(c, &a.stores, "vector store")
	if wrong != nil {
		return nil, wrong
	}
	var q struct {
		FileIDs []string            `json:"file_ids"`
		Files   []vectorFileRequest `json:"files"`
		vectorFileRequest
	}
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	if len(q.FileIDs)+len(q.Files) == 0 {
		return nil, missing("file_ids")
	}
	b := &vectorBatch{id: randomID("vsfb_", 24), created: c.created(), store: s}
	wrong = s.addAll(c, a, q.FileIDs, q.Attributes, q.ChunkingStrategy, b.id)
	for _, one := range q.Files {
		if wrong == nil {
			wrong = s.addAll(c, a, []string{one.FileID}, one.Attributes, one.ChunkingStrategy, b.id)
		}
	}
	if wrong != nil {
		return nil, wrong
	}
	s.batches.add(b.id, b)
	return b.object(), nil
}

// vectorBatch finds the batch of files that the path names.
func (c *call) vectorBatch(a *archive) (*vectorBatch, *failure) {
	s, wrong := own(c, &a.stores, "vector store")
	if wrong != nil {
		return nil, wrong
	}
	return lookUp(c, &s.batches, "file batch", c.ids[1])
}

func (c *call) retrieveVectorBatch(a *archive) (object, *failure) {
	b, wrong := c.vectorBatch(a)
	if wrong != nil {
		return nil, wrong
	}
	c.work(b)
	return b.object(), nil
}

func (c *call) cancelVectorBatch(a *archive) (object, *failure) {
	b, wrong := c.vectorBatch(a)
	if wrong != nil {
		return nil, wrong
	}
	b.cancelled = b.state() == "in_progress"
	b.each(func(v *storedVectors) {
		if v.status == "in_progress" {
			v.status = "cancelled"
		}
	})
	return b.object(), nil
}

func (c *call) listVectorBatchFiles(a *archive) (object, *failure) {
	b, wrong := c.vectorBatch(a)
	if wrong != nil {
		return nil, wrong
	}
	filter := c.r.URL.Query().Get("filter")
	return pageOf(c, &b.store.files, ordinary, func(v *storedVectors) bool {
		return v.batch == b.id && (filter == "" || filter == v.status)
	}, (*storedVectors).object)
}

func (b *vectorBatch) object() object {
	return object{
		"id": b.id, "object": "vector_store.files_batch", "created_at": b.created, "vector_store_id": b.store.id,
		"status": b.state(), "file_counts": b.store.counts(b.id),
	}
}

func (b *vectorBatch) each(do func(*storedVectors)) {
	b.store.files.each(func(v *storedVectors) {
		if v.batch == b.id {
			do(v)
		}
	})
}

func (b *vectorBatch) state() string {
	counts := b.store.counts(b.id)
	switch {
	case b.cancelled:
		return "cancelled"
	case counts["in_progress"] != 0:
		return "in_progress"
	case counts["total"] != 0 && counts["failed"] == counts["total"]:
		return "failed"
	}
	return "completed"
}

func (b *vectorBatch) step(r *resource) { b.each(func(v *storedVectors) { v.step(r) }) }

func (b *vectorBatch) spoil(code, message string) {
	b.each(func(v *storedVectors) { v.spoil(code, message) })
}
