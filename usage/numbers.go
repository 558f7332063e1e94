package usage

// deepest is how deep an object's objects are looked into.
const deepest = 8

// numbers tells each number in the object at the beginning of a text, in order, with
// the path of names to it, dots between them. Lists are passed over. The text may be cut
// anywhere: what is told is what is certain, so that a number that the cut may have
// shortened is not. The path is the callee's until it returns.
func numbers(text string, tell func(path []byte, number string)) {
	var (
		scratch [128]byte
		path    = scratch[:0]
		starts  [deepest]int // where each open object's names begin in path
		depth   int
		lists   int // open
	)
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '{':
			if lists == 0 && depth > 0 {
				path = append(path, '.')
			}
			if depth == deepest {
				return
			}
			starts[depth] = len(path)
			depth++
		case c == '}':
			if depth--; depth <= 0 {
				return
			}
			path = path[:starts[depth]]
		case c == '[':
			lists++
		case c == ']':
			lists--
		case c == '"':
			end := i + 1
			for end < len(text) && text[end] != '"' {
				if text[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(text) || depth == 0 {
				return
			}
			if lists == 0 { // a name, or a value that no number stands behind
				path = append(path[:starts[depth-1]], text[i+1:end]...)
			}
			i = end
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(text) && digit(text[end]) {
				end++
			}
			if end == len(text) || depth == 0 {
				return
			}
			if lists == 0 {
				tell(path, text[i:end])
			}
			i = end - 1
		}
		if depth == 0 {
			return // nothing that an object begins with
		}
		i++
	}
}

// digit is whether a byte may belong to a JSON number.
func digit(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == '+' || c == '-' || c == 'e' || c == 'E'
}
