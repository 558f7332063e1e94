package fakeazure

import (
	"net/http"
	"strings"
	"sync"
)

// archive is what one resource keeps under an id: another resource knows
// nothing of it.
type archive struct {
	mu         sync.Mutex // held while an operation looks at or changes anything
	files      collection[*file]
	uploads    collection[*upload]
	batches    collection[*batch]
	jobs       collection[*job]
	stores     collection[*vectorStore]
	containers collection[*container]
	evals      collection[*eval]
	videos     collection[*video]
}

// collection has the objects of one kind. Its zero value is empty.
type collection[T any] struct {
	order []string // all ids that there ever were, oldest first: a deleted one is still good as a cursor
	byID  map[string]T
}

func (s *collection[T]) add(id string, object T) {
	if s.byID == nil {
		s.byID = map[string]T{}
	}
	s.order = append(s.order, id)
	s.byID[id] = object
}

func (s *collection[T]) remove(id string) { delete(s.byID, id) }

// each calls do with everything that there is, oldest first.
func (s *collection[T]) each(do func(T)) {
	for _, id := range s.order {
		if object, ok := s.byID[id]; ok {
			do(object)
		}
	}
}

// archived makes an operation of one that works on the archive: nothing else
// happens to the archive meanwhile, and the answer, which a gate may hold, is
// given when that is over.
func archived(do func(*call, *archive) (object, *failure)) func(*call) {
	return func(c *call) {
		a := &c.resource.archive
		a.mu.Lock()
		whole, wrong := do(c, a)
		var body []byte
		if whole != nil {
			body = encode(whole) // it may share maps with what is kept
		}
		a.mu.Unlock()
		switch {
		case wrong != nil:
			c.fail(wrong)
		case whole == nil:
			c.whole(http.StatusNoContent, "", nil)
		default:
			c.whole(http.StatusOK, "application/json", body)
		}
	}
}

// own finds the object whose id is in the path.
func own[T any](c *call, all *collection[T], what string) (T, *failure) {
	return lookUp(c, all, what, c.route.id)
}

// lookUp finds an object by an id. One that this resource has not made, and
// exactly so, does not exist.
func lookUp[T any](c *call, all *collection[T], what, id string) (T, *failure) {
	found, ok := all.byID[id]
	if !ok {
		return found, c.noSuch(what, id)
	}
	return found, nil
}

// erase forgets the object whose id is in the path, and says so as kind.
func erase[T any](c *call, all *collection[T], what, kind string) (object, *failure) {
	if _, wrong := own(c, all, what); wrong != nil {
		return nil, wrong
	}
	all.remove(c.route.id)
	return deleted(c.route.id, kind), nil
}

// noSuch is the 404 of an id. On Azure the layer of files, batches and
// fine-tuning has a shape of its own.
func (c *call) noSuch(what, id string) *failure {
	if c.azure() && azureKinds[what] {
		return azureError(http.StatusNotFound, "notFound", "The "+what+" with id '"+id+"' was not found.")
	}
	return modelError(http.StatusNotFound, "invalid_request_error", "", "", "No "+what+" found with id '"+id+"'.")
}

// azureKinds are the objects that Azure itself keeps; the others come with
// OpenAI's part of it.
var azureKinds = map[string]bool{"file": true, "upload": true, "batch": true, "fine-tuning job": true}

// conflict is the 409 of an object whose status does not allow what was asked.
func (c *call) conflict(format string, args ...any) *failure {
	wrong := invalid("", "", format, args...)
	wrong.status = http.StatusConflict
	if c.azure() {
		message, _ := wrong.body.(object)["error"].(object)["message"].(string)
		return azureError(http.StatusConflict, "conflict", message)
	}
	return wrong
}

// payload is a 400 of the layer that Azure keeps files in.
func (c *call) payload(param, format string, args ...any) *failure {
	wrong := invalid(param, "", format, args...)
	if c.azure() {
		message, _ := wrong.body.(object)["error"].(object)["message"].(string)
		return azureError(http.StatusBadRequest, "invalidPayload", message)
	}
	return wrong
}

// stamp is a time in an answer: null for what has not happened.
func stamp(at int64) any {
	if at == 0 {
		return nil
	}
	return at
}

// textOr is a text in an answer: null when it is empty.
func textOr(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// merged is what an update makes of metadata: null removes a key.
func merged(old, changes object) object {
	all := object{}
	for _, m := range []object{old, changes} {
		for key, value := range m {
			all[key] = value
		}
	}
	for key, value := range all {
		if value == nil {
			delete(all, key)
		}
	}
	return all
}

// datedBefore reports whether a call came with a classic api-version that is
// older than a date.
func (c *call) datedBefore(date string) bool {
	return (c.surface == surfaceResource || c.surface == surfaceClassic) && strings.Compare(c.version, date) < 0
}
