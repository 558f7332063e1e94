package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/config"
)

// check is azproc check: every error at once and exit status 1, else the table
// of what the file means, or of what its deployments answer.
func check(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var s settings
	fs := flag.NewFlagSet("check", flag.ContinueOnError)
	s.configFlag(fs, " (default: the AZURE_* environment)")
	s.liveFlag(fs)
	s.caFlag(fs)
	if err := parse(fs, args, stderr); err != nil {
		return err
	}
	snap, report := s.load()
	report.Print(stderr)
	failed := false
	switch {
	case snap == nil:
	case s.live:
		failed = !s.checkLive(ctx, stdout, snap)
	default:
		printTable(stdout, snap)
	}
	if failed || !report.Clean() {
		return errSaid
	}
	return nil
}

// printTable prints each deployment with what azproc made of it: where a chat
// request would go and as whom.
func printTable(w io.Writer, snap *config.Snapshot) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "MODEL\tDEPLOYMENT\tURL\tAUTH\tFAMILY")
	for _, d := range snap.Deployments {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", d.Group, d.Name, exampleURL(d), d.Credential.Kind, d.Rewrite.Family)
	}
	for _, n := range snap.NotServed {
		fmt.Fprintf(tw, "%s\t%s\tnot served: %s\t\t\n", n.Group, n.Model, n.Reason)
	}
	_ = tw.Flush() // stdout closed: nobody is there to be told
}

// exampleURL is the URL of the deployment's main operation.
func exampleURL(d *config.Deployment) string {
	op := azure.OpChat
	switch d.Mode {
	case "embedding":
		op = azure.OpEmbeddings
	case "completion":
		op = azure.OpCompletions
	case "image_generation":
		op = azure.OpImages
	case "audio_transcription":
		op = azure.OpTranscriptions
	case "audio_speech":
		op = azure.OpSpeech
	case "responses":
		op = azure.OpResponses
	}
	if service, err := d.Rewrite.Manner.Serve(op, false); err == nil {
		op = service.Op
	}
	path, _ := d.Target.Path(&azure.Route{Op: op})
	e := &d.Target.Endpoint
	return e.Scheme + "://" + e.Authority() + path
}
