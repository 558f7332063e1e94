package fakeazure

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

var fileOperations = []*operation{
	{path: "files", method: http.MethodPost, form: true, files: true, since: "2024-02-01", serve: archived((*call).createFile)},
	{path: "files", method: http.MethodGet, since: "2024-02-01", serve: archived((*call).listFiles)},
	{path: "files/{id}", method: http.MethodGet, since: "2024-02-01", serve: archived((*call).retrieveFile)},
	{path: "files/{id}", method: http.MethodDelete, since: "2024-02-01", serve: archived((*call).deleteFile)},
	{path: "files/{id}/content", method: http.MethodGet, since: "2024-02-01", serve: (*call).fileContent},
}

// file is one file of a resource.
type file struct {
	id, name, purpose string
	status            string // "pending", "processed", "error"
	details           string // of an error
	created, expires  int64  // expires is 0 when it does not
	content           *blob
}

func (f *file) state() string { return f.status }

func (f *file) step(*resource) {
	if f.details != "" {
		f.status = "error"
	} else if f.status == "pending" {
		f.status = "processed"
	}
}

func (f *file) spoil(_, message string) { f.details = message }

func (f *file) object() object {
	o := object{
		"id": f.id, "object": "file", "bytes": f.content.size, "created_at": f.created, "filename": f.name,
		"purpose": f.purpose, "status": f.status, "status_details": textOr(f.details),
	}
	if f.expires > 0 {
		o["expires_at"] = f.expires
	}
	return o
}

// azurePurposes are what a file may be uploaded for, and the classic
// api-version that has it first.
var azurePurposes = map[string]string{"fine-tune": "2022-12-01", "assistants": "2024-02-15", "batch": "2024-07-01", "evals": "2025-04-01"}

var openAIPurposes = map[string]string{"fine-tune": "", "assistants": "", "batch": "", "evals": "", "vision": "", "user_data": ""}

// purpose checks what a file is to be for.
func (c *call) purpose(purpose, name string) *failure {
	known := openAIPurposes
	if c.azure() {
		known = azurePurposes
	}
	since, ok := known[purpose]
	switch {
	case purpose == "":
		return c.payload("purpose", "The purpose is missing.")
	case !ok || c.datedBefore(since):
		return c.payload("purpose", "Invalid value for purpose.")
	case (purpose == "batch" || purpose == "fine-tune") && !strings.HasSuffix(name, ".jsonl"):
		return c.payload("file", "fileName contains an invalid filename: wrong suffix.")
	}
	return nil
}

func (c *call) createFile(a *archive) (object, *failure) {
	part, content, wrong := c.form.file("file")
	if wrong != nil {
		return nil, wrong
	}
	if c.azure() && part.ContentType == "" {
		return nil, c.payload("file", "The file has no or an empty content type specified.")
	}
	purpose := c.form.value("purpose")
	if wrong := c.purpose(purpose, part.Filename); wrong != nil {
		return nil, wrong
	}
	expires, wrong := c.form.expiry("expires_after").end(c, "expires_after")
	if wrong != nil {
		return nil, wrong
	}
	return c.newFile(a, part.Filename, purpose, expires, content)
}

// newFile keeps a file that a client has sent, at once or in parts.
func (c *call) newFile(a *archive, name, purpose string, expires int64, content *blob) (object, *failure) {
	switch quotas := c.server.config.Quotas; {
	case content.tooLarge() || content.size > quotas.fileBytes():
		wrong := c.payload("file", "The file is larger than the limit of %d bytes.", quotas.fileBytes())
		wrong.status = http.StatusRequestEntityTooLarge
		return nil, wrong
	case purpose == "batch" && content.size > quotas.batchBytes():
		return nil, c.payload("file", "The input of a batch is larger than the limit of %d bytes.", quotas.batchBytes())
	}
	f := a.addFile(c.resource, name, purpose, expires, content)
	if c.server.config.SlowFiles {
		f.status = "pending"
	}
	return f.object(), nil
}

// addFile keeps a file, whoever made it.
func (a *archive) addFile(r *resource, name, purpose string, expires int64, content *blob) *file {
	f := &file{
		id: randomID("file-", 32), name: name, purpose: purpose, status: "processed",
		created: r.server.config.Now().Unix(), expires: expires, content: content,
	}
	a.files.add(f.id, f)
	return f
}

// file finds a file that has not expired.
func (a *archive) file(c *call, id string) (*file, *failure) {
	f, wrong := lookUp(c, &a.files, "file", id)
	if wrong == nil && f.expired(c) {
		a.files.remove(id)
		return nil, c.noSuch("file", id)
	}
	return f, wrong
}

func (f *file) expired(c *call) bool { return f.expires > 0 && f.expires <= c.created() }

func (c *call) listFiles(a *archive) (object, *failure) {
	purpose := c.r.URL.Query().Get("purpose")
	return pageOf(c, &a.files, listing{usual: 10_000, most: 10_000}, func(f *file) bool {
		return !f.expired(c) && (purpose == "" || purpose == f.purpose)
	}, (*file).object)
}

func (c *call) retrieveFile(a *archive) (object, *failure) {
	f, wrong := a.file(c, c.route.id)
	if wrong != nil {
		return nil, wrong
	}
	c.work(f)
	return f.object(), nil
}

// deleteFile answers without a body before the api-version that brought one.
func (c *call) deleteFile(a *archive) (object, *failure) {
	f, wrong := a.file(c, c.route.id)
	if wrong != nil {
		return nil, wrong
	}
	a.files.remove(f.id)
	if c.datedBefore("2024-10-21") {
		return nil, nil
	}
	return deleted(f.id, "file"), nil
}

func (c *call) fileContent() {
	a := &c.resource.archive
	a.mu.Lock()
	f, wrong := a.file(c, c.route.id)
	a.mu.Unlock()
	if wrong != nil {
		c.fail(wrong)
		return
	}
	c.download(f.name, "application/octet-stream", f.content)
}

const contentPart = 64 << 10 // bytes of one part of a file's content

// download answers with the exact bytes of a blob, in parts.
func (c *call) download(name, contentType string, content *blob) {
	h := c.w.Header()
	h.Set("Content-Length", strconv.FormatInt(content.size, 10))
	if name != "" {
		h.Set("Content-Disposition", `attachment; filename="`+strings.NewReplacer(`"`, "", "\r", "", "\n", "").Replace(name)+`"`)
	}
	answer := c.begin(http.StatusOK, contentType, -1)
	reader, buffer := content.open(), make([]byte, contentPart)
	for !answer.broken {
		n, err := io.ReadFull(reader, buffer)
		if n > 0 {
			answer.part(buffer[:n])
		}
		if err != nil {
			break
		}
	}
	answer.end()
}

// StoredFile is a file as a resource keeps it.
type StoredFile struct {
	ID, Name, Purpose, Status string
	Size                      int64
	SHA256                    string // hex
	Content                   io.Reader
}

// File gives a file of a resource; ok is false when it does not have it.
func (s *Server) File(resource, id string) (stored StoredFile, ok bool) {
	r := s.resource(resource)
	r.archive.mu.Lock()
	defer r.archive.mu.Unlock()
	f, ok := r.archive.files.byID[id]
	if !ok {
		return StoredFile{}, false
	}
	return StoredFile{f.id, f.name, f.purpose, f.status, f.content.size, f.content.hash(), f.content.open()}, true
}
