package routing

import "math"

// byLatency is the average time to the first byte of a deployment's answers.
// Differences below a hundredth of a second are none. One that was never
// measured comes first, and the average of one that is not asked fades, so that
// it is asked again; but by one request at a time, whose answer will tell: a
// deployment that is slow must not get everything until its first answer ends.
func byLatency(d *Deployment, v *view) float64 {
	a := &d.member.latency
	seconds, left := a.seconds(), a.left(v.unix)
	if (seconds == 0 || left < 1) && d.member.inFlight.at(v.minute) > 0 {
		if seconds == 0 {
			return math.MaxFloat64
		}
		left = 1
	}
	return math.Floor(seconds * left * 100)
}
