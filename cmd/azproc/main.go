// Command azproc turns an Envoy into a gateway to Azure OpenAI and Microsoft
// Foundry.
//
//	azproc demo            a gateway with a built-in fake Azure, to look at
//	azproc run             the gateway: the Go service and its Envoy
//	azproc serve           the Go service alone, for an Envoy run elsewhere
//	azproc check           what is wrong with a configuration, and what it means
//	azproc prices          what its deployments cost
//	azproc envoy-config    the Envoy configuration that goes with it
//	azproc keys            make a key for a client
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// version is set by the Makefile.
var version = "dev"

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// command is one verb of the command line. It prints what was asked for to
// stdout and everything else to stderr.
type command struct {
	name, what string
	run        func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

func commands() []command {
	return []command{
		{"demo", "start a gateway with a built-in fake Azure and print what to try", demo},
		{"run", "start the gateway: the Go service and its Envoy", runGateway},
		{"serve", "start the Go service alone, for an Envoy that runs elsewhere", serve},
		{"check", "say what is wrong with a configuration and what it resolves to", check},
		{"prices", "show what the deployments of a configuration cost, and what is unknown", showPrices},
		{"envoy-config", "print the Envoy configuration for a gateway", envoyConfig},
		{"keys", "make a key for a client (new), or print the digest of one (hash)", keys},
	}
}

// run is main without the process: it gives the exit status. 2 is a command
// line that does not parse, 1 everything else that failed.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		printUsage(stderr)
		return 2
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		printUsage(stdout)
		return 0
	case "version", "--version":
		fmt.Fprintln(stdout, "azproc", version)
		return 0
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, args[1:], stdout, stderr)
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			return 2
		case errors.Is(err, errSaid):
			return 1
		default:
			fmt.Fprintln(stderr, "azproc:", err)
			return 1
		}
	}
	fmt.Fprintf(stderr, "azproc: unknown command %q\n\n", args[0])
	printUsage(stderr)
	return 2
}

var (
	// errUsage ends a command whose flags were wrong; flag has said why.
	errUsage = errors.New("usage")
	// errSaid ends a command that has already printed what is wrong.
	errSaid = errors.New("said")
)

func printUsage(w io.Writer) {
	fmt.Fprint(w, "azproc makes an Envoy the gateway to Azure OpenAI and Microsoft Foundry.\n\nUsage: azproc COMMAND [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-14s %s\n", c.name, c.what)
	}
	fmt.Fprint(w, "\nazproc COMMAND -h lists the flags of a command.\n")
}

// parseFlags parses a command's flags.
func parseFlags(fs *flag.FlagSet, args []string, stderr io.Writer) error {
	fs.SetOutput(stderr)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	return nil
}

// parse parses a command's flags; there are no other arguments.
func parse(fs *flag.FlagSet, args []string, stderr io.Writer) error {
	if err := parseFlags(fs, args, stderr); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(stderr, "azproc %s: unexpected argument %q\n", fs.Name(), fs.Arg(0))
		return errUsage
	}
	return nil
}
