package fakeazure

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

var vectorStoreOperations = []*operation{
	{path: "vector_stores", method: http.MethodPost, since: "2024-05-01", serve: archived((*call).createVectorStore)},
	{path: "vector_stores", method: http.MethodGet, since: "2024-05-01", serve: archived((*call).listVectorStores)},
	{path: "vector_stores/{id}", method: http.MethodGet, since: "2024-05-01", serve: archived((*call).retrieveVectorStore)},
	{path: "vector_stores/{id}", method: http.MethodPost, since: "2024-05-01", serve: archived((*call).updateVectorStore)},
	{path: "vector_stores/{id}", method: http.MethodDelete, since: "2024-05-01", serve: archived((*call).deleteVectorStore)},
	{path: "vector_stores/{id}/search", method: http.MethodPost, since: "2025-04-01", serve: archived((*call).searchVectorStore)},
}

// vectorStore has files that are searched by their words.
type vectorStore struct {
	id, name         string
	created, touched int64
	expiresAfter     *storeExpiry
	metadata         object
	files            collection[*storedVectors]
	batches          collection[*vectorBatch]
}

// storeExpiry counts from the last use, in days.
type storeExpiry struct {
	Anchor string `json:"anchor"`
	Days   int64  `json:"days"`
}

type vectorStoreRequest struct {
	Name             *string         `json:"name"`
	Metadata         object          `json:"metadata"`
	ExpiresAfter     *storeExpiry    `json:"expires_after"`
	FileIDs          []string        `json:"file_ids"`
	ChunkingStrategy json.RawMessage `json:"chunking_strategy"`
}

func (c *call) createVectorStore(a *archive) (object, *failure) {
	var q vectorStoreRequest
	if wrong := c.decodeAny(&q); wrong != nil {
		return nil, wrong
	}
	s := &vectorStore{
		id: randomID("vs_", 24), created: c.created(), touched: c.created(),
		expiresAfter: q.ExpiresAfter, metadata: merged(q.Metadata, nil),
	}
	if q.Name != nil {
		s.name = *q.Name
	}
	if wrong := s.addAll(c, a, q.FileIDs, nil, q.ChunkingStrategy, ""); wrong != nil {
		return nil, wrong
	}
	a.stores.add(s.id, s)
	return s.object(), nil
}

func (c *call) listVectorStores(a *archive) (object, *failure) {
	return pageOf(c, &a.stores, ordinary, nil, (*vectorStore).object)
}

func (c *call) retrieveVectorStore(a *archive) (object, *failure) {
	s, wrong := own(c, &a.stores, "vector store")
	if wrong != nil {
		return nil, wrong
	}
	c.work(s)
	return s.object(), nil
}

func (c *call) updateVectorStore(a *archive) (object, *failure) {
	s, wrong := own(c, &a.stores, "vector store")
	if wrong != nil {
		return nil, wrong
	}
	var q vectorStoreRequest
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	if q.Name != nil {
		s.name = *q.Name
	}
	if q.ExpiresAfter != nil {
		s.expiresAfter = q.ExpiresAfter
	}
	s.metadata, s.touched = merged(s.metadata, q.Metadata), c.created()
	return s.object(), nil
}

func (c *call) deleteVectorStore(a *archive) (object, *failure) {
	return erase(c, &a.stores, "vector store", "vector_store.deleted")
}

func (s *vectorStore) object() object {
	counts, bytes := s.counts(""), int64(0)
	s.files.each(func(v *storedVectors) { bytes += v.bytes() })
	status, expires := "completed", int64(0)
	if counts["in_progress"].(int) > 0 {
		status = "in_progress"
	}
	o := object{
		"id": s.id, "object": "vector_store", "created_at": s.created, "name": textOr(s.name), "usage_bytes": bytes,
		"file_counts": counts, "status": status, "last_active_at": s.touched, "metadata": s.metadata,
	}
	if e := s.expiresAfter; e != nil {
		o["expires_after"] = object{"anchor": e.Anchor, "days": e.Days}
		expires = s.touched + e.Days*24*3600
	}
	o["expires_at"] = stamp(expires)
	return o
}

// counts are those of the store's files, or of one batch of them.
func (s *vectorStore) counts(batch string) object {
	n := map[string]int{}
	s.files.each(func(v *storedVectors) {
		if batch == "" || v.batch == batch {
			n[v.status]++
			n["total"]++
		}
	})
	whole := object{}
	for _, status := range []string{"in_progress", "completed", "failed", "cancelled", "total"} {
		whole[status] = n[status]
	}
	return whole
}

func (s *vectorStore) state() string {
	status, _ := s.object()["status"].(string)
	return status
}

// step takes in the files that are still to be.
func (s *vectorStore) step(r *resource) {
	s.files.each(func(v *storedVectors) { v.step(r) })
}

func (s *vectorStore) spoil(code, message string) {
	s.files.each(func(v *storedVectors) { v.spoil(code, message) })
}

// queries is one question or several.
type queries []string

func (q *queries) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		*q = []string{""}
		return json.Unmarshal(data, &(*q)[0])
	}
	return json.Unmarshal(data, (*[]string)(q))
}

// searchVectorStore finds the files that have words of the question, those
// with the most of them first.
func (c *call) searchVectorStore(a *archive) (object, *failure) {
	s, wrong := own(c, &a.stores, "vector store")
	if wrong != nil {
		return nil, wrong
	}
	var q struct {
		Query         queries `json:"query"`
		MaxNumResults *int    `json:"max_num_results"`
	}
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	if len(q.Query) == 0 {
		return nil, missing("query")
	}
	most := 10
	if q.MaxNumResults != nil {
		most = *q.MaxNumResults
	}
	words := strings.Fields(strings.ToLower(strings.Join(q.Query, " ")))
	found := []object{}
	s.files.each(func(v *storedVectors) {
		if v.status != "completed" {
			return
		}
		text, hits := v.text(), 0
		for _, word := range words {
			if strings.Contains(strings.ToLower(text), word) {
				hits++
			}
		}
		if hits > 0 {
			found = append(found, object{
				"file_id": v.id, "filename": v.file.name, "score": float64(hits) / float64(len(words)),
				"attributes": v.attributes, "content": []object{{"type": "text", "text": text}},
			})
		}
	})
	slices.SortStableFunc(found, func(a, b object) int {
		return int(1000*b["score"].(float64)) - int(1000*a["score"].(float64))
	})
	s.touched = c.created()
	return object{
		"object": "vector_store.search_results.page", "search_query": []string(q.Query),
		"data": found[:min(most, len(found))], "has_more": len(found) > most, "next_page": nil,
	}, nil
}

const searched = 4 << 10 // bytes of a file that a search looks at

// text is what a search sees of a file.
func (v *storedVectors) text() string {
	text, _ := io.ReadAll(io.LimitReader(v.file.content.open(), searched)) // as much as there is
	return string(text)
}
