// Package quota knows what a client key may still use: requests and tokens of a
// minute, and money of a period.
//
// A request reserves what it may need at most before the upstream is asked, in
// one step over all its key's limits, and settles what it has used when it has
// ended. So a key never uses more than its limits, however many requests come at
// once, as long as no request uses more than it has reserved; and a request is
// refused only where what remains is less than its reservation.
//
// Minutes and periods are aligned to the clock, UTC. A request counts in the
// minute and the period in which it began, however long it lasts.
package quota
