package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/usage/prices"
)

// showPrices is azproc prices: what the deployments of a configuration cost, or
// what a name costs in full.
func showPrices(_ context.Context, args []string, stdout, stderr io.Writer) error {
	var s settings
	var strict bool
	fs := flag.NewFlagSet("prices", flag.ContinueOnError)
	s.configFlag(fs, "; without one the embedded prices are shown")
	fs.BoolVar(&strict, "check", false, "exit with status 1 when a price is unknown")
	fs.Usage = func() {
		fmt.Fprint(stderr, "Usage: azproc prices [--config FILE] [--check] [NAME...]\n\nNAME is a model_name, a deployment's name, or a model as base_model names it: azure/eu/gpt-4o.\n\n")
		fs.PrintDefaults()
	}
	if err := parseFlags(fs, args, stderr); err != nil {
		return err
	}
	list := &priceList{pricing: &pricing{table: prices.Embedded()}}
	if s.config != "" {
		snap, report := s.load()
		if snap == nil {
			report.Print(stderr)
			return errSaid
		}
		list.pricing, list.deployments = snap.Pricing.(*pricing), snap.Deployments
	}
	switch {
	case fs.NArg() > 0:
		list.names(stdout, fs.Args())
	case s.config != "":
		list.overview(stdout)
	default:
		list.all(stdout)
	}
	fmt.Fprintf(stdout, "\nUS dollars%s. Prices: %s%s, %s\n", map[bool]string{true: "", false: "; of tokens, characters and pixels for a million"}[fs.NArg() > 0],
		list.own(), prices.EmbeddedSource(), prices.EmbeddedDate())
	if strict && list.unknown {
		return errSaid
	}
	return nil
}

// priceList prints prices.
type priceList struct {
	*pricing
	deployments []*config.Deployment
	unknown     bool // a price that was asked for
}

func (l *priceList) own() string {
	if l.file == "" {
		return ""
	}
	return l.file + ", then "
}

// overview prints a line for each deployment.
func (l *priceList) overview(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "MODEL\tDEPLOYMENT\tPRICED AS\tFOUND BY\tINPUT\tCACHED\tOUTPUT\tOTHER")
	for _, d := range l.deployments {
		m, _ := l.find(asked{deployment: d})
		if m == nil && d.Wildcard {
			fmt.Fprintf(tw, "%s\t%s\tas the answer says\t\t\t\t\t\n", d.Group, d.Name)
			continue
		}
		if m == nil {
			l.unknown = true
			fmt.Fprintf(tw, "%s\t%s\tunknown\t\t\t\t\t\n", d.Group, d.Name)
			continue
		}
		name := m.Name
		if lacks := m.Lacks(d.Mode); lacks != 0 {
			l.unknown = true
			name += " (unknown: " + lacks.String() + ")"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", d.Group, d.Name, name, m.Rule, columns(m))
	}
	_ = tw.Flush() // stdout closed: nobody is there to be told
}

// columns are the prices of a model in short: the usual three, and one other.
func columns(m *prices.Model) string {
	cells := []string{"", "", "", ""}
	switch {
	case m.Router() != nil:
		cells[3] = "what the model that answers costs, and " + m.Router().Lines()[0].Dollars + " for the input"
	case m.Entry() == nil:
		cells[3] = "by quality and size"
	default:
		for _, l := range m.Entry().Lines() {
			i := slices.Index([]string{"input_cost_per_token", "cache_read_input_token_cost", "output_cost_per_token"}, l.Field)
			switch {
			case i >= 0:
				cells[i] = l.Dollars
			case cells[3] == "":
				cells[3] = l.Field + " " + l.Dollars
			case !strings.HasSuffix(cells[3], ", ..."):
				cells[3] += ", ..."
			}
		}
	}
	return strings.Join(cells, "\t")
}

// names prints all that is known of each name: as a model or deployment of the
// configuration, else as a model's.
func (l *priceList) names(w io.Writer, names []string) {
	for i, name := range names {
		if i > 0 {
			fmt.Fprintln(w)
		}
		found := false
		for _, d := range l.deployments {
			if d.Group == name || d.Name == name {
				m, _ := l.find(asked{deployment: d})
				l.full(w, d.Group+" at "+d.Name, m)
				found = true
			}
		}
		if !found {
			l.full(w, name, l.table.Find(prices.Azure, name))
		}
	}
}

// full prints every price of a model.
func (l *priceList) full(w io.Writer, name string, m *prices.Model) {
	if m == nil {
		l.unknown = true
		fmt.Fprintf(w, "%s: unknown\n", name)
		return
	}
	fmt.Fprintf(w, "%s: %s, found by %s\n", name, m.Name, m.Rule)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	lines := func(prefix string, e *prices.Entry) {
		for _, line := range e.Lines() {
			fmt.Fprintf(tw, "  %s\t%s\ta %s\n", prefix+line.Field, line.Dollars, strings.Replace(line.Unit, "1M", "million", 1))
		}
	}
	if m.Router() != nil {
		lines("model router: ", m.Router())
	}
	if m.Entry() != nil {
		lines("", m.Entry())
	}
	for _, size := range slices.Sorted(maps.Keys(m.Sizes())) {
		lines(size+": ", m.Sizes()[size])
	}
	_ = tw.Flush() // as above
}

// all prints every entry of the table.
func (l *priceList) all(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "NAME\tMODE\tINPUT\tCACHED\tOUTPUT\tOTHER")
	for _, name := range l.table.Names() {
		m := l.table.Find(prices.Azure, name)
		e := cmp.Or(m.Entry(), m.Router())
		fmt.Fprintf(tw, "%s\t%s\t%s\n", e.Name, e.Mode, columns(m))
	}
	_ = tw.Flush() // as above
}
