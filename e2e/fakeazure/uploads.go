package fakeazure

import (
	"crypto/md5"
	"encoding/hex"
	"io"
	"net/http"
)

var uploadOperations = []*operation{
	{path: "uploads", method: http.MethodPost, since: "2024-08-01", serve: archived((*call).createUpload)},
	{path: "uploads/{id}/parts", method: http.MethodPost, form: true, files: true, since: "2024-08-01", serve: archived((*call).addPart)},
	{path: "uploads/{id}/complete", method: http.MethodPost, since: "2024-08-01", serve: archived((*call).completeUpload)},
	{path: "uploads/{id}/cancel", method: http.MethodPost, since: "2024-08-01", serve: archived((*call).cancelUpload)},
}

// upload is a file that comes in parts.
type upload struct {
	id, name, purpose, status string // status: "pending", "completed", "cancelled"
	bytes, created            int64
	fileExpires               int64
	parts                     map[string]*blob
	file                      object // nil until it is completed
}

func (u *upload) object() object {
	var made any
	if u.file != nil {
		made = u.file
	}
	return object{
		"id": u.id, "object": "upload", "bytes": u.bytes, "created_at": u.created, "expires_at": u.created + 3600,
		"filename": u.name, "purpose": u.purpose, "status": u.status, "file": made,
	}
}

func (c *call) createUpload(a *archive) (object, *failure) {
	var q struct {
		Bytes        int64   `json:"bytes"`
		Filename     string  `json:"filename"`
		MimeType     string  `json:"mime_type"`
		Purpose      string  `json:"purpose"`
		ExpiresAfter *expiry `json:"expires_after"`
	}
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	switch {
	case q.Filename == "":
		return nil, missing("filename")
	case q.MimeType == "":
		return nil, missing("mime_type")
	case q.Bytes <= 0:
		return nil, missing("bytes")
	}
	if wrong := c.purpose(q.Purpose, q.Filename); wrong != nil {
		return nil, wrong
	}
	expires, wrong := q.ExpiresAfter.end(c, "expires_after")
	if wrong != nil {
		return nil, wrong
	}
	u := &upload{
		id: randomID("upload_", 32), name: q.Filename, purpose: q.Purpose, status: "pending",
		bytes: q.Bytes, created: c.created(), fileExpires: expires, parts: map[string]*blob{},
	}
	a.uploads.add(u.id, u)
	return u.object(), nil
}

// openUpload finds an upload that still takes parts.
func (c *call) openUpload(a *archive) (*upload, *failure) {
	u, wrong := own(c, &a.uploads, "upload")
	if wrong != nil {
		return nil, wrong
	}
	if u.created+3600 <= c.created() {
		u.status = "expired"
	}
	if u.status != "pending" {
		return nil, c.payload("", "The upload is %s.", u.status)
	}
	return u, nil
}

func (c *call) addPart(a *archive) (object, *failure) {
	u, wrong := c.openUpload(a)
	if wrong != nil {
		return nil, wrong
	}
	_, content, wrong := c.form.file("data")
	if wrong != nil {
		return nil, wrong
	}
	if most := c.server.config.Quotas.partBytes(); content.size > most {
		return nil, c.payload("data", "The part is larger than the limit of %d bytes.", most)
	}
	id := randomID("part_", 32)
	u.parts[id] = content
	return object{"id": id, "object": "upload.part", "created_at": c.created(), "upload_id": u.id}, nil
}

// completeUpload makes the file of the parts in the order that the request has.
func (c *call) completeUpload(a *archive) (object, *failure) {
	u, wrong := c.openUpload(a)
	if wrong != nil {
		return nil, wrong
	}
	var q struct {
		PartIDs []string `json:"part_ids"`
		MD5     string   `json:"md5"`
	}
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	if len(q.PartIDs) == 0 {
		return nil, missing("part_ids")
	}
	whole, sum := newBlob(c.server.config.Quotas.fileBytes()), md5.New() // the API has it so
	for _, id := range q.PartIDs {
		part, ok := u.parts[id]
		if !ok {
			return nil, c.noSuch("upload part", id)
		}
		if _, err := io.Copy(io.MultiWriter(whole, sum), part.open()); err != nil {
			return nil, ofStatus(http.StatusInternalServerError)
		}
	}
	switch {
	case whole.size != u.bytes:
		return nil, c.payload("bytes", "The parts have %d bytes, but the upload was to have %d.", whole.size, u.bytes)
	case q.MD5 != "" && q.MD5 != hex.EncodeToString(sum.Sum(nil)):
		return nil, c.payload("md5", "The parts do not have the checksum that was sent.")
	}
	made, wrong := c.newFile(a, u.name, u.purpose, u.fileExpires, whole)
	if wrong != nil {
		return nil, wrong
	}
	u.status, u.file, u.parts = "completed", made, nil
	return u.object(), nil
}

func (c *call) cancelUpload(a *archive) (object, *failure) {
	u, wrong := c.openUpload(a)
	if wrong != nil {
		return nil, wrong
	}
	u.status, u.parts = "cancelled", nil
	return u.object(), nil
}
