package azure

import "strings"

// Sessions is whether a request may describe a realtime session that names its model
// within it. The preview's sessions name theirs as everything else does.
func (r *Route) Sessions() bool {
	return r.Op == OpRealtime || r.Op == OpPassthrough && strings.Contains(r.Below, OpRealtime.Name+"/")
}

// SessionModel gives the model of the session that a body describes: session.model.
// present is false when there is none, or no string in its place. The body must have
// been scanned. It fails for a key that stands twice: which of the two would count,
// readers of JSON do not agree on.
func (d *Doc) SessionModel() (model string, present bool, err *Error) {
	m, err := d.sessionModel()
	if err != nil || !m.there() || d.raw[m.value] != '"' {
		return "", false, err
	}
	return decodeString(d.text(m)), true, nil
}

// sessionModel is where session.model stands.
func (d *Doc) sessionModel() (m member, err *Error) {
	var session member
	d.each(func(name string, at member) {
		if name == "session" {
			err = twice(err, session, at, "session")
			session = at
		}
	})
	if err != nil || !session.there() || d.raw[session.value] != '{' {
		return member{}, err
	}
	eachMember(d.raw, session.value+1, func(name string, at member) {
		if name == "model" {
			err = twice(err, m, at, "session.model")
			m = at
		}
	})
	return m, err
}

// twice is the error of a key that was found at before.
func twice(err *Error, before, at member, name string) *Error {
	if err != nil || !before.there() {
		return err
	}
	return invalid("duplicate_parameter", name, "The request body has the key %q twice, the second time at byte %d.", name, at.key)
}

// RenameSession is Rename for the model of a session.
func (w *Rewrite) RenameSession(d *Doc) Body {
	m, err := d.sessionModel()
	name := quote(w.Model)
	if err != nil || !m.there() || string(d.text(m)) == name {
		return Body{Bytes: d.raw}
	}
	var e edits
	e.replace(m.value, m.end, name)
	return Body{Bytes: e.apply(d), Changed: true, original: d.raw, made: e.list}
}
