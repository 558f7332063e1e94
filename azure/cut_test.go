package azure

import "fmt"

// inPiecesOf cuts into pieces of one size.
func inPiecesOf(size int) func([]byte) int {
	return func(rest []byte) int { return min(size, len(rest)) }
}

// inTwo cuts once, at a byte.
func inTwo(at int) func([]byte) int {
	return func(rest []byte) int {
		n := at
		at = len(rest)
		return min(max(n, 1), len(rest))
	}
}

// everyCut runs a test for pieces of every size and for two pieces cut at every
// byte.
func everyCut(file string, f func(name string, cut func([]byte) int)) {
	for n := 1; n <= max(1, len(file)); n++ {
		f(fmt.Sprintf("pieces of %d", n), inPiecesOf(n))
		f(fmt.Sprintf("cut at %d", n), inTwo(n))
	}
}
