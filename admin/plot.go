package admin

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// plotHeight and barWidth are in the plot's own units; the style sheet stretches it.
const (
	plotHeight = 100
	barWidth   = 10
)

// mostColors is how many names a plot tells apart; the others are one color.
const mostColors = 7

// plot is a bar for each step of time, in which the names are stacked.
type plot struct {
	Title      string
	Width      int
	Height     int
	Bars       []bar
	Columns    []column
	Top        string // what the highest bar could be
	Total      string
	From, Till string
}

// bar is one name's part of a step.
type bar struct {
	Color             int
	X, Y, Width, Tall string
}

// column is a whole step, with what there is to say about it.
type column struct {
	X    int
	Text string
}

// measure is something that is plotted.
type measure struct {
	title string
	of    func(Point) int64
	text  func(int64) string
}

var measures = []measure{
	{"Requests", func(p Point) int64 { return p.Requests }, countText},
	{"Errors", func(p Point) int64 { return p.Errors }, countText},
	{"Tokens", func(p Point) int64 { return p.Input + p.Output }, countText},
	{"Cost", func(p Point) int64 { return p.Cost }, costText},
}

// draw makes the plot of a measure. now is in the last step.
func (m measure) draw(u Usage, now time.Time) plot {
	p := plot{Title: m.title, Height: plotHeight, From: spanText(u) + " ago", Till: "now"}
	steps := 0
	if len(u.Series) > 0 {
		steps = len(u.Series[0].Points)
	}
	sums := make([]int64, steps)
	var total, top int64
	for i := range sums {
		for _, s := range u.Series {
			sums[i] += m.of(s.Points[i])
		}
		total += sums[i]
		top = max(top, sums[i])
	}
	top = roundUp(top)
	p.Width, p.Total, p.Top = max(steps, 1)*barWidth, m.text(total), m.text(top)
	first := now.UTC().Truncate(u.Step).Add(-time.Duration(steps-1) * u.Step)
	for i, sum := range sums {
		x := i * barWidth
		p.Columns = append(p.Columns, column{x, fmt.Sprintf("%s UTC: %s", first.Add(time.Duration(i)*u.Step).Format("15:04"), m.text(sum))})
		below := int64(0)
		for k, s := range u.Series {
			n := m.of(s.Points[i])
			if n == 0 {
				continue
			}
			below += n
			p.Bars = append(p.Bars, bar{
				Color: colorOf(k, s), X: strconv.Itoa(x + 1), Width: strconv.Itoa(barWidth - 2),
				Y: scaled(top-below, top), Tall: scaled(n, top),
			})
		}
	}
	return p
}

// colorOf is the color of the name at a place.
func colorOf(place int, s Series) int {
	if s.Rest {
		return mostColors
	}
	return min(place, mostColors)
}

// scaled is a part of the whole in the plot's units.
func scaled(n, whole int64) string {
	return strconv.FormatFloat(float64(n)*plotHeight/float64(whole), 'f', 2, 64)
}

// roundUp is the next number that reads well: 1, 2 or 5 with zeros behind it.
func roundUp(n int64) int64 {
	for unit := int64(1); ; unit *= 10 {
		for _, f := range []int64{1, 2, 5} {
			if f*unit >= n || f*unit > 4e18 {
				return f * unit
			}
		}
	}
}

// spanText is how long the usage goes back.
func spanText(u Usage) string {
	if u.Step < 10*time.Minute {
		return "60 minutes"
	}
	return "24 hours"
}

// countText writes a number so that it is short.
func countText(n int64) string {
	switch {
	case n < 10_000:
		return strconv.FormatInt(n, 10)
	case n < 1_000_000:
		return strconv.FormatFloat(float64(n)/1e3, 'f', 1, 64) + "k"
	case n < 1_000_000_000:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + "M"
	}
	return strconv.FormatFloat(float64(n)/1e9, 'f', 1, 64) + "G"
}

// costText writes 10^-12 dollars. What is less than a millionth of one is written in full.
func costText(n int64) string {
	places := 6
	switch {
	case n == 0:
		return "$0"
	case n >= 1e12:
		places = 2
	case n >= 1e10:
		places = 4
	case n < 1e6:
		return "$" + strings.TrimRight(strconv.FormatFloat(float64(n)/1e12, 'f', 12, 64), "0")
	}
	return "$" + strconv.FormatFloat(float64(n)/1e12, 'f', places, 64)
}
