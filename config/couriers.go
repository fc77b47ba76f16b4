package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
)

// Couriers reports which channels to members are set up besides Telegram.
func (c Config) Couriers() (email, sms bool) { return !c.SMTPURL.Empty(), !c.SMSToken.Empty() }

// AllowsPlainSMTP reports whether mail may be sent without TLS: in development, to a server on this machine.
func (c Config) AllowsPlainSMTP() bool {
	u, err := url.Parse(c.SMTPURL.Reveal())
	return err == nil && c.Environment == Development && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkCouriers returns the mistakes in the settings of mail and SMS.
func (c *Config) checkCouriers() []error {
	var errs []error
	bad := func(name, what string) { errs = append(errs, fmt.Errorf("%s%s: %s", Prefix, name, what)) }
	if u, err := url.Parse(c.SMTPURL.Reveal()); !c.SMTPURL.Empty() && (err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "") {
		bad("SMTP_URL", "is smtps://user:password@host:465, or smtp://user:password@host:587 for a server that changes to TLS")
	}
	if c.SMTPURL.Empty() != (c.MailFrom == "") {
		bad("MAIL_FROM", "and SMTP_URL are set together")
	}
	if _, err := mail.ParseAddress(c.MailFrom); c.MailFrom != "" && err != nil {
		bad("MAIL_FROM", "is an address: Riverside Cricket <nets@riverside.example>")
	}
	if set := c.SMSAccount != ""; set == c.SMSToken.Empty() || set != (c.SMSFrom != "") {
		bad("SMS_ACCOUNT", "and SMS_TOKEN and SMS_FROM are set together")
	}
	if u, err := url.Parse(c.SMSURL); c.SMSURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname()))) {
		bad("SMS_URL", "is the provider's address, https://host")
	}
	return errs
}
