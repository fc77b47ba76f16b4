// Package gateway is a payment service that takes no money: a checkout page that a person can click, an API that creates checkouts and
// refunds, and callbacks that it signs. It speaks a dialect of its own and as much of Stripe's and Razorpay's as Pavilion uses.
//
// It misbehaves on request: it delays callbacks, sends them several times, in another order or with a bit flipped, goes silent, lets its API
// fail, authorises late, and refunds on its own side. A test calls methods; a person, or another process, posts to /control/faults.
package gateway
