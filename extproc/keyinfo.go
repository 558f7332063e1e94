package extproc

import "time"

// keyInfo answers with what the client's own key may use and has used.
func (s *stream) keyInfo() error {
	body := []byte("{}")
	if s.key != nil && s.options.Quota != nil {
		view := s.options.Quota.View(s.envoy.Context(), s.key)
		body = view.JSON(s.key, time.Now())
	}
	a := reply(body, "key_info")
	return s.send(a.with(&s.about))
}

// allowed says which models the client's key may ask for; nil is all.
func (s *stream) allowed() func(model string) bool {
	if s.key == nil || s.key.Models == nil {
		return nil
	}
	return s.key.Allows
}
