package fakeazure

// moving is what a resource works on: its status goes on by steps.
type moving interface {
	state() string
	// step goes to the next status, if there is one.
	step(r *resource)
	// spoil makes the next step a failure.
	spoil(code, message string)
}

// work moves an object on when it is retrieved, unless the test does that.
func (c *call) work(m moving) {
	if !c.server.config.ManualSteps {
		m.step(c.resource)
	}
}

// Step moves one object of a resource on to its next status and returns the
// status that it then has: a file, a batch, a fine-tuning job, a vector store
// with its files, a batch of those, an eval's run or a video. It returns "" when the resource has no such object.
func (s *Server) Step(resource, id string) string {
	r := s.resource(resource)
	r.archive.mu.Lock()
	defer r.archive.mu.Unlock()
	m := r.archive.moving(id)
	if m == nil {
		return ""
	}
	m.step(r)
	return m.state()
}

// Settle steps an object until its status is at its end and returns that.
func (s *Server) Settle(resource, id string) string {
	for last := ""; ; {
		status := s.Step(resource, id)
		if status == last {
			return status
		}
		last = status
	}
}

// Spoil makes the next step of an object a failure with this code and message:
// the status is then "failed", for a file "error". It reports whether there is
// such an object.
func (s *Server) Spoil(resource, id, code, message string) bool {
	r := s.resource(resource)
	r.archive.mu.Lock()
	defer r.archive.mu.Unlock()
	m := r.archive.moving(id)
	if m != nil {
		m.spoil(code, message)
	}
	return m != nil
}

// Owner names the resource that has made an id and still has it: of a file, an
// upload, a batch, a job, a vector store, a container, an eval or a video. "" is
// none.
func (s *Server) Owner(id string) string {
	for _, r := range s.resources {
		r.archive.mu.Lock()
		has := r.archive.has(id)
		r.archive.mu.Unlock()
		if has {
			return r.Name
		}
	}
	return ""
}

func (a *archive) has(id string) bool {
	_, uploading := a.uploads.byID[id]
	_, contained := a.containers.byID[id]
	_, evaluated := a.evals.byID[id]
	return uploading || contained || evaluated || a.moving(id) != nil
}

// moving finds an object by its id; nil when there is none that moves.
func (a *archive) moving(id string) moving {
	if f, ok := a.files.byID[id]; ok {
		return f
	}
	if b, ok := a.batches.byID[id]; ok {
		return b
	}
	if j, ok := a.jobs.byID[id]; ok {
		return j
	}
	if v, ok := a.videos.byID[id]; ok {
		return v
	}
	if v, ok := a.stores.byID[id]; ok {
		return v
	}
	for _, v := range a.stores.byID {
		if b, ok := v.batches.byID[id]; ok {
			return b
		}
	}
	for _, e := range a.evals.byID {
		if run, ok := e.runs.byID[id]; ok {
			return run
		}
	}
	return nil
}
