// Package prices knows what a request costs: it reads price files in the JSON
// format of LiteLLM, finds the entry of a model under the names that people and
// Azure use for it, and adds a usage up.
//
// All sums are exact. Prices are read from their decimal text and counted in
// units of 10^-24 US dollars; one cost is rounded once, half up, when it is
// asked for in pico-dollars. Nothing is guessed: a name that no rule finds is
// unknown, and a kind of use without a price is named, not counted as free.
package prices
