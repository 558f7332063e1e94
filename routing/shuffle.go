package routing

// byWeight shuffles: each deployment comes first as often as its weight says. A
// weight is what the configuration gives as weight, else as rpm, else as tpm, as
// LiteLLM has it; one of each kind for the whole group. Exponentially
// distributed numbers with the weights as rates, in ascending order, are a draw
// without replacement (Efraimidis and Spirakis, 2006).
func byWeight(d *Deployment, v *view) float64 {
	w := 1.0
	switch {
	case v.group.weighted:
		w = d.Weight
	case v.group.mostRPM > 0:
		w = float64(d.RPM)
	case v.group.mostTPM > 0:
		w = float64(d.TPM)
	}
	if w <= 0 {
		w = 1e-9 // none of its group's kind: only when no other can serve
	}
	return v.draw() / w
}
