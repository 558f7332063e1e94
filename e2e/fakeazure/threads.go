package fakeazure

import (
	"net/http"
	"slices"
)

// threadOperations are the operations on threads and their messages.
var threadOperations = []*operation{
	ofAssistants(http.MethodPost, "threads", (*call).createThread),
	ofAssistants(http.MethodPost, "threads/runs", (*call).createThreadAndRun),
	ofAssistants(http.MethodGet, "threads/{thread}", (*call).retrieveThread),
	ofAssistants(http.MethodPost, "threads/{thread}", (*call).updateThread),
	ofAssistants(http.MethodDelete, "threads/{thread}", (*call).deleteThread),
	ofAssistants(http.MethodPost, "threads/{thread}/messages", (*call).createMessage),
	ofAssistants(http.MethodGet, "threads/{thread}/messages", (*call).listMessages),
	ofAssistants(http.MethodGet, "threads/{thread}/messages/{message}", (*call).retrieveMessage),
	ofAssistants(http.MethodPost, "threads/{thread}/messages/{message}", (*call).updateMessage),
	ofAssistants(http.MethodDelete, "threads/{thread}/messages/{message}", (*call).deleteMessage),
}

// thread is a list of messages and the runs that answer them, the oldest first.
type thread struct {
	object
	messages []object
	runs     []*run
}

func (th *thread) id() string { return th.object["id"].(string) }

// active is the run that the thread is waiting for, nil when there is none.
func (th *thread) active() *run {
	for _, r := range th.runs {
		if slices.Contains([]string{"queued", "in_progress", "requires_action", "cancelling"}, r.status()) {
			return r
		}
	}
	return nil
}

// newThread makes a thread with the messages that the request brings along.
func (c *call) newThread(m *memory, fields object) (*thread, *failure) {
	th := &thread{object: object{
		"id": newShortID("thread_"), "object": "thread", "created_at": c.created(), "metadata": object{}, "tool_resources": object{},
	}}
	change(th.object, fields, []string{"metadata", "tool_resources"})
	if wrong := c.say(th, fields["messages"]); wrong != nil {
		return nil, wrong
	}
	m.threads.put(th.id(), th)
	return th, nil
}

// say adds messages as a client writes them.
func (c *call) say(th *thread, messages any) *failure {
	all, _ := messages.([]any)
	for _, one := range all {
		fields, _ := one.(object)
		if _, wrong := c.add(th, fields); wrong != nil {
			return wrong
		}
	}
	return nil
}

func (c *call) add(th *thread, fields object) (object, *failure) {
	role, _ := fields["role"].(string)
	switch {
	case role != "user" && role != "assistant":
		return nil, invalid("role", "invalid_value", "Invalid value: '%s'. Supported values are: 'user' and 'assistant'.", role)
	case fields["content"] == nil:
		return nil, missing("content")
	}
	message := th.newMessage(role, c.created())
	change(message, fields, []string{"attachments", "metadata"})
	if text, ok := fields["content"].(string); ok {
		message["content"] = textContent(text)
	} else {
		parts, _ := fields["content"].([]any)
		content := []object{}
		for _, one := range parts {
			part, _ := one.(object)
			if text, ok := part["text"].(string); ok {
				part = textContent(text)[0]
			}
			content = append(content, part)
		}
		message["content"] = content
	}
	th.messages = append(th.messages, message)
	return message, nil
}

func (th *thread) newMessage(role string, now int64) object {
	return object{
		"id": newShortID("msg_"), "object": "thread.message", "created_at": now, "thread_id": th.id(), "role": role,
		"status": "completed", "incomplete_details": nil, "completed_at": now, "incomplete_at": nil,
		"content": []object{}, "assistant_id": nil, "run_id": nil, "attachments": []any{}, "metadata": object{},
	}
}

func textContent(text string) []object {
	return []object{{"type": "text", "text": object{"value": text, "annotations": []any{}}}}
}

func (c *call) createThread() {
	fields, wrong := c.fields()
	if wrong != nil {
		c.fail(wrong)
		return
	}
	c.keep(func(m *memory) (any, *failure) {
		th, wrong := c.newThread(m, fields)
		if wrong != nil {
			return nil, wrong
		}
		return th.object, nil
	})
}

// thread runs f with the thread of the path and the fields of the body.
func (c *call) thread(f func(*memory, *thread, object) (any, *failure)) {
	fields, wrong := c.fields()
	if wrong != nil {
		c.fail(wrong)
		return
	}
	c.keep(func(m *memory) (any, *failure) {
		th, ok := m.threads.get(c.ids[0])
		if !ok {
			return nil, notFound("thread", c.ids[0])
		}
		return f(m, th, fields)
	})
}

func (c *call) retrieveThread() {
	c.thread(func(_ *memory, th *thread, _ object) (any, *failure) { return th.object, nil })
}

func (c *call) updateThread() {
	c.thread(func(_ *memory, th *thread, fields object) (any, *failure) {
		change(th.object, fields, []string{"metadata", "tool_resources"})
		return th.object, nil
	})
}

func (c *call) deleteThread() {
	c.thread(func(m *memory, th *thread, _ object) (any, *failure) {
		m.threads.drop(th.id())
		return deleted(th.id(), "thread.deleted"), nil
	})
}

func (c *call) createMessage() {
	c.thread(func(_ *memory, th *thread, fields object) (any, *failure) {
		if r := th.active(); r != nil {
			return nil, invalid("", "", "Can't add messages to %s while a run %s is active.", th.id(), r.object["id"])
		}
		return c.add(th, fields)
	})
}

func (c *call) listMessages() {
	c.thread(func(_ *memory, th *thread, _ object) (any, *failure) {
		messages := th.messages
		if run := c.r.URL.Query().Get("run_id"); run != "" {
			messages = slices.DeleteFunc(slices.Clone(messages), func(o object) bool { return o["run_id"] != run })
		}
		return c.page(messages)
	})
}

// message runs f with the message of the path.
func (c *call) message(f func(th *thread, at int, fields object) (any, *failure)) {
	c.thread(func(_ *memory, th *thread, fields object) (any, *failure) {
		at := slices.IndexFunc(th.messages, func(o object) bool { return o["id"] == c.ids[1] })
		if at < 0 {
			return nil, notFound("message", c.ids[1])
		}
		return f(th, at, fields)
	})
}

func (c *call) retrieveMessage() {
	c.message(func(th *thread, at int, _ object) (any, *failure) { return th.messages[at], nil })
}

func (c *call) updateMessage() {
	c.message(func(th *thread, at int, fields object) (any, *failure) {
		change(th.messages[at], fields, []string{"metadata"})
		return th.messages[at], nil
	})
}

func (c *call) deleteMessage() {
	c.message(func(th *thread, at int, _ object) (any, *failure) {
		th.messages = slices.Delete(th.messages, at, at+1)
		return deleted(c.ids[1], "thread.message.deleted"), nil
	})
}
