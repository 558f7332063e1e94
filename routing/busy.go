package routing

// byLoad is how many requests a deployment has in hand from this process.
func byLoad(d *Deployment, v *view) float64 { return float64(d.member.inFlight.at(v.minute)) }
