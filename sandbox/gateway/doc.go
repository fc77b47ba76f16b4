// Package gateway is a simulated payment service with a checkout page, an API for checkouts and refunds, and signed callbacks. It speaks its own dialect
// and the parts of Stripe's and Razorpay's APIs that Pavilion uses.
//
// It can inject faults: it delays callbacks, repeats, reorders, corrupts or drops them, lets its API fail, authorises late, and refunds by itself. A test
// calls methods; a person or another process posts to /control/faults.
package gateway
