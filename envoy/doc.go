// Package envoy is Envoy's side of the gateway: the configuration that a
// snapshot means for it, the discovery service that hands it over, and the
// process itself.
//
// Envoy's configuration is written where its own documentation can be held
// beside it: as YAML, in the folder template. The same text becomes the
// resources that azproc serves by ADS and the file that `azproc envoy-config`
// prints, so the two cannot differ. No key and no token is in any of it.
package envoy
