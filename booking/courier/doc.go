// Package courier sends booking's messages outside Telegram: email over SMTP (email.go) and text messages over an HTTP provider (sms.go).
//
// Booking decides by the error of Send whether a message may be sent again, so a courier must report exactly whether it was sent:
//
//   - fault.Gone: not sent, and this address or message will never work;
//   - fault.Unavailable: not sent, and a later try may work;
//   - any other error: it may have arrived.
//
// A failure before the last byte of the email or request is handed over, and an explicit refusal, mean not sent. A failure after that without a
// clear answer means that it may have arrived.
//
// A courier stores nothing, does not retry, and writes no log.
package courier
