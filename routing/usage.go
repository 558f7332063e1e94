package routing

// byUsage is the share of its limits that a deployment would have used with the
// request, the fuller of the two: so that deployments with different limits run
// full together. One without a limit is held against the largest of its group;
// in a group without limits the one with the fewest requests this minute comes
// first.
func byUsage(d *Deployment, v *view) float64 {
	m := d.member
	requests, tokens := float64(m.requests.at(v.minute)+1), float64(m.tokens.at(v.minute)+reserved(v.tokens, d.TPM))
	return share(requests, tokens, d.RPM, d.TPM, v.group)
}

func share(requests, tokens float64, rpm, tpm int64, g *group) float64 {
	if rpm == 0 {
		rpm = g.mostRPM
	}
	if tpm == 0 {
		tpm = g.mostTPM
	}
	switch {
	case rpm == 0 && tpm == 0:
		return requests
	case rpm == 0:
		return tokens / float64(tpm)
	case tpm == 0:
		return requests / float64(rpm)
	default:
		return max(requests/float64(rpm), tokens/float64(tpm))
	}
}
