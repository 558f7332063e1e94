package main

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/azproc/azproc/admin"
	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/usage"
)

// Usage implements admin.View.
func (g *gateway) Usage(by admin.By, day bool, now time.Time) admin.Usage {
	span := usage.Hour
	if day {
		span = usage.Day
	}
	read := g.history.Models
	if by == admin.ByKey {
		read = g.history.Keys
	}
	u := admin.Usage{Step: span.Step}
	for _, s := range read(span, now) {
		points := make([]admin.Point, len(s.Points))
		for i, p := range s.Points {
			points[i] = admin.Point(p)
		}
		u.Series = append(u.Series, admin.Series{Name: s.Name, Rest: s.Rest, Points: points})
	}
	return u
}

// Failures implements admin.View.
func (g *gateway) Failures() []admin.Failure {
	var list []admin.Failure
	for _, f := range g.history.Failures() {
		list = append(list, admin.Failure(f))
	}
	return list
}

// Configuration implements admin.View.
func (g *gateway) Configuration() admin.Configuration {
	snap := g.snap.Load()
	if snap == nil {
		return admin.Configuration{}
	}
	return configurationOf(snap)
}

// configurationOf is a snapshot for people. Secrets are left out, not masked.
func configurationOf(snap *config.Snapshot) admin.Configuration {
	c := admin.Configuration{File: snap.Path, Hash: snap.Hash[:min(len(snap.Hash), 12)], Settings: settingsOf(snap)}
	for _, d := range snap.Reachable() {
		c.Deployments = append(c.Deployments, admin.Configured{
			Model: d.Group, Deployment: d.Name, URL: exampleURL(d), Auth: d.Credential.Kind.String(), Family: d.Rewrite.Family.String(),
			Language: d.Rewrite.Manner.Language.String(), BaseModel: d.BaseModel, RPM: d.RPM, TPM: d.TPM, Order: d.Order,
			Chats: d.Group != "" && chats(d),
		})
	}
	for _, n := range snap.NotServed {
		c.NotServed = append(c.NotServed, admin.NotServed{Model: n.Group, Entry: n.Model, Why: n.Reason})
	}
	for i := range snap.Keys {
		k := &snap.Keys[i]
		key := admin.Key{Name: k.Name, Models: k.Models, RPM: k.RPM, TPM: k.TPM}
		if k.Budget > 0 {
			key.Budget = "$" + strconv.FormatFloat(float64(k.Budget)/1e6, 'f', -1, 64) + " a " + k.Period.String()
		}
		if !k.Expires.IsZero() {
			key.Expires = k.Expires.UTC().Format("2006-01-02 15:04")
		}
		c.Keys = append(c.Keys, key)
	}
	return c
}

// notChats are words in the names of models that answer no chat, where no mode says it.
var notChats = []string{"embedding", "image", "dall-e", "tts", "whisper", "transcribe", "sora", "realtime"}

// chats is whether a deployment is one that answers chats, as far as its mode or its
// name tells.
func chats(d *config.Deployment) bool {
	switch d.Mode {
	case "chat", "responses", "completion":
		return true
	case "":
		name := strings.ToLower(d.Rewrite.Base)
		for _, word := range notChats {
			if strings.Contains(name, word) {
				return false
			}
		}
		return true
	}
	return false
}

// settingsOf are what a file sets beside its lists.
func settingsOf(snap *config.Snapshot) []admin.Setting {
	r := &snap.Router
	return []admin.Setting{
		{Name: "routing_strategy", Value: string(r.Strategy)},
		{Name: "cooldown_time", Value: durationText(r.Cooldown)},
		{Name: "Redis", Value: orDash(strings.Join(r.Redis.Addresses, ", "))},
		{Name: "master_key", Value: setOrNot(snap.MasterKey != "")},
		{Name: "keys_file", Value: orDash(snap.KeysFile)},
		{Name: "largest JSON body", Value: strconv.FormatInt(snap.MaxBody, 10) + " bytes"},
		{Name: "timeout of a try", Value: durationText(snap.Timeout)},
	}
}

func setOrNot(set bool) string {
	if set {
		return "set"
	}
	return "not set"
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func durationText(d time.Duration) string {
	if d == 0 {
		return "none"
	}
	return d.String()
}

// nearURL is the URL at which this machine reaches an address that is listened on.
func nearURL(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "http://" + address
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
