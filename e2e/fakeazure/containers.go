package fakeazure

import (
	"net/http"
	"path"
)

// Containers are on the v1 surface alone.
var containerOperations = []*operation{
	{path: "containers", only: surfaceV1, method: http.MethodPost, serve: archived((*call).createContainer)},
	{path: "containers", only: surfaceV1, method: http.MethodGet, serve: archived((*call).listContainers)},
	{path: "containers/{id}", only: surfaceV1, method: http.MethodGet, serve: archived((*call).retrieveContainer)},
	{path: "containers/{id}", only: surfaceV1, method: http.MethodDelete, serve: archived((*call).deleteContainer)},
	{path: "containers/{id}/files", only: surfaceV1, method: http.MethodPost, form: true, json: true, files: true, serve: archived((*call).addContainerFile)},
	{path: "containers/{id}/files", only: surfaceV1, method: http.MethodGet, serve: archived((*call).listContainerFiles)},
	{path: "containers/{id}/files/{id}", only: surfaceV1, method: http.MethodGet, serve: archived((*call).retrieveContainerFile)},
	{path: "containers/{id}/files/{id}", only: surfaceV1, method: http.MethodDelete, serve: archived((*call).deleteContainerFile)},
	{path: "containers/{id}/files/{id}/content", only: surfaceV1, method: http.MethodGet, serve: (*call).containerFileContent},
}

// container is where a code interpreter works.
type container struct {
	id, name         string
	created, touched int64
	minutes          int64 // until it expires unused
	memory           string
	files            collection[*containerFile]
}

// containerFile is a file in it, under an id of its own.
type containerFile struct {
	id, container, path, source string
	created                     int64
	content                     *blob
}

func (c *call) createContainer(a *archive) (object, *failure) {
	var q struct {
		Name         string   `json:"name"`
		FileIDs      []string `json:"file_ids"`
		MemoryLimit  string   `json:"memory_limit"`
		ExpiresAfter *struct {
			Minutes int64 `json:"minutes"`
		} `json:"expires_after"`
	}
	if wrong := c.decode(&q); wrong != nil {
		return nil, wrong
	}
	if q.Name == "" {
		return nil, missing("name")
	}
	made := &container{id: randomID("cntr_", 48), name: q.Name, created: c.created(), touched: c.created(), minutes: 20, memory: q.MemoryLimit}
	if made.memory == "" {
		made.memory = "1g"
	}
	if q.ExpiresAfter != nil {
		made.minutes = q.ExpiresAfter.Minutes
	}
	for _, id := range q.FileIDs {
		f, wrong := a.file(c, id)
		if wrong != nil {
			return nil, wrong
		}
		made.put(c, f.name, f.content)
	}
	a.containers.add(made.id, made)
	return made.object(), nil
}

func (k *container) put(c *call, name string, content *blob) *containerFile {
	f := &containerFile{
		id: randomID("cfile_", 48), container: k.id, path: "/mnt/data/" + path.Base(name), source: "user",
		created: c.created(), content: content,
	}
	k.files.add(f.id, f)
	return f
}

func (k *container) object() object {
	return object{
		"id": k.id, "object": "container", "created_at": k.created, "last_active_at": k.touched, "status": "running", "name": k.name,
		"expires_after": object{"anchor": "last_active_at", "minutes": k.minutes}, "memory_limit": k.memory,
	}
}

func (f *containerFile) object() object {
	return object{
		"id": f.id, "object": "container.file", "created_at": f.created, "bytes": f.content.size,
		"container_id": f.container, "path": f.path, "source": f.source,
	}
}

func (c *call) listContainers(a *archive) (object, *failure) {
	name := c.r.URL.Query().Get("name")
	return pageOf(c, &a.containers, ordinary, func(k *container) bool { return name == "" || name == k.name }, (*container).object)
}

func (c *call) retrieveContainer(a *archive) (object, *failure) {
	k, wrong := own(c, &a.containers, "container")
	if wrong != nil {
		return nil, wrong
	}
	return k.object(), nil
}

func (c *call) deleteContainer(a *archive) (object, *failure) {
	return erase(c, &a.containers, "container", "container.deleted")
}

// addContainerFile takes a file in a form, or the id of one that is there.
func (c *call) addContainerFile(a *archive) (object, *failure) {
	k, wrong := own(c, &a.containers, "container")
	if wrong != nil {
		return nil, wrong
	}
	var q struct {
		FileID string `json:"file_id"`
	}
	if c.form == nil {
		if wrong := c.decode(&q); wrong != nil {
			return nil, wrong
		}
	} else {
		q.FileID = c.form.value("file_id")
	}
	k.touched = c.created()
	switch {
	case q.FileID != "":
		f, wrong := a.file(c, q.FileID)
		if wrong != nil {
			return nil, wrong
		}
		return k.put(c, f.name, f.content).object(), nil
	case c.form == nil:
		return nil, missing("file_id")
	}
	part, content, wrong := c.form.file("file")
	if wrong != nil {
		return nil, wrong
	}
	return k.put(c, part.Filename, content).object(), nil
}

func (c *call) listContainerFiles(a *archive) (object, *failure) {
	k, wrong := own(c, &a.containers, "container")
	if wrong != nil {
		return nil, wrong
	}
	return pageOf(c, &k.files, ordinary, nil, (*containerFile).object)
}

// containerFile finds the container and the file that the path names.
func (c *call) containerFile(a *archive) (*container, *containerFile, *failure) {
	k, wrong := own(c, &a.containers, "container")
	if wrong != nil {
		return nil, nil, wrong
	}
	f, wrong := lookUp(c, &k.files, "container file", c.ids[1])
	return k, f, wrong
}

func (c *call) retrieveContainerFile(a *archive) (object, *failure) {
	_, f, wrong := c.containerFile(a)
	if wrong != nil {
		return nil, wrong
	}
	return f.object(), nil
}

func (c *call) deleteContainerFile(a *archive) (object, *failure) {
	k, f, wrong := c.containerFile(a)
	if wrong != nil {
		return nil, wrong
	}
	k.files.remove(f.id)
	return deleted(f.id, "container.file.deleted"), nil
}

func (c *call) containerFileContent() {
	a := &c.resource.archive
	a.mu.Lock()
	_, f, wrong := c.containerFile(a)
	a.mu.Unlock()
	if wrong != nil {
		c.fail(wrong)
		return
	}
	c.download("", "application/octet-stream", f.content)
}
