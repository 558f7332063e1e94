package routing

// byLatency is the average time to the first byte of a deployment's answers. One
// that was never measured comes first, and the average of one that is not asked
// fades, so that it is asked again. Differences below a hundredth of a second
// are none.
func byLatency(d *Deployment, v *view) float64 {
	return float64(int64(d.member.latency.seconds(v.unix) * 100))
}
