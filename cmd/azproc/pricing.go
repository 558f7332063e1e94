package main

// Most implements extproc.Prices.
func (g *gateway) Most(model string, input, output int64) int64 { return 0 }
