package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// keys is azproc keys: new makes a key, hash prints what a configuration has of
// one that is there already.
func keys(_ context.Context, args []string, stdout, stderr io.Writer) error {
	verb := ""
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	switch verb {
	case "new":
		return newKey(args, stdout, stderr)
	case "hash":
		return hashKey(args, os.Stdin, stdout, stderr)
	case "-h", "-help", "--help":
		fmt.Fprint(stderr, keysUsage)
		return flag.ErrHelp
	}
	fmt.Fprint(stderr, keysUsage)
	return errUsage
}

const keysUsage = `Usage: azproc keys new [--name NAME]   make a key; it is shown this once
       azproc keys hash                read a key from standard input and print its digest
`

// newKey prints a key, which is nowhere else, and the entry for it.
func newKey(args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("keys new", flag.ContinueOnError)
	name := fs.String("name", "my-app", "`name` of the key in the configuration, in logs and metrics")
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	key := freshKey()
	fmt.Fprintf(stdout, `%s

# The key is shown this once: give it to the client. This entry goes under keys:
- name: %q
  key: %s
`, key, *name, digestOf(key))
	return nil
}

// hashKey prints the digest of the first line of in.
func hashKey(args []string, in io.Reader, stdout, stderr io.Writer) error {
	if err := parse(flag.NewFlagSet("keys hash", flag.ContinueOnError), args, stderr); err != nil {
		return err
	}
	line, err := bufio.NewReader(io.LimitReader(in, 64<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("keys hash: %w", err)
	}
	key := strings.TrimSpace(line)
	if key == "" {
		return errors.New("keys hash: no key came on standard input")
	}
	fmt.Fprintln(stdout, digestOf(key))
	return nil
}

const (
	// alphabet has what neither a shell, a URL nor YAML takes for anything else.
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	// keyLength is how many letters have as much in them as 32 random bytes.
	keyLength = 43
)

// freshKey is a key that nobody has.
func freshKey() string {
	key := make([]byte, 0, keyLength)
	for room := make([]byte, 64); len(key) < keyLength; {
		_, _ = rand.Read(room) // it ends the process rather than failing
		for _, b := range room {
			// Bytes beyond the last whole alphabet would make some letters likelier.
			if int(b) < 256/len(alphabet)*len(alphabet) && len(key) < keyLength {
				key = append(key, alphabet[int(b)%len(alphabet)])
			}
		}
	}
	return "sk-" + string(key)
}

// digestOf is what a configuration has of a key.
func digestOf(key string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(key))) }
