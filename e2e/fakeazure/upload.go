package fakeazure

// Upload tells that the headers of a request have arrived and that its body is
// being read.
type Upload struct {
	Resource string
	Path     string // as sent, still escaped
	Length   int64  // the header's value, -1 for a chunked body
}

// Uploads gives an event for every request with a body when its headers have
// arrived. Up to 1024 are kept for who reads later.
func (s *Server) Uploads() <-chan Upload { return s.uploads }

// uploading tells who waits for it that a body begins to come.
func (c *call) uploading() {
	if c.r.ContentLength == 0 || c.server.config.Quiet {
		return
	}
	select {
	case c.server.uploads <- Upload{c.resource.Name, c.r.URL.EscapedPath(), c.r.ContentLength}:
	default: // nobody reads them
	}
}
