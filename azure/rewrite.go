package azure

import (
	"bytes"
	"slices"
)

// Rewrite is what one deployment wants of a JSON body. It is made when the
// configuration is loaded, never changed after, and safe for concurrent use.
type Rewrite struct {
	// Model is the deployment's name, written to "model" where the path does
	// not name it.
	Model string
	// Family says which parameters and roles the model takes; nil is general.
	Family *Family
	// Manner says by which API, and how, the model is talked to.
	Manner Manner
	// Base names the model for the facts that depend on it: the declared base
	// model, else the deployment's name.
	Base string
	// DropParams drops parameters that the family does not take, instead of
	// refusing the request.
	DropParams bool
	// Drop are parameters that are always dropped.
	Drop []string
	// Defaults are set where the client does not say otherwise.
	Defaults []Param
	// Extra is extra_body: what the API does not know, set the same way.
	Extra []Param
}

// Apply makes the body that goes upstream. The error is a 400 that names the
// parameter which the model does not take.
//
// modelInBody says that the upstream reads the deployment from the body.
func (w *Rewrite) Apply(d *Doc, op *Operation, modelInBody bool) (Body, *Error) {
	var e edits
	if modelInBody {
		w.setModel(d, &e)
	}
	if err := w.suit(d, op, &e); err != nil {
		return Body{}, err
	}
	w.fill(d, &e, nil, w.Extra)
	d.askForUsage(&e)
	return e.body(d), nil
}

// Prepare makes the body of a request to op for a service that changes its answer:
// with the operator's parameters in it, and where another operation is asked for,
// still in the client's language. modelInBody counts only where the operation stays.
func (w *Rewrite) Prepare(d *Doc, op *Operation, s Service, modelInBody bool) (Body, *Error) {
	var e edits
	if modelInBody && s.Op == op {
		w.setModel(d, &e)
	}
	if err := w.suit(d, op, &e); err != nil {
		return Body{}, err
	}
	if s.Op == op {
		w.fill(d, &e, nil, w.Extra)
	}
	d.askForUsage(&e)
	return e.body(d), nil
}

// Tier is the service tier that a request to op asks for, where the client has asked for
// one, or for none (""): what the operator has set is then asked for.
func (w *Rewrite) Tier(op *Operation, asked string) string {
	if asked != "" || !op.HasTiers() {
		return asked
	}
	for _, params := range [...][]Param{w.Defaults, w.Extra} {
		for _, p := range params {
			if p.Name == "service_tier" && len(p.Value) > 1 && p.Value[0] == '"' {
				return word(decodeString(p.Value))
			}
		}
	}
	return ""
}

// AddExtra adds extra_body to a body that was translated.
func (w *Rewrite) AddExtra(body []byte) []byte {
	var d Doc
	if len(w.Extra) == 0 || d.Scan(body) != nil {
		return body
	}
	var e edits
	w.fill(&d, &e, nil, w.Extra)
	return e.body(&d).Bytes
}

// body makes the body; that of no edits is the client's.
func (e *edits) body(d *Doc) Body {
	if e.none() {
		return Body{Bytes: d.raw}
	}
	return Body{Bytes: e.apply(d), Changed: true, original: d.raw, made: e.list}
}

// providerSelector is LiteLLM's field that chooses a provider. Azure does not know it.
const providerSelector = "custom_llm_provider"

// Rename makes the body with the deployment's name where the model serves, without
// LiteLLM's selectors, and leaves everything else: for what is passed on as it is.
func (w *Rewrite) Rename(d *Doc, use ModelUse) Body {
	var e edits
	switch m := d.members[keyModel]; {
	case !m.there():
	case use == ModelSelects:
		e.delete(m)
	case use == ModelServes:
		w.setModel(d, &e)
	}
	d.each(func(name string, m member) {
		if name == providerSelector {
			e.delete(m)
		}
	})
	return e.body(d)
}

// Refuses is the error that Apply would give, without making the body.
func (w *Rewrite) Refuses(d *Doc, op *Operation) *Error {
	if w.Family == nil || !w.Family.reasoning || w.DropParams {
		return nil
	}
	return w.suit(d, op, new(edits))
}

// suit makes the body's parameters those of the model.
func (w *Rewrite) suit(d *Doc, op *Operation, e *edits) *Error {
	f := w.Family
	if f == nil {
		f = general
	}
	switch op {
	case OpChat:
		if f.reasoning {
			if err := w.gate(d, e, w.chatReasons(d, f), false); err != nil {
				return err
			}
			limitTokens(d, e)
		}
		setRoles(d, e, f.roles)
	case OpResponses:
		if f.reasoning {
			if err := w.gate(d, e, responsesReason(d, f), true); err != nil {
				return err
			}
		}
	}
	if len(w.Drop) > 0 {
		w.drop(d, e)
	}
	w.fill(d, e, op, w.Defaults)
	return nil
}

func (w *Rewrite) setModel(d *Doc, e *edits) {
	m := d.members[keyModel]
	switch name := quote(w.Model); {
	case !m.there():
		e.insert("model", []byte(name))
	case string(d.text(m)) != name:
		e.replace(m.value, m.end, name)
	}
}

// gate keeps from a reasoning model what it does not take.
func (w *Rewrite) gate(d *Doc, e *edits, reasons, responses bool) *Error {
	for i := range gatedParams {
		g := &gatedParams[i]
		m := d.members[g.key]
		if !m.there() || (responses && !g.responses) || (g.plain && !reasons) {
			continue
		}
		value := d.text(m)
		switch {
		case isNull(value), g.neutral(value):
		case w.DropParams:
			e.delete(m)
		default:
			return g.refuse(value)
		}
	}
	return nil
}

// chatReasons is whether the model reasons on a chat request: always, but for
// those that take the effort "none".
func (w *Rewrite) chatReasons(d *Doc, f *Family) bool {
	if m := d.members[keyReasoningEffort]; d.given(keyReasoningEffort) {
		return f.reasons(d.text(m))
	}
	for _, p := range w.Defaults {
		if p.Name == "reasoning_effort" {
			return f.reasons(p.Value)
		}
	}
	return f.reasons(nil)
}

// responsesReason is chatReasons for the Responses API, where the effort stands
// in the object reasoning.
func responsesReason(d *Doc, f *Family) bool {
	m := d.members[keyReasoning]
	if !m.there() || d.raw[m.value] != '{' {
		return f.reasons(nil)
	}
	var effort []byte
	eachMember(d.raw, m.value+1, func(name string, v member) {
		if name == "effort" && !isNull(d.text(v)) {
			effort = d.text(v)
		}
	})
	return f.reasons(effort)
}

// reasons is whether the model reasons at an effort; nil is none given.
func (f *Family) reasons(effort []byte) bool {
	if effort == nil {
		return !f.plainByDefault
	}
	return !f.plain || string(effort) != `"none"`
}

// limitTokens gives a reasoning model its limit under the name that it knows.
// An explicit max_completion_tokens wins.
func limitTokens(d *Doc, e *edits) {
	old, explicit := d.members[keyMaxTokens], d.members[keyMaxCompletionTokens]
	switch {
	case !old.there():
	case d.given(keyMaxCompletionTokens):
		e.delete(old)
	default:
		if explicit.there() { // null
			e.delete(explicit)
		}
		e.replace(old.key, old.keyEnd, `"max_completion_tokens"`)
	}
}

// setRoles rewrites the roles of the messages, in place: content is not looked
// into.
func setRoles(d *Doc, e *edits, rule roleRule) {
	m := d.members[keyMessages]
	if rule == rolesAsSent || !m.there() || d.raw[m.value] != '[' {
		return
	}
	// Nearly no body has the word at all, and looking for it is far cheaper
	// than walking the messages. An escaped spelling has a \u in it.
	text := d.text(m)
	if rule == developerToSystem && !contains(text, `"developer"`) && !contains(text, `\u00`) {
		return
	}
	eachElement(d.raw, m.value, func(start, _ int) {
		if d.raw[start] != '{' {
			return
		}
		eachMember(d.raw, start+1, func(name string, v member) {
			if name != "role" || d.raw[v.value] != '"' {
				return
			}
			role := decodeString(d.text(v))
			switch {
			case rule == developerToSystem && role == "developer":
				e.replace(v.value, v.end, `"system"`)
			case rule == bothToUser && (role == "system" || role == "developer"):
				e.replace(v.value, v.end, `"user"`)
			}
		})
	})
}

// contains is whether text has a word whose first byte is rare in it. Looking for
// that byte alone is many times faster than bytes.Contains on a long prompt.
func contains(text []byte, word string) bool {
	for {
		i := bytes.IndexByte(text, word[0])
		if i < 0 || len(text)-i < len(word) {
			return false
		}
		if string(text[i:i+len(word)]) == word {
			return true
		}
		text = text[i+1:]
	}
}

// drop takes the parameters away that the deployment never wants.
func (w *Rewrite) drop(d *Doc, e *edits) {
	d.each(func(name string, m member) {
		for _, unwanted := range w.Drop {
			if name == unwanted {
				e.delete(m)
			}
		}
	})
}

// messagesParams are those parameters of chat completions that Anthropic's Messages
// have by the same name and with the same meaning.
var messagesParams = []string{"max_tokens", "temperature", "top_p", "thinking", "stream"}

// fill sets those of the operator's parameters of which nobody has said anything.
// What the family does not take is left out without a word: the client did not ask
// for it.
func (w *Rewrite) fill(d *Doc, e *edits, op *Operation, params []Param) {
	if len(params) == 0 || op == OpCountTokens {
		return
	}
	f := w.Family
	if f == nil {
		f = general
	}
	have := make(map[string]bool)
	d.each(func(name string, m member) {
		if !e.isDeleted(m) {
			have[name] = true
		}
	})
	for _, p := range e.inserted {
		have[p.Name] = true
	}
	limited := have["max_tokens"] || have["max_completion_tokens"]
	for _, p := range params {
		name := p.Name
		if op == OpMessages && !slices.Contains(messagesParams, name) {
			continue
		}
		if op == OpChat && (name == "max_tokens" || name == "max_completion_tokens") {
			if limited {
				continue
			}
			if f.reasoning {
				name = "max_completion_tokens"
			}
		}
		if have[name] || (f.reasoning && w.refusesDefault(d, op, f, p)) {
			continue
		}
		have[name] = true
		e.insert(name, p.Value)
	}
}

// refusesDefault is whether a reasoning model does not take an operator's
// default.
func (w *Rewrite) refusesDefault(d *Doc, op *Operation, f *Family, p Param) bool {
	g := gateFor(p.Name)
	if g == nil || isNull(p.Value) || g.neutral(p.Value) {
		return false
	}
	switch op {
	case OpChat:
		return !g.plain || w.chatReasons(d, f)
	case OpResponses:
		return !g.plain || responsesReason(d, f)
	default:
		return false
	}
}
